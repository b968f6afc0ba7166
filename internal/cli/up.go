package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/sandbox"
)

func newUp(p *program) *cobra.Command {
	var name string
	var recreate bool
	cmd := &cobra.Command{
		Use:   "up [FILE]",
		Short: "Build a lab, or change the running one to match its file",
		Long: `Build a lab. If it runs already, make the smallest change after which it matches its
file, also after changes by hand. What matches is not touched; what an earlier version
of the file asked for and this one does not is undone.`,
		Example: `  vethlab up
  vethlab up lab.yaml --name second`,
		Args:              arguments(cobra.MaximumNArgs(1)),
		ValidArgsFunction: completeFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			p.commands.checked = true
			lab, err := p.load(args, name)
			if err != nil {
				return err
			}
			err = p.process.ReexecIfSandboxed(lab.Name(), true)
			for errors.Is(err, sandbox.ErrEnded) { // a concurrent down ended the sandbox
				err = p.process.ReexecIfSandboxed(lab.Name(), true)
			}
			if err != nil {
				return err
			}
			if recreate {
				if err := lab.Down(cmd.Context()); err != nil {
					return err
				}
			}
			return p.up(cmd.Context(), lab)
		},
	}
	cmd.Flags().BoolVar(&recreate, "recreate", false, "first take down the running lab and end its processes")
	cmd.Flags().StringVar(&name, "name", "", nameFlag)
	commandFlags(cmd, &p.commands)
	return cmd
}

// up brings a lab up and reports the changes and the time in one line.
func (p *program) up(ctx context.Context, lab *vethlab.Lab) error {
	done := p.out.startProgress("building lab " + lab.Name())
	start := time.Now()
	change, err := lab.Up(ctx)
	done()
	if err != nil {
		return err
	}
	p.reportMoves(change)
	p.out.notice("%s", upSummary(lab.Name(), change, time.Since(start)))
	p.reportUnmanaged(change)
	return nil
}

func upSummary(lab string, done *vethlab.Plan, took time.Duration) string {
	switch {
	case done.Empty():
		return fmt.Sprintf("lab %s is up to date", lab)
	case done.Whole():
		nodes, links := done.Counts()
		return fmt.Sprintf("lab %s is up: %s, %s in %s", lab, plural(nodes, "node"), plural(links, "link"), short(took))
	}
	return fmt.Sprintf("lab %s changed: %s in %s", lab, plural(done.Len(), "command"), short(took))
}

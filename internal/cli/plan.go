package cli

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/escape"
	"github.com/vethlab/vethlab/internal/words"
)

func newPlan(p *program) *cobra.Command {
	var o planOptions
	cmd := &cobra.Command{
		Use:   "plan [FILE]",
		Short: "Show what up would do, as ip commands",
		Long: `Show what up would do now, as iproute2 commands, each with its node and the line
of the file that asks for it. Nothing is changed.

With --exit-code the exit code is 3 if something would change.`,
		Example: `  vethlab plan lab.yaml
  vethlab plan --exit-code lab.yaml >/dev/null || vethlab up lab.yaml`,
		Args:              arguments(cobra.MaximumNArgs(1)),
		ValidArgsFunction: completeFiles,
		RunE: func(_ *cobra.Command, args []string) error {
			lab, err := p.load(args, o.name)
			if err != nil {
				return err
			}
			return p.plan(lab, o)
		},
	}
	cmd.Flags().StringVar(&o.name, "name", "", nameFlag)
	cmd.Flags().BoolVar(&o.exitCode, "exit-code", false, "exit with 3 if something would change")
	outputFlag(cmd, &o.format)
	return cmd
}

type planOptions struct {
	name     string
	exitCode bool
	format   format
}

func (p *program) plan(lab *vethlab.Lab, o planOptions) error {
	change, err := p.planOf(lab)
	if err != nil {
		return err
	}
	steps := change.Steps()
	p.reportMoves(change)
	p.reportUnmanaged(change)
	switch {
	case o.format == formatJSON:
		err = p.out.json(steps)
	case len(steps) == 0:
		p.out.notice("lab %s is up to date", lab.Name())
	default:
		p.printSteps(steps)
	}
	if err == nil && o.exitCode && len(steps) > 0 {
		err = exitError{code: exitChange}
	}
	return err
}

// planOf returns the plan of up for a lab. For a lab whose sandbox does not exist yet it is
// the plan from an empty machine.
func (p *program) planOf(lab *vethlab.Lab) (*vethlab.Plan, error) {
	err := p.process.ReexecIfSandboxed(lab.Name(), false)
	switch {
	case err == nil:
		return lab.Plan()
	case p.process.OutOfReach(err):
		return lab.PlanNew(), nil
	}
	return nil, err
}

// origin returns the node and line of the lab file of a step, "node, file:line".
func origin(s vethlab.Step) string {
	var parts []string
	if s.Node != "" {
		parts = append(parts, s.Node)
	}
	if s.Line > 0 {
		parts = append(parts, fmt.Sprintf("%s:%d", s.File, s.Line))
	}
	return escape.Line(strings.Join(parts, ", "))
}

// maxAligned bounds the column at which comments are aligned: longer commands are ignored.
const maxAligned = 72

func (p *program) printSteps(steps []vethlab.Step) {
	width := 0
	for _, s := range steps {
		if n := utf8.RuneCountInString(s.Command); n <= maxAligned {
			width = max(width, n)
		}
	}
	var b strings.Builder
	for _, s := range steps {
		line := s.Command
		if from := origin(s); from != "" {
			line = words.Pad(line, width) + words.ColumnGap + p.out.paint(dim, "# "+from)
		}
		b.WriteString(line + "\n")
	}
	p.out.printExact(b.String())
}

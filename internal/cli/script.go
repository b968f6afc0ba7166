package cli

import (
	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/iproute2"
)

func newScript(p *program) *cobra.Command {
	var name string
	var down bool
	cmd := &cobra.Command{
		Use:   "script [FILE]",
		Short: "Write a shell script that does what up does",
		Long: `Write a shell script that makes the lab by the ip commands of iproute2, where
nothing of it is there; with --down one that removes it again.`,
		Example: `  vethlab script lab.yaml >up.sh
  vethlab script lab.yaml | sudo sh`,
		Args:              arguments(cobra.MaximumNArgs(1)),
		ValidArgsFunction: completeFiles,
		RunE: func(_ *cobra.Command, args []string) error {
			lab, err := p.load(args, name)
			if err != nil {
				return err
			}
			p.script(lab, down)
			return nil
		},
	}
	cmd.Flags().BoolVar(&down, "down", false, "write the script that removes the lab")
	cmd.Flags().StringVar(&name, "name", "", nameFlag)
	return cmd
}

func (p *program) script(lab *vethlab.Lab, down bool) {
	change := lab.PlanNew()
	if down {
		change = lab.PlanGone()
	}
	p.out.print("%s", iproute2.Script(change.Plan))
}

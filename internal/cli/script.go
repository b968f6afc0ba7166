package cli

import (
	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/iproute2"
	"github.com/vethlab/vethlab/internal/plan"
)

func newScript(p *program) *cobra.Command {
	var o scriptOptions
	cmd := &cobra.Command{
		Use:   "script [FILE]",
		Short: "Write a shell script that does what up does",
		Long: `Write a shell script that builds the lab from nothing with iproute2; with --down,
one that removes it. The script needs a shell, ip and sysctl (and nft for a packet
filter), but not vethlab; vethlab recognises the lab that it builds.

The style is direct: short, each veth end is created in its namespace; or tutorial:
as books teach it, each veth pair is created in the host namespace and its ends are
moved, with a comment on each part.`,
		Example: `  vethlab script lab.yaml >up.sh
  vethlab script lab.yaml | sudo sh
  vethlab script --style tutorial examples/veth-pair.yaml`,
		Args:              arguments(cobra.MaximumNArgs(1)),
		ValidArgsFunction: completeFiles,
		RunE: func(_ *cobra.Command, args []string) error {
			lab, err := p.load(args, o.name)
			if err != nil {
				return err
			}
			return p.script(lab, o)
		},
	}
	cmd.Flags().BoolVar(&o.down, "down", false, "write the script that removes the lab")
	cmd.Flags().StringVar(&o.name, "name", "", nameFlag)
	styleFlag(cmd, &o.style)
	return cmd
}

type scriptOptions struct {
	name  string
	down  bool
	style format
}

// The styles of a script.
const (
	styleDirect   format = "direct"
	styleTutorial format = "tutorial"
)

// styleFlag gives a command the flag --style.
func styleFlag(cmd *cobra.Command, style *format) {
	*style = styleDirect
	flag := formatFlag{style, []format{styleDirect, styleTutorial}}
	cmd.Flags().Var(flag, "style", "write in `STYLE`: "+flag.list())
	_ = cmd.RegisterFlagCompletionFunc("style", cobra.FixedCompletions(flag.words(), cobra.ShellCompDirectiveNoFileComp))
}

func (p *program) script(lab *vethlab.Lab, o scriptOptions) error {
	switch {
	case o.down:
		p.out.printExact(lab.PlanDown().Script())
	case o.style == styleTutorial:
		c, err := compile.CompileChecked(lab.Checked())
		if err != nil {
			return err
		}
		p.out.printExact(iproute2.Tutorial(plan.Tutorial(planNew(c))))
	default:
		p.out.printExact(lab.PlanNew().Script())
	}
	return nil
}

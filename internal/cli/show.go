package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab"
)

func newShow(p *program) *cobra.Command {
	var o showOptions
	cmd := &cobra.Command{
		Use:   "show [LAB|FILE]",
		Short: "Show what is there of a lab",
		Long: `Show the interfaces of a running lab: index, state, MAC, MTU, addresses and, of
a veth, the other end as node:interface. On a terminal a picture stands above.`,
		Args:              arguments(cobra.MaximumNArgs(1)),
		ValidArgsFunction: p.completeLabs,
		RunE: func(cmd *cobra.Command, args []string) error {
			lab, err := p.find(args, "")
			if err != nil {
				return err
			}
			if !cmd.Flags().Changed("picture") {
				o.picture = p.out.terminal
			}
			return p.show(lab, o)
		},
	}
	cmd.Flags().BoolVar(&o.picture, "picture", false, "draw the lab (default: on a terminal)")
	outputFlag(cmd, &o.format)
	return cmd
}

type showOptions struct {
	picture bool
	format  format
}

// show writes what is there of a lab. Nothing there is an error.
func (p *program) show(lab *vethlab.Lab, o showOptions) error {
	view, err := lab.State()
	if err != nil {
		return err
	}
	if len(view.State.Namespaces) == 0 {
		return notRunning(lab)
	}
	s := newShown(lab.Name(), view)
	if o.format == formatJSON {
		return p.out.json(s)
	}
	if o.picture {
		p.out.print("%s\n", picture(view.State))
	}
	p.out.table(shownHeading(), s.rows())
	return nil
}

func notRunning(lab *vethlab.Lab) error {
	return fmt.Errorf("lab %s is %w", lab.Name(), vethlab.ErrNotRunning)
}

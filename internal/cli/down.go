package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab"
)

func newDown(p *program) *cobra.Command {
	var o downOptions
	cmd := &cobra.Command{
		Use:   "down [LAB|FILE ...]",
		Short: "Remove labs",
		Long: `Remove labs and return when the kernel is clean again. Processes inside are
ended. The file of a lab is not needed: its name will do. What is not of the lab
is never touched. Without arguments it is the lab of the folder's file, or where
there is none, the only one that runs.`,
		Example: `  vethlab down
  vethlab down veth-pair
  vethlab down --all`,
		ValidArgsFunction: completeLabs,
		RunE: func(cmd *cobra.Command, args []string) error {
			labs, err := p.labsToRemove(args, o)
			if err != nil {
				return err
			}
			return p.down(cmd.Context(), labs)
		},
	}
	cmd.Flags().BoolVar(&o.all, "all", false, "remove all labs of this machine")
	cmd.Flags().StringVar(&o.name, "name", "", "remove the lab that is called `NAME`")
	return cmd
}

type downOptions struct {
	all  bool
	name string
}

// labsToRemove returns the labs that the arguments of down mean.
func (p *program) labsToRemove(args []string, o downOptions) ([]*vethlab.Lab, error) {
	switch {
	case o.all && (len(args) > 0 || o.name != ""):
		return nil, exitError{exitUsage, errors.New("--all means every lab: name none")}
	case o.all:
		return p.allLabs()
	case len(args) == 0:
		lab, err := p.labToRemove(o.name)
		return []*vethlab.Lab{lab}, err
	}
	var labs []*vethlab.Lab
	for _, arg := range args {
		lab, err := p.find([]string{arg}, o.name)
		if err != nil {
			return nil, err
		}
		labs = append(labs, lab)
	}
	return labs, nil
}

// labToRemove returns the lab that down without arguments means. Where a folder
// has a lab file, that is its lab and never another one that happens to run.
func (p *program) labToRemove(name string) (*vethlab.Lab, error) {
	if _, err := folderFile(); err == nil && name == "" {
		return p.load(nil, "")
	}
	return p.find(nil, name)
}

func (p *program) allLabs() ([]*vethlab.Lab, error) {
	infos, err := vethlab.List()
	if err != nil {
		return nil, err
	}
	labs := make([]*vethlab.Lab, len(infos))
	for i, info := range infos {
		if labs[i], err = p.findRunning(info.Name); err != nil {
			return nil, err
		}
	}
	return labs, nil
}

// down removes labs, one after the other, and goes on after a failure.
func (p *program) down(ctx context.Context, labs []*vethlab.Lab) error {
	var errs []error
	for _, lab := range labs {
		errs = append(errs, p.remove(ctx, lab))
	}
	if len(labs) == 0 {
		p.out.say("no lab is running")
	}
	return errors.Join(errs...)
}

func (p *program) remove(ctx context.Context, lab *vethlab.Lab) error {
	infos, err := vethlab.List()
	if err != nil {
		return err
	}
	if !runs(infos, lab.Name()) {
		p.out.say("lab %s is not running", lab.Name())
		return nil
	}
	done := p.out.working("removing lab " + lab.Name())
	err = lab.Down(ctx)
	done()
	if err == nil {
		p.out.say("lab %s is gone", lab.Name())
	}
	return err
}

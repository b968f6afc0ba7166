package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/placement"
	"github.com/vethlab/vethlab/internal/words"
)

func newDown(p *program) *cobra.Command {
	var o downOptions
	cmd := &cobra.Command{
		Use:   "down [LAB|FILE ...]",
		Short: "Remove labs",
		Long: `Remove labs, and return when the kernel has deleted their namespaces. Processes
inside are ended. The name of a lab is enough; its file is not needed. Nothing that
does not belong to the lab is changed. Without arguments it removes the lab of the
folder's file or, if there is none and stdout is a terminal, the only running lab.`,
		Example: `  vethlab down
  vethlab down veth-pair
  vethlab down --all`,
		ValidArgsFunction: p.completeLabs,
		RunE: func(cmd *cobra.Command, args []string) error {
			labs, err := p.labsToRemove(args, o)
			if err != nil {
				return err
			}
			return p.down(cmd.Context(), labs)
		},
	}
	cmd.Flags().BoolVar(&o.all, "all", false, "remove all labs of this machine")
	cmd.Flags().StringVar(&o.name, "name", "", "remove the lab `NAME`")
	return cmd
}

type downOptions struct {
	all  bool
	name string
}

// labsToRemove returns the labs that the arguments of down name.
func (p *program) labsToRemove(args []string, o downOptions) (placement.Labs, error) {
	if o.all && (len(args) > 0 || o.name != "") {
		return nil, exitError{exitUsage, errors.New("give --all or names of labs, not both")}
	}
	infos, err := p.labs()
	switch {
	case err != nil:
		return nil, err
	case o.all:
		return infos.Reachable(), nil
	case len(args) == 0:
		lab, err := p.labToRemove(infos, o.name)
		return placement.Labs{lab}, err
	}
	var labs placement.Labs
	for _, arg := range args {
		lab, err := p.labOfArg(infos, arg, o.name)
		if err != nil {
			return nil, err
		}
		labs = append(labs, lab)
	}
	return labs, nil
}

// labToRemove returns the lab that down without arguments removes. In a folder with a lab
// file it is the lab of that file, never another running one.
func (p *program) labToRemove(infos placement.Labs, name string) (placement.Lab, error) {
	file, err := p.ownFile(nil, name, infos)
	if err != nil {
		return placement.Lab{}, err
	}
	if len(file) > 0 {
		return p.labOfArg(infos, file[0], "")
	}
	return p.defaultLab(infos, name)
}

// down removes labs one after the other, also after a failure.
func (p *program) down(ctx context.Context, labs placement.Labs) error {
	var errs []error
	for _, lab := range labs {
		errs = append(errs, p.remove(ctx, lab))
	}
	if len(labs) == 0 {
		p.out.notice("no lab is running")
	}
	return errors.Join(errs...)
}

func (p *program) remove(ctx context.Context, info placement.Lab) error {
	if info.Sandbox != "" {
		return p.removeInside(info)
	}
	if err := p.process.ReexecFor(info); err != nil {
		return err
	}
	lab, err := p.findHere(info.Name)
	if errors.Is(err, vethlab.ErrNotRunning) {
		p.out.notice("lab %s is not running", info.Name)
		return nil
	}
	if err != nil {
		return err
	}
	return p.removeHere(ctx, lab)
}

func (p *program) removeHere(ctx context.Context, lab *vethlab.Lab) error {
	done := p.out.startProgress("removing lab " + lab.Name())
	err := lab.Down(ctx)
	done()
	if err == nil {
		p.out.notice("lab %s is removed", lab.Name())
	}
	return err
}

// maxOthers is how many other labs of a sandbox are listed.
const maxOthers = 8

// removeInside removes a lab in its sandbox.
func (p *program) removeInside(lab placement.Lab) error {
	removal, err := p.process.Down(lab)
	if len(removal.Others) > 0 {
		p.out.notice("the sandbox of lab %s still runs, with other labs in it: %s\n  To end it with them: vethlab down %s",
			lab.Name, words.List(removal.Others, maxOthers), lab.Name)
	}
	done := placement.Reexecuted{}
	switch {
	case removal.Outside != nil:
		p.out.notice("lab %s is removed from outside, with all its processes: %v", lab.Name, removal.Outside)
	case err == nil:
		p.out.notice("lab %s is removed", lab.Name)
	case errors.Is(err, vethlab.ErrNotRunning):
		p.out.notice("%v", err)
		return nil
	case errors.As(err, &done) && done.Code == exitDone:
		return nil
	case errors.As(err, &done):
		return exitError{code: done.Code}
	}
	return err
}

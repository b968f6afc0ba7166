package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/escape"
	"github.com/vethlab/vethlab/internal/placement"
)

// find returns the lab of an argument, the name of a running lab or a FILE, for commands
// on running labs. Without an argument it is the lab of the folder's file if that runs,
// else the only running lab. If it is in a sandbox, the command is re-executed there, see
// [placement.Process.ReexecIfSandboxed].
func (p *program) find(args []string, name string) (*vethlab.Lab, error) {
	if len(args) > 0 && isFile(args[0]) {
		lab, err := p.load(args, name)
		if err != nil {
			return nil, err
		}
		return lab, p.process.ReexecIfSandboxed(lab.Name(), false)
	}
	if err := p.process.ReexecInOnlySandbox(); err != nil {
		return nil, err
	}
	infos, err := p.labs()
	if err != nil {
		return nil, err
	}
	if len(args) > 0 {
		if name != "" {
			return nil, errNameNeedsFile
		}
		return p.findRunning(infos, args[0])
	}
	if _, noFile := folderFile(); noFile == nil {
		lab, err := p.load(nil, name)
		if err != nil {
			return nil, err
		}
		if infos.Has(lab.Name()) {
			return lab, p.process.ReexecFor(infos.Named(lab.Name()))
		}
	}
	info, err := p.defaultLab(infos, name)
	if err != nil {
		return nil, err
	}
	return p.findRunning(infos, info.Name)
}

// findOwn is [program.find] for commands that judge a lab or run commands in it, which
// must not be another user's by accident, see [program.ownFile].
func (p *program) findOwn(args []string, name string) (*vethlab.Lab, error) {
	var infos placement.Labs
	if len(args) == 0 && !p.out.terminal {
		var err error
		if infos, err = p.labs(); err != nil {
			return nil, err
		}
	}
	args, err := p.ownFile(args, name, infos)
	if err != nil {
		return nil, err
	}
	return p.find(args, name)
}

// ownFile returns the arguments of a command, with the folder's lab file if there are
// none. In a folder without one they stay empty, which means the only lab that runs.
// If stdout is not a terminal the user does not see which lab was chosen, so it is an error.
func (p *program) ownFile(args []string, name string, infos placement.Labs) ([]string, error) {
	if len(args) > 0 || name != "" {
		return args, nil
	}
	file, err := folderFile()
	switch {
	case err == nil:
		return []string{file}, nil
	case !errors.Is(err, errNoFile):
		return nil, exitError{exitUsage, err}
	case len(infos.Reachable()) > 0 && !p.out.terminal:
		return nil, exitError{exitUsage, fmt.Errorf("%w, or a running lab: %s", err, strings.Join(infos.Reachable().Names(), ", "))}
	}
	return args, nil
}

var errNameNeedsFile = exitError{exitUsage, errors.New("--name goes with a file")}

// findRunning returns the running lab of that name.
func (p *program) findRunning(infos placement.Labs, name string) (*vethlab.Lab, error) {
	info, err := infos.Running(name)
	if err != nil {
		return nil, err
	}
	if err := p.process.ReexecFor(info); err != nil {
		return nil, err
	}
	return p.findHere(name)
}

// findHere returns the lab of that name in the sandbox, or on the machine, that this
// program runs in.
func (p *program) findHere(name string) (*vethlab.Lab, error) {
	lab, err := vethlab.Find(name)
	if err != nil {
		return nil, err
	}
	return p.reportEvents(lab), nil
}

// labOfArg returns the lab of an argument: the name of a running lab, or a FILE, whose lab
// need not run.
func (p *program) labOfArg(infos placement.Labs, arg, name string) (placement.Lab, error) {
	if isFile(arg) {
		lab, err := p.load([]string{arg}, name)
		if err != nil {
			return placement.Lab{}, err
		}
		return infos.Named(lab.Name()), nil
	}
	if name != "" {
		return placement.Lab{}, errNameNeedsFile
	}
	return infos.Running(arg)
}

// defaultLab returns the running lab of the name or, if it is empty, the only one.
func (p *program) defaultLab(infos placement.Labs, name string) (placement.Lab, error) {
	if name != "" {
		return infos.Running(name)
	}
	return infos.Only()
}

// completeLabs completes running labs and files.
func (p *program) completeLabs(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	infos, _ := p.labs()
	return completions(infos.Names()), cobra.ShellCompDirectiveDefault
}

// completions returns the names that a shell reads as one word each, without quoting.
func completions(names []string) []string {
	return slices.DeleteFunc(names, func(name string) bool { return !escape.ShellName(name) })
}

// completeFiles completes lab files.
func completeFiles(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return []string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt
}

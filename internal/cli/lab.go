package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/escape"
	"github.com/vethlab/vethlab/internal/words"
)

// find returns the lab of an argument, the name of a running lab or a FILE, for commands
// on running labs. Without an argument it is the lab of the folder's file if that runs,
// else the only running lab. If it is in a sandbox, the command is re-executed there, see
// [program.reexecIfSandboxed].
func (p *program) find(args []string, name string) (*vethlab.Lab, error) {
	if len(args) > 0 && isFile(args[0]) {
		lab, err := p.load(args, name)
		if err != nil {
			return nil, err
		}
		return lab, p.reexecIfSandboxed(lab.Name(), false)
	}
	if err := p.reexecInOnlySandbox(); err != nil {
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
		if isRunning(infos, lab.Name()) {
			return lab, p.reexecFor(infoOf(infos, lab.Name()))
		}
	}
	info, err := p.defaultLab(infos, name)
	if err != nil {
		return nil, err
	}
	return p.findRunning(infos, info.Name)
}

// findOwn is [program.find] for commands that judge a lab or run commands in it, which
// must not be a stranger's by accident, see [program.ownFile].
func (p *program) findOwn(args []string, name string) (*vethlab.Lab, error) {
	infos := []labInfo(nil)
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
// If stdout is no terminal nobody sees whose that is, so it is an error.
func (p *program) ownFile(args []string, name string, infos []labInfo) ([]string, error) {
	if len(args) > 0 || name != "" {
		return args, nil
	}
	file, err := folderFile()
	switch {
	case err == nil:
		return []string{file}, nil
	case !errors.Is(err, errNoFile):
		return nil, exitError{exitUsage, err}
	case len(reachable(infos)) > 0 && !p.out.terminal:
		return nil, exitError{exitUsage, fmt.Errorf("%w, or a running lab: %s", err, strings.Join(labNames(reachable(infos)), ", "))}
	}
	return args, nil
}

var errNameNeedsFile = exitError{exitUsage, errors.New("--name goes with a file")}

// findRunning returns the running lab of that name.
func (p *program) findRunning(infos []labInfo, name string) (*vethlab.Lab, error) {
	info, err := runningLab(infos, name)
	if err != nil {
		return nil, err
	}
	if err := p.reexecFor(info); err != nil {
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
func (p *program) labOfArg(infos []labInfo, arg, name string) (labInfo, error) {
	if isFile(arg) {
		lab, err := p.load([]string{arg}, name)
		if err != nil {
			return labInfo{}, err
		}
		return infoOf(infos, lab.Name()), nil
	}
	if name != "" {
		return labInfo{}, errNameNeedsFile
	}
	return runningLab(infos, arg)
}

// defaultLab returns the running lab of the name or, if it is empty, the only one.
func (p *program) defaultLab(infos []labInfo, name string) (labInfo, error) {
	if name != "" {
		return runningLab(infos, name)
	}
	if list := reachable(infos); len(list) == 1 {
		return list[0], nil
	}
	return labInfo{}, chooseError(infos)
}

// runningLab returns the running lab of that name.
func runningLab(infos []labInfo, name string) (labInfo, error) {
	if !isRunning(infos, name) {
		return labInfo{}, fmt.Errorf("lab %s is %w%s", name, vethlab.ErrNotRunning, words.DidYouMean(name, labNames(infos)))
	}
	return infoOf(infos, name), nil
}

// infoOf returns the lab of that name: of several the first that is reachable, of none a
// labInfo with the name only.
func infoOf(infos []labInfo, name string) labInfo {
	found := labInfo{LabInfo: vethlab.LabInfo{Name: name}}
	for _, i := range infos {
		if i.Name == name {
			if found = i; !i.Foreign {
				break
			}
		}
	}
	return found
}

// reachable returns the labs that this user may change.
func reachable(infos []labInfo) []labInfo {
	return slices.DeleteFunc(slices.Clone(infos), func(i labInfo) bool { return i.Foreign })
}

// chooseError returns the error for a missing name of a lab.
func chooseError(infos []labInfo) error {
	infos = reachable(infos)
	if len(infos) == 0 {
		return errors.New("no lab is running")
	}
	return fmt.Errorf("several labs are running, name one: %s", strings.Join(labNames(infos), ", "))
}

func labNames(infos []labInfo) []string {
	names := make([]string, len(infos))
	for i, info := range infos {
		names[i] = info.Name
	}
	return names
}

func isRunning(infos []labInfo, name string) bool {
	return slices.Contains(labNames(infos), name)
}

// completeLabs completes running labs and files.
func (p *program) completeLabs(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	infos, _ := p.labs()
	return completions(labNames(infos)), cobra.ShellCompDirectiveDefault
}

// completions returns the names that a shell reads as one word each, without quoting.
func completions(names []string) []string {
	return slices.DeleteFunc(names, func(name string) bool { return !escape.ShellName(name) })
}

// completeFiles completes lab files.
func completeFiles(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return []string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt
}

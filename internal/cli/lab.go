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

// find returns the lab that an argument means, for commands on labs that run:
// a lab's name or a FILE. Without an argument it is the folder's lab if that
// runs, else the only one that runs. If it is in a sandbox the command is carried
// out there, see [program.at].
func (p *program) find(args []string, name string) (*vethlab.Lab, error) {
	if len(args) > 0 && isFile(args[0]) {
		lab, err := p.load(args, name)
		if err != nil {
			return nil, err
		}
		return lab, p.at(lab.Name(), false)
	}
	if err := p.enterOnly(); err != nil {
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
		if runs(infos, lab.Name()) {
			return lab, p.enter(pick(infos, lab.Name()))
		}
	}
	info, err := p.meantByDefault(infos, name)
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
	info, err := running(infos, name)
	if err != nil {
		return nil, err
	}
	if err := p.enter(info); err != nil {
		return nil, err
	}
	return p.findHere(name)
}

// findHere returns the lab of that name that runs where this program does.
func (p *program) findHere(name string) (*vethlab.Lab, error) {
	lab, err := vethlab.Find(name)
	if err != nil {
		return nil, err
	}
	return p.listen(lab), nil
}

// meant returns the lab that an argument means: a lab's name, or a FILE, whose
// lab need not run.
func (p *program) meant(infos []labInfo, arg, name string) (labInfo, error) {
	if isFile(arg) {
		lab, err := p.load([]string{arg}, name)
		if err != nil {
			return labInfo{}, err
		}
		return pick(infos, lab.Name()), nil
	}
	if name != "" {
		return labInfo{}, errNameNeedsFile
	}
	return running(infos, arg)
}

// meantByDefault returns the lab that is meant without an argument: that of the
// name, or the only one that runs.
func (p *program) meantByDefault(infos []labInfo, name string) (labInfo, error) {
	if name != "" {
		return running(infos, name)
	}
	if own := reachable(infos); len(own) == 1 {
		return own[0], nil
	}
	return labInfo{}, choose(infos)
}

// running returns the running lab of that name.
func running(infos []labInfo, name string) (labInfo, error) {
	if !runs(infos, name) {
		return labInfo{}, fmt.Errorf("lab %s is %w%s", name, vethlab.ErrNotRunning, words.DidYouMean(name, labNames(infos)))
	}
	return pick(infos, name), nil
}

// pick returns the lab of that name. Of several it is the first that is not out
// of reach; if there is none it is one that does not run.
func pick(infos []labInfo, name string) labInfo {
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

// reachable returns the labs that are not another's.
func reachable(infos []labInfo) []labInfo {
	return slices.DeleteFunc(slices.Clone(infos), func(i labInfo) bool { return i.Foreign })
}

// choose says that a lab has to be named, and which there are.
func choose(infos []labInfo) error {
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

func runs(infos []labInfo, name string) bool {
	return slices.Contains(labNames(infos), name)
}

// completeLabs offers the labs that run, and files.
func (p *program) completeLabs(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	infos, _ := p.labs()
	return offered(labNames(infos)), cobra.ShellCompDirectiveDefault
}

// offered returns the names that a shell can be offered: what it would take for
// more than a word is left out.
func offered(names []string) []string {
	return slices.DeleteFunc(names, func(name string) bool { return !escape.ShellName(name) })
}

// completeFiles offers lab files.
func completeFiles(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return []string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt
}

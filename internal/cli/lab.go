package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab"
)

// find returns the lab that an argument means, for commands on labs that run:
// a lab's name or a FILE. Without an argument it is the folder's lab if that
// runs, else the only one that runs.
func (p *program) find(args []string, name string) (*vethlab.Lab, error) {
	switch {
	case len(args) == 0:
		return p.findDefault(name)
	case isFile(args[0]):
		return p.load(args, name)
	case name != "":
		return nil, exitError{exitUsage, errors.New("--name goes with a file")}
	}
	return p.findRunning(args[0])
}

// findRunning returns the running lab of that name.
func (p *program) findRunning(name string) (*vethlab.Lab, error) {
	lab, err := vethlab.Find(name)
	if errors.Is(err, vethlab.ErrNotRunning) {
		if infos, listErr := vethlab.List(); listErr == nil {
			return nil, fmt.Errorf("%w%s", err, didYouMean(name, labNames(infos)))
		}
	}
	if err != nil {
		return nil, err
	}
	return p.listen(lab), nil
}

func (p *program) findDefault(name string) (*vethlab.Lab, error) {
	infos, err := vethlab.List()
	if err != nil {
		return nil, err
	}
	_, noFile := folderFile()
	if noFile == nil {
		lab, err := p.load(nil, name)
		if err != nil || runs(infos, lab.Name()) {
			return lab, err
		}
	}
	if name != "" {
		return p.findRunning(name)
	}
	if len(infos) == 1 {
		return p.findRunning(infos[0].Name)
	}
	return nil, choose(infos)
}

// choose says that a lab has to be named, and which there are.
func choose(infos []vethlab.Info) error {
	if len(infos) == 0 {
		return errors.New("no lab is running")
	}
	return fmt.Errorf("several labs are running, name one: %s", strings.Join(labNames(infos), ", "))
}

func labNames(infos []vethlab.Info) []string {
	names := make([]string, len(infos))
	for i, info := range infos {
		names[i] = info.Name
	}
	return names
}

func runs(infos []vethlab.Info, name string) bool {
	return slices.Contains(labNames(infos), name)
}

// completeLabs offers the labs that run, and files.
func completeLabs(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	infos, _ := vethlab.List()
	return labNames(infos), cobra.ShellCompDirectiveDefault
}

// completeFiles offers lab files.
func completeFiles(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return []string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt
}

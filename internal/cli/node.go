package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/words"
)

// findNode returns the running node of an argument: "lab/node", or "node" if only one
// running lab has it or the folder's lab does.
func (p *program) findNode(arg string) (*vethlab.Lab, *vethlab.Node, error) {
	labName, name, qualified := strings.Cut(arg, "/")
	if err := p.process.ReexecInOnlySandbox(); err != nil {
		return nil, nil, err
	}
	infos, err := p.labs()
	if err != nil {
		return nil, nil, err
	}
	if !qualified {
		name = arg
		if labName, err = infos.OfNode(name, p.folderLab); err != nil {
			p.noteIgnored()
			return nil, nil, err
		}
	}
	lab, err := p.findRunning(infos, labName)
	if err != nil {
		return nil, nil, err
	}
	node, err := lab.Node(name)
	if errors.Is(err, vethlab.ErrNoNode) {
		p.noteIgnored()
		err = fmt.Errorf("%w%s", err, words.DidYouMean(name, infos.Named(labName).Nodes))
	}
	return lab, node, err
}

// folderLab returns the name of the folder's lab, "" if there is none.
func (p *program) folderLab() string {
	lab, err := p.load(nil, "")
	if err != nil {
		return ""
	}
	return lab.Name()
}

// completeNodes completes running nodes, with the lab's name if several labs run.
func (p *program) completeNodes(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	infos, _ := p.labs()
	return completions(infos.Nodes()), cobra.ShellCompDirectiveNoFileComp
}

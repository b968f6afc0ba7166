package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/words"
	"github.com/vethlab/vethlab/topo"
)

// findNode returns the running node of an argument: "lab/node", or "node" if only one
// running lab has it or the folder's lab does.
func (p *program) findNode(arg string) (*vethlab.Lab, *vethlab.Node, error) {
	labName, name, qualified := strings.Cut(arg, "/")
	if err := p.reexecInOnlySandbox(); err != nil {
		return nil, nil, err
	}
	infos, err := p.labs()
	if err != nil {
		return nil, nil, err
	}
	if !qualified {
		name = arg
		if labName, err = p.labOfNode(infos, name); err != nil {
			return nil, nil, err
		}
	}
	lab, err := p.findRunning(infos, labName)
	if err != nil {
		return nil, nil, err
	}
	node, err := lab.Node(name)
	if errors.Is(err, vethlab.ErrNoNode) {
		err = fmt.Errorf("%w%s", err, words.DidYouMean(name, nodesOf(infos, labName)))
	}
	return lab, node, err
}

// labOfNode returns the lab of a node that is given without one.
func (p *program) labOfNode(infos []labInfo, node string) (string, error) {
	labs := labsWith(infos, node)
	switch len(labs) {
	case 0:
		if len(infos) == 0 {
			return "", chooseError(infos)
		}
		return "", fmt.Errorf("no running lab has a node %s%s", node, words.DidYouMean(node, allNodes(infos)))
	case 1:
		return labs[0], nil
	}
	if lab, err := p.load(nil, ""); err == nil && slices.Contains(labs, lab.Name()) {
		return lab.Name(), nil
	}
	for i, lab := range labs {
		labs[i] = lab + "/" + node
	}
	return "", fmt.Errorf("several running labs have a node %s: give %s", node, strings.Join(labs, " or "))
}

// labsWith returns the names of the labs that have a node. All have host.
func labsWith(infos []labInfo, node string) []string {
	var labs []string
	for _, info := range infos {
		if node == topo.HostNode && !info.Foreign || slices.Contains(info.Nodes, node) {
			labs = append(labs, info.Name)
		}
	}
	return labs
}

func nodesOf(infos []labInfo, lab string) []string {
	for _, info := range infos {
		if info.Name == lab {
			return info.Nodes
		}
	}
	return nil
}

func allNodes(infos []labInfo) []string {
	var nodes []string
	for _, info := range infos {
		nodes = append(nodes, info.Nodes...)
	}
	return nodes
}

// completeNodes completes running nodes, with the lab's name if several labs run.
func (p *program) completeNodes(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	infos, _ := p.labs()
	var words []string
	for _, info := range infos {
		for _, node := range info.Nodes {
			if len(infos) > 1 {
				node = info.Name + "/" + node
			}
			words = append(words, node)
		}
	}
	return completions(words), cobra.ShellCompDirectiveNoFileComp
}

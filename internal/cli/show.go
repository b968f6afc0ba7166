package cli

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/draw"
	"github.com/vethlab/vethlab/internal/inspect"
)

const showLong = `Show the interfaces of a running lab: index, state, MAC, MTU, addresses and the
peer of a veth as node:interface. On a terminal it also draws the lab.

With NODE it shows the namespace of the node: interfaces, routes of all tables but
local, rules, neighbours, qdiscs, listening sockets with their processes, sysctls
that differ from a new namespace, the packet filter, rules of legacy iptables, and
processes. Each section names the command that shows the same. With NODE:INTERFACE it
shows that interface only. "host" is the host namespace, without its processes.

An argument is the name of a running lab, else of a node, else of a file; one that
ends in .yaml is a file. LAB/NODE and NODE:INTERFACE always mean a node.`

func newShow(p *program) *cobra.Command {
	var o showOptions
	cmd := &cobra.Command{
		Use:   "show [LAB|FILE|NODE[:INTERFACE]]",
		Short: "Show a running lab, or one node or interface in full",
		Long:  showLong,
		Example: `  vethlab show
  vethlab show r1
  vethlab show mylab/r1:eth0
  vethlab show r1 -o json | jq .sockets`,
		Args:              arguments(cobra.MaximumNArgs(1)),
		ValidArgsFunction: p.completeLabsAndNodes,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				node, err := p.isNodeArg(args[0])
				if err != nil {
					return err
				}
				if node {
					return p.showNode(args[0], o.format)
				}
			}
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

// show prints the interfaces of a lab. It is an error if the lab does not run.
func (p *program) show(lab *vethlab.Lab, o showOptions) error {
	s, err := lab.State()
	if err != nil {
		return err
	}
	if len(s.Nodes()) == 0 {
		return notRunningError(lab)
	}
	if o.format == formatJSON {
		return p.out.json(s)
	}
	if o.picture {
		view, err := inspect.Lab(lab.Name(), lab.Checked())
		if err != nil {
			return err
		}
		p.out.print("%s\n", draw.Text(inspect.Scene(view, lab.Checked()), p.drawPage()))
	}
	p.out.table(interfaceHeading(), interfaceRows(s.Interfaces()))
	return nil
}

func notRunningError(lab *vethlab.Lab) error {
	return fmt.Errorf("lab %s is %w", lab.Name(), vethlab.ErrNotRunning)
}

// isNodeArg reports whether an argument of show is a node rather than a file or lab.
func (p *program) isNodeArg(arg string) (bool, error) {
	lab, node, qualified := strings.Cut(arg, "/")
	info, err := os.Stat(arg)
	switch {
	case isYAML(arg), arg == stdinFile, qualified && err == nil && !info.IsDir():
		return false, nil
	case strings.Contains(arg, ":"):
		return true, nil
	case qualified:
		return lab != "" && lab != "." && lab != ".." && node != "" && !strings.Contains(node, "/"), nil
	}
	if err := p.process.ReexecInOnlySandbox(); err != nil {
		return false, err
	}
	infos, err := p.labs()
	return err == nil && !infos.Has(arg) && len(infos.With(arg)) > 0, err
}

// completeLabsAndNodes completes running labs and their nodes.
func (p *program) completeLabsAndNodes(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	labs, directive := p.completeLabs(cmd, args, word)
	nodes, _ := p.completeNodes(cmd, args, word)
	return append(labs, nodes...), directive
}

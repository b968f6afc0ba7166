package verify

import (
	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/hosts"
	"github.com/vethlab/vethlab/internal/state"
)

// NodesOf returns the nodes of a lab without its description.
func NodesOf(s *state.State) compile.TestNodes {
	var nodes compile.TestNodes
	for _, name := range s.Names() {
		ns := s.Namespaces[name]
		node := compile.TestNode{Name: hosts.NodeName(ns)}
		for _, link := range ns.LinkNames() {
			i := compile.TestInterface{Name: link}
			for _, a := range ns.Links[link].Addresses {
				if hosts.Unique(a.Addr()) {
					i.Addresses = append(i.Addresses, a.Addr())
				}
			}
			node.Switch = node.Switch || ns.Links[link].Kind.Traits().Forwards
			node.Interfaces = append(node.Interfaces, i)
		}
		nodes = append(nodes, node)
	}
	return nodes
}

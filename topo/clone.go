package topo

import (
	"maps"
	"slices"
)

// Clone returns a copy that shares nothing with t, to be edited.
func (t *Topology) Clone() *Topology {
	c := *t
	if t.Prefix != nil {
		c.Prefix = new(*t.Prefix)
	}
	c.Nodes = slices.Clone(t.Nodes)
	for i := range c.Nodes {
		n := &c.Nodes[i]
		n.Routes, n.Subnet, n.Sysctls = slices.Clone(n.Routes), slices.Clone(n.Subnet), maps.Clone(n.Sysctls)
		n.Interfaces = slices.Clone(n.Interfaces)
		for j := range n.Interfaces {
			n.Interfaces[j].Addresses = slices.Clone(n.Interfaces[j].Addresses)
		}
	}
	c.Links = slices.Clone(t.Links)
	for i := range c.Links {
		c.Links[i].Subnet = slices.Clone(c.Links[i].Subnet)
	}
	c.Tests = slices.Clone(t.Tests)
	return &c
}

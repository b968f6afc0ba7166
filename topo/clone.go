package topo

import (
	"maps"
	"slices"
)

// Clone returns a deep copy of t.
func (t *Topology) Clone() *Topology {
	c := *t
	c.Prefix = clonePointer(t.Prefix)
	c.Nodes = slices.Clone(t.Nodes)
	for i := range c.Nodes {
		n := &c.Nodes[i]
		n.Group, n.Interfaces = slices.Clone(n.Group), slices.Clone(n.Interfaces)
		n.Routes, n.Subnet, n.Sysctls = slices.Clone(n.Routes), slices.Clone(n.Subnet), maps.Clone(n.Sysctls)
		n.SysctlPos = maps.Clone(n.SysctlPos)
		for j := range n.Interfaces {
			i := &n.Interfaces[j]
			for _, p := range attributes() {
				if p.clone != nil {
					p.clone(i)
				}
			}
			if i.Kind != nil {
				i.Kind = i.Kind.clone()
			}
		}
	}
	c.Links = slices.Clone(t.Links)
	for i := range c.Links {
		c.Links[i].Subnet = slices.Clone(c.Links[i].Subnet)
	}
	c.Tests = slices.Clone(t.Tests)
	for i := range c.Tests {
		t := &c.Tests[i]
		t.From, t.To, t.Path = slices.Clone(t.From), slices.Clone(t.To), slices.Clone(t.Path)
		t.Run, t.On, t.Serve = slices.Clone(t.Run), slices.Clone(t.On), clonePointer(t.Serve)
	}
	return &c
}

func clonePointer[T any](p *T) *T {
	if p == nil {
		return nil
	}
	return new(*p)
}

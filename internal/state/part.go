package state

import (
	"maps"
	"slices"
)

// A part is one sort of what a namespace has beside links.
type part struct {
	clone  func(ns *Namespace)        // replaces what a shallow copy shares by copies
	normal func(ns *Namespace)        // see [State.Normal]
	equal  func(a, b *Namespace) bool // of two that are normal
}

// parts has one row per sort of what a namespace has beside links.
var parts = []part{
	{
		clone: func(ns *Namespace) { ns.Routes, ns.Unmarked = slices.Clone(ns.Routes), slices.Clone(ns.Unmarked) },
		normal: func(ns *Namespace) {
			slices.SortFunc(ns.Routes, Route.Compare)
			ns.Routes, ns.Unmarked = orNil(ns.Routes), nil
		},
		equal: func(a, b *Namespace) bool { return slices.Equal(a.Routes, b.Routes) },
	},
	{
		clone: func(ns *Namespace) {
			ns.Sysctls, ns.Defaults = maps.Clone(ns.Sysctls), maps.Clone(ns.Defaults)
		},
		normal: func(ns *Namespace) {
			if ns.Defaults = nil; len(ns.Sysctls) == 0 {
				ns.Sysctls = nil
			}
		},
		equal: func(a, b *Namespace) bool { return maps.Equal(a.Sysctls, b.Sysctls) },
	},
	{
		clone:  func(ns *Namespace) { ns.Nftables = ns.Nftables.Clone() },
		normal: func(ns *Namespace) { ns.Nftables = ns.Nftables.Normal() },
		equal:  func(a, b *Namespace) bool { return a.Nftables.String() == b.Nftables.String() },
	},
	neighbours,
}

// Same reports whether two namespaces of normal States contain the same, whatever
// they are called.
func (ns *Namespace) Same(o *Namespace) bool {
	for _, p := range parts {
		if !p.equal(ns, o) {
			return false
		}
	}
	return maps.EqualFunc(ns.Links, o.Links, (*Link).same)
}

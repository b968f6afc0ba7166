package state

import (
	"maps"
	"slices"
)

// A part is one sort of what a namespace has beside links.
type part struct {
	clone  func(ns *Namespace) // replaces what a shallow copy shares by copies
	normal func(ns *Namespace) // see [State.Normal]
}

// parts has one row per sort of what a namespace has beside links.
var parts = []part{
	{
		clone: func(ns *Namespace) { ns.Routes = slices.Clone(ns.Routes) },
		normal: func(ns *Namespace) {
			slices.SortFunc(ns.Routes, Route.Compare)
			ns.Routes = orNil(ns.Routes)
		},
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
	},
	{
		clone:  func(ns *Namespace) { ns.Nftables = ns.Nftables.Clone() },
		normal: func(ns *Namespace) { ns.Nftables = ns.Nftables.Normal() },
	},
}

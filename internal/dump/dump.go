// Package dump says what a network namespace shows to who looks at it from
// inside: all of its links, addresses, routes, rules and neighbours, with what
// the kernel made by itself and with every number by which the kernel calls
// them. It is what `ip link`, `ip addr`, `ip route` and the like print.
//
// A [state.State] says what somebody decided, across namespaces, in names. A
// Namespace here says what is there, in one namespace, in numbers. Package
// kernel reads it; [Model] makes it of a State that need not exist.
//
// The package is pure. There is one file per kernel thing.
package dump

import "slices"

// A Namespace is what one network namespace shows.
type Namespace struct {
	Name       string      `json:"name,omitempty"` // below /run/netns; "": it has none, or is the machine's own
	Links      []Link      `json:"links"`          // by index
	Addresses  []Address   `json:"addresses"`      // as the kernel lists them
	Routes     []Route     `json:"routes"`         // of all tables
	Rules      []Rule      `json:"rules"`
	Neighbours []Neighbour `json:"neighbours"`
	FDB        []FDBEntry  `json:"fdb,omitempty"` // nil: it was not read

	// Peers names the namespaces that IFLA_LINK_NETNSID of the links means, as
	// far as they have names: what ip shows as "link-netns NAME".
	Peers map[int32]string `json:"peers,omitempty"`
}

// Link returns the link of that index, or nil.
func (ns *Namespace) Link(index int) *Link {
	i := slices.IndexFunc(ns.Links, func(l Link) bool { return l.Index == index })
	if i < 0 {
		return nil
	}
	return &ns.Links[i]
}

// LinkNamed returns the link of that name, or nil.
func (ns *Namespace) LinkNamed(name string) *Link {
	i := slices.IndexFunc(ns.Links, func(l Link) bool { return l.Name == name || slices.Contains(l.AltNames, name) })
	if i < 0 {
		return nil
	}
	return &ns.Links[i]
}

// LinkName returns the name of the link of that index, "" if there is none.
func (ns *Namespace) LinkName(index int) string {
	if l := ns.Link(index); l != nil {
		return l.Name
	}
	return ""
}

// AddressesOf returns the addresses of the link of that index.
func (ns *Namespace) AddressesOf(index int) []Address {
	return slices.DeleteFunc(slices.Clone(ns.Addresses), func(a Address) bool { return a.Index != index })
}

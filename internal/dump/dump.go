// Package dump holds what netlink dumps return in a network namespace: all links,
// addresses, routes, rules and neighbours, including those that the kernel adds, with
// indexes and nsids. It is what `ip link`, `ip addr` and `ip route` print.
//
// A [state.State] is what a file describes, across namespaces, by name. A Namespace
// here is what one namespace contains, by number. Package kernel reads it; [Model]
// computes it from a State without a kernel.
//
// The package is pure. Each kernel object has one file.
package dump

import "slices"

// A Namespace is the content of one network namespace.
type Namespace struct {
	Name       string      `json:"name,omitempty"` // in /run/netns; "": unnamed, or the host namespace
	Links      []Link      `json:"links"`          // by index
	Addresses  []Address   `json:"addresses"`      // as the kernel lists them
	Routes     []Route     `json:"routes"`         // of all tables
	Rules      []Rule      `json:"rules"`
	Neighbours []Neighbour `json:"neighbours"`
	FDB        []FDBEntry  `json:"fdb,omitempty"` // nil: not read

	// Peers holds the names of namespaces by nsid (IFLA_LINK_NETNSID), if they have
	// one: ip shows "link-netns NAME".
	Peers map[int32]string `json:"peers,omitempty"`

	// Owner is the user who can fill the namespace with anything, "user 1000"; "": root,
	// this user, or nobody that is known.
	Owner string `json:"-"`
	Cuts  []Cut  `json:"-"` // what was not read to the end; nothing of a namespace without Owner
}

// Link returns the link with that index, or nil.
func (ns *Namespace) Link(index int) *Link {
	i := slices.IndexFunc(ns.Links, func(l Link) bool { return l.Index == index })
	if i < 0 {
		return nil
	}
	return &ns.Links[i]
}

// LinkNamed returns the link with that name or altname, or nil.
func (ns *Namespace) LinkNamed(name string) *Link {
	i := slices.IndexFunc(ns.Links, func(l Link) bool { return l.Name == name || slices.Contains(l.AltNames, name) })
	if i < 0 {
		return nil
	}
	return &ns.Links[i]
}

// LinkName returns the name of the link with that index, or "".
func (ns *Namespace) LinkName(index int) string {
	if l := ns.Link(index); l != nil {
		return l.Name
	}
	return ""
}

// AddressesOf returns the addresses of the link with that index.
func (ns *Namespace) AddressesOf(index int) []Address {
	found := ns.Addresses[:0:0]
	for _, a := range ns.Addresses {
		if a.Index == index {
			found = append(found, a)
		}
	}
	return found
}

// Package state describes the contents of network namespaces: links, addresses,
// routes, sysctls, the packet filter. The wanted and the seen contents have this one
// type, so they can be compared, and their difference is a plan.
//
// A State leaves out what the kernel adds by default: connected routes, 127.0.0.1 and ::1
// of lo, carrier and counters. It has whole namespaces, with one exception: of the host
// namespace ([Host]) only the links with the lab's mark.
//
// There is one file per kernel object. A new kind of link needs a file with a type that
// implements [Kind], and a row in kinds.
package state

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"time"

	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/topo"
)

// Host is the name under which a State holds the host namespace.
// No namespace in /run/netns can have this name.
const Host = ""

// A State is a set of network namespaces by name.
type State struct {
	Namespaces map[string]*Namespace `json:"namespaces"`

	// Flat says that no link is known to be on a lower device, which spares searches for
	// upper links. It is not part of a comparison, nor copied.
	Flat bool `json:"-"`
}

// New returns a State without namespaces.
func New() *State { return &State{Namespaces: map[string]*Namespace{}} }

// Names returns the names of the namespaces in order.
func (s *State) Names() []string {
	return slices.SortedFunc(maps.Keys(s.Namespaces), CompareNames)
}

// Namespace returns the namespace of that name, or nil.
func (s *State) Namespace(name string) *Namespace { return s.Namespaces[name] }

// Link returns the link at e, or nil.
func (s *State) Link(e Endpoint) *Link {
	if ns := s.Namespaces[e.Namespace]; ns != nil {
		return ns.Links[e.Link]
	}
	return nil
}

// Carrier reports whether the link at e is up and has a carrier when all in s has
// settled.
func (s *State) Carrier(e Endpoint) bool {
	l := s.Link(e)
	return l != nil && l.Up && l.Kind != nil && l.Kind.Carrier(s, e)
}

// CarrierDelay returns the longest [Kind.CarrierDelay] of the links that are up.
func (s *State) CarrierDelay() time.Duration {
	var longest time.Duration
	for _, ns := range s.Namespaces {
		for _, l := range ns.Links {
			if l.Up && l.Kind != nil {
				longest = max(longest, l.Kind.CarrierDelay())
			}
		}
	}
	return longest
}

// LinkAddress returns the MAC that the frames of a link have: its own, or that of its
// first lower device if its kind has none. Zero: it is not known, or there is none.
func (s *State) LinkAddress(e Endpoint) topo.MAC {
	for range maxNesting + 1 {
		l := s.Link(e)
		switch {
		case l == nil:
			return topo.MAC{}
		case l.Kind == nil, !l.Kind.Traits().NoMAC, len(l.Kind.Lower()) == 0:
			return l.MAC
		}
		e = l.Kind.Lower()[0]
	}
	return topo.MAC{}
}

// Rename replaces a link's endpoint wherever another link names it: as its peer or
// as its lower device.
func (s *State) Rename(from, to Endpoint) {
	for _, ns := range s.Namespaces {
		for _, l := range ns.Links {
			if slices.Contains(l.Related(), from) {
				l.Kind = l.Kind.Renamed(from, to)
			}
		}
	}
}

// Add puts a namespace into the State as the kernel makes it, with nothing in
// it but lo, and returns it.
func (s *State) Add(name string) *Namespace {
	ns := &Namespace{Name: name, Links: map[string]*Link{}, Sysctls: map[string]string{}}
	if name != Host {
		ns.Links[Lo] = newLo()
	}
	s.Namespaces[name] = ns
	return ns
}

// Clone returns a deep copy.
func (s *State) Clone() *State {
	c := &State{Namespaces: make(map[string]*Namespace, len(s.Namespaces))}
	for name, ns := range s.Namespaces {
		c.Namespaces[name] = ns.clone()
	}
	return c
}

// An Endpoint names a link in a State.
type Endpoint struct {
	Namespace string `json:"namespace"`
	Link      string `json:"link"`
}

// Compare orders endpoints by namespace and link.
func (e Endpoint) Compare(o Endpoint) int {
	return cmp.Or(CompareNames(e.Namespace, o.Namespace), CompareNames(e.Link, o.Link))
}

// String returns "namespace:link", with "host" for the host namespace.
func (e Endpoint) String() string {
	if e.Namespace == Host {
		return "host:" + e.Link
	}
	return e.Namespace + ":" + e.Link
}

// A Namespace is one network namespace.
type Namespace struct {
	Name   string           `json:"name"`
	Links  map[string]*Link `json:"links"` // by name
	Routes Routes           `json:"routes,omitempty"`

	// Unmarked are routes in the host namespace that equal wanted ones, and lack the mark
	// of the lab, its protocol number. Only an observed State has them.
	Unmarked Routes `json:"-"`

	// Neighbours are the permanent entries of the neighbour tables.
	Neighbours Neighbours `json:"neighbours,omitempty"`

	// Sysctls by dotted key, as far as known and not the default.
	Sysctls map[string]string `json:"sysctls,omitempty"`

	// Defaults are the default values of those in Sysctls that are no longer wanted. Only an observed State has them.
	Defaults map[string]string `json:"-"`

	// Nftables is the packet filter.
	Nftables nft.Ruleset `json:"nftables,omitempty"`
}

// Mark returns whose namespace this is: the mark on its lo, or for [Host] the
// mark on any of its links. The zero Mark is not one of a lab.
func (ns *Namespace) Mark() Mark {
	if ns.Name == Host {
		for _, l := range ns.Links {
			if m, ok := ParseMark(l.Alias); ok {
				return m
			}
		}
	}
	if lo := ns.Links[Lo]; lo != nil {
		m, _ := ParseNamespaceMark(lo.Alias)
		return m
	}
	return Mark{}
}

// Owns reports whether a link of the namespace has that address.
func (ns *Namespace) Owns(a netip.Addr) bool {
	for _, l := range ns.Links {
		if slices.ContainsFunc(l.Addresses, func(p netip.Prefix) bool { return p.Addr() == a }) {
			return true
		}
	}
	return false
}

// LinkNames returns the names of the links in order.
func (ns *Namespace) LinkNames() []string {
	return slices.SortedFunc(maps.Keys(ns.Links), CompareNames)
}

func (ns *Namespace) clone() *Namespace {
	c := *ns
	c.Links = make(map[string]*Link, len(ns.Links))
	for name, l := range ns.Links {
		c.Links[name] = l.Clone()
	}
	for _, p := range parts {
		p.clone(&c)
	}
	return &c
}

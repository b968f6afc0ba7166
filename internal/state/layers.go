package state

import (
	"fmt"
	"slices"
)

// maxNesting is the kernel's limit of devices on one another, with the lowest
// (MAX_NEST_DEV).
const maxNesting = 8

// Uppers returns the upper links of a link, directly over it, in order. A master is none.
func (s *State) Uppers(e Endpoint) []Endpoint {
	if s.Flat {
		return nil
	}
	var uppers []Endpoint
	for name, ns := range s.Namespaces {
		for link, l := range ns.Links {
			if l.Kind != nil && slices.Contains(l.Kind.Lower(), e) {
				uppers = append(uppers, Endpoint{name, link})
			}
		}
	}
	slices.SortFunc(uppers, Endpoint.Compare)
	return uppers
}

// HasUppers reports whether any link is on a lower device.
func (s *State) HasUppers() bool {
	for _, ns := range s.Namespaces {
		for _, l := range ns.Links {
			if l.Kind != nil && len(l.Kind.Lower()) > 0 {
				return true
			}
		}
	}
	return false
}

// LowerOf returns the first lower link of a link, which is its IFLA_LINK; nil if it has none,
// or if it is outside of the State.
func (s *State) LowerOf(k Kind) *Link {
	if k == nil || len(k.Lower()) == 0 {
		return nil
	}
	return s.Link(k.Lower()[0])
}

// DefaultMTU returns the MTU, in bytes, of a new link of a kind for which none is given.
func (s *State) DefaultMTU(k Kind) int {
	if lower := s.LowerOf(k); lower != nil && (k.Traits().MTUOfLower || k.Traits().MTUWithLower) {
		return lower.MTU
	}
	return DefaultMTU
}

// CheckNesting returns an error if the kernel would refuse a link on lower, which is to be its
// lower device or its port: because lower is itself on the link, or because too many devices
// would be on one another (__netdev_upper_dev_link).
func (s *State) CheckNesting(upper, lower Endpoint) error {
	levels := s.levels(lower, s.below) + s.levels(upper, s.above)
	switch {
	case slices.Contains(s.reach(lower, s.below), upper):
		return fmt.Errorf("%s is on %s itself", lower, upper)
	case levels > maxNesting:
		return fmt.Errorf("%d devices on one another, the kernel's limit is %d", levels, maxNesting)
	}
	return nil
}

// below returns the lower devices and ports of a link.
func (s *State) below(e Endpoint) []Endpoint {
	l := s.Link(e)
	if l == nil || l.Kind == nil {
		return nil
	}
	list := slices.Clone(l.Kind.Lower())
	if !l.Kind.Traits().TakesPorts {
		return list
	}
	for name, port := range s.Namespaces[e.Namespace].Links {
		if port.Master == e.Link {
			list = append(list, Endpoint{e.Namespace, name})
		}
	}
	return list
}

// above returns the upper links and the master of a link.
func (s *State) above(e Endpoint) []Endpoint {
	list := s.Uppers(e)
	if l := s.Link(e); l != nil && l.Master != "" {
		list = append(list, Endpoint{e.Namespace, l.Master})
	}
	return list
}

// reach returns a link and all that next leads to from it.
func (s *State) reach(from Endpoint, next func(Endpoint) []Endpoint) []Endpoint {
	seen := []Endpoint{from}
	for k := 0; k < len(seen); k++ {
		for _, e := range next(seen[k]) {
			if !slices.Contains(seen, e) {
				seen = append(seen, e)
			}
		}
	}
	return seen
}

// levels returns the number of links on the longest path from a link, with itself. It counts
// no further than to one above the limit.
func (s *State) levels(from Endpoint, next func(Endpoint) []Endpoint) int {
	count := 0
	for layer := []Endpoint{from}; len(layer) > 0 && count <= maxNesting; count++ {
		var after []Endpoint
		for _, e := range layer {
			for _, n := range next(e) {
				if !slices.Contains(after, n) {
					after = append(after, n)
				}
			}
		}
		layer = after
	}
	return count
}

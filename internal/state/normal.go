package state

import "slices"

// Normal returns a copy without all that does not count for equality: interface indexes, the
// order of addresses, routes and tables, the counters of rules, nil as opposed to empty. Two
// States mean the same if and only if their Normals are deeply equal.
func (s *State) Normal() *State {
	c := s.Clone()
	for name, ns := range c.Namespaces {
		if name == Host && len(ns.Links) == 0 {
			delete(c.Namespaces, name)
			continue
		}
		for _, p := range parts {
			p.normal(ns)
		}
		for _, l := range ns.Links {
			l.Index = 0
			slices.SortFunc(l.Addresses, ComparePrefixes)
			l.Addresses = orNil(l.Addresses)
			slices.SortFunc(l.Unrouted, ComparePrefixes)
			l.Unrouted = orNil(l.Unrouted)
		}
	}
	return c
}

func orNil[S ~[]E, E any](s S) S {
	if len(s) == 0 {
		return nil
	}
	return s
}

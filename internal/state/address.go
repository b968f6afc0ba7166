package state

import (
	"net/netip"
	"slices"
)

// Addresses are the addresses of a link with the length of their subnet, in
// the order in which they are given: the first of a family is the one packets
// are sent from. Comparisons ignore the order.
type Addresses []netip.Prefix

// ComparePrefixes orders prefixes: IPv4 first, then by address and length.
func ComparePrefixes(a, b netip.Prefix) int {
	if c := a.Addr().Compare(b.Addr()); c != 0 {
		return c
	}
	return a.Bits() - b.Bits()
}

// Contains reports whether p is among the addresses.
func (as Addresses) Contains(p netip.Prefix) bool { return slices.Contains(as, p) }

// First returns the first address of a family that is not link-local; the
// zero Prefix if there is none.
func (as Addresses) First(ipv6 bool) netip.Prefix {
	for _, p := range as {
		if p.Addr().Is6() == ipv6 && !p.Addr().IsLinkLocalUnicast() {
			return p
		}
	}
	return netip.Prefix{}
}

// Without returns the addresses less p.
func (as Addresses) Without(p netip.Prefix) Addresses {
	return slices.DeleteFunc(slices.Clone(as), func(q netip.Prefix) bool { return p == q })
}

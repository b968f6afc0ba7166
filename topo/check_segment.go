package topo

import (
	"net/netip"
	"slices"
)

// together reports interfaces of one segment that cannot talk, since no subnet
// of theirs overlaps with those of the others.
func (c *checker) together(s *segment) {
	for _, is := range []func(netip.Addr) bool{netip.Addr.Is4, netip.Addr.Is6} {
		var claims []*claim
		for _, cl := range routable(s.claims) {
			if is(cl.prefix.Addr()) {
				claims = append(claims, cl)
			}
		}
		c.oneGroup(claims)
	}
}

// oneGroup reports the claims of one family that are not joined with the first,
// be it by overlapping or by being of one interface. Each interface is
// reported once.
func (c *checker) oneGroup(claims []*claim) {
	f := forest{}
	sorted := slices.SortedStableFunc(slices.Values(claims), compareClaims)
	for i, widest := 0, 0; i < len(sorted); i++ {
		if !sorted[i].prefix.Overlaps(sorted[widest].prefix) {
			widest = i
		}
		// A group goes by the name of its widest prefix.
		f[f.find(sorted[i].owner())] = f.find(sorted[widest].prefix.Masked().String())
	}
	told := make(map[string]bool)
	for _, cl := range claims {
		first := claims[0]
		if f.find(cl.owner()) == f.find(first.owner()) || told[cl.owner()] {
			continue
		}
		told[cl.owner()] = true
		c.fail(cl.pos, cl.path, "", "%s and %s are on one segment and not in one subnet", cl.what, first.inFile())
	}
}

// owner tells interfaces and subnets apart.
func (cl *claim) owner() string {
	if cl.plug != nil {
		return "interface " + cl.plug.String()
	}
	return "subnet " + cl.path
}

// twice reports addresses that two interfaces have.
func (c *checker) twice(claims []*claim) {
	type where struct {
		addr    netip.Addr
		segment *segment // for link-local addresses only
	}
	seen := make(map[where]*claim)
	for _, cl := range claims {
		if cl.plug == nil {
			continue
		}
		w := where{addr: cl.prefix.Addr()}
		if w.addr.IsLinkLocalUnicast() {
			w.segment = cl.segment
		}
		if first := seen[w]; first == nil {
			seen[w] = cl
		} else if first.plug != cl.plug || first.prefix != cl.prefix {
			c.fail(cl.pos, cl.path, "", "address %s is already that of %s%s", cl.what, first.plug, inLine(first.pos))
		}
	}
}

// apart reports subnets of different segments that overlap. Of each pair of
// segments it names the first two places.
func (c *checker) apart(claims []*claim) {
	type pair struct{ a, b *segment }
	told := make(map[pair]bool)
	sorted := slices.SortedStableFunc(slices.Values(routable(claims)), compareClaims)
	for i, widest := 0, 0; i < len(sorted); i++ {
		a, b := sorted[widest], sorted[i]
		if !a.prefix.Overlaps(b.prefix) {
			widest = i
			continue
		}
		sameAddress := a.plug != nil && b.plug != nil && a.prefix.Addr() == b.prefix.Addr()
		if a.segment == b.segment || sameAddress || told[pair{a.segment, b.segment}] {
			continue
		}
		told[pair{a.segment, b.segment}] = true
		if b.pos.compare(a.pos) < 0 {
			a, b = b, a
		}
		c.fail(b.pos, b.path, "", "%s overlaps %s, which is another segment", b.what, a.inFile())
	}
}

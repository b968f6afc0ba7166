package topo

import (
	"net/netip"
	"slices"
)

// segments checks what is said about addresses within and between segments. A lab
// with routing: none decides what is reached by what, and may have subnets that
// overlap, or an address twice.
func (c *checker) segments() {
	c.findSegments()
	var all []*claim
	for _, s := range c.wiring.Segments {
		claims := c.claims(s)
		c.oneSubnet(claims)
		if c.t.Routing == RoutingNone {
			c.twice(claims)
		} else {
			c.together(claims)
		}
		all = append(all, claims...)
	}
	if c.t.Routing != RoutingNone {
		c.twice(all)
		c.apart(all)
	}
}

// together reports interfaces of one segment that cannot talk, since no subnet
// of theirs overlaps with those of the others.
func (c *checker) together(claims []*claim) {
	for _, is := range []func(netip.Addr) bool{netip.Addr.Is4, netip.Addr.Is6} {
		var family []*claim
		for _, cl := range routable(claims) {
			if is(cl.prefix.Addr()) {
				family = append(family, cl)
			}
		}
		c.oneGroup(family)
	}
}

// oneGroup reports the claims of one family that are not joined with the first,
// be it by overlapping or by being of one interface. Each interface is
// reported once.
func (c *checker) oneGroup(claims []*claim) {
	f := forest[string]{}
	sorted := slices.SortedStableFunc(slices.Values(claims), compareClaims)
	for i, widest := 0, 0; i < len(sorted); i++ {
		if !sorted[i].prefix.Overlaps(sorted[widest].prefix) {
			widest = i
		}
		// A group goes by the name of its widest prefix.
		f.join(sorted[i].owner(), sorted[widest].prefix.Masked().String())
	}
	reported := make(map[string]bool)
	for _, cl := range claims {
		first := claims[0]
		if f.find(cl.owner()) == f.find(first.owner()) || reported[cl.owner()] {
			continue
		}
		reported[cl.owner()] = true
		c.fail(cl.pos, cl.path, "", "%s and %s are on one segment, but not in one subnet", cl.what, first.inFile())
	}
}

// owner tells interfaces and subnets apart.
func (cl *claim) owner() string {
	if cl.of != nil {
		return "interface " + cl.of.String()
	}
	return "subnet " + cl.path
}

// twice reports addresses that two interfaces have.
func (c *checker) twice(claims []*claim) {
	type where struct {
		addr    netip.Addr
		segment *WiredSegment // for link-local addresses only
	}
	seen := make(map[where]*claim)
	for _, cl := range claims {
		if cl.of == nil {
			continue
		}
		w := where{addr: cl.prefix.Addr()}
		if w.addr.IsLinkLocalUnicast() {
			w.segment = cl.segment
		}
		if first := seen[w]; first == nil {
			seen[w] = cl
		} else if first.of != cl.of || first.prefix != cl.prefix {
			c.fail(cl.pos, cl.path, "", "address %s is already used by %s%s", cl.what, first.of, inLine(first.pos))
		}
	}
}

// apart reports subnets of different segments that overlap. Of each pair of
// segments it names the first two places.
func (c *checker) apart(claims []*claim) {
	type pair struct{ a, b *WiredSegment }
	reported := make(map[pair]bool)
	sorted := slices.SortedStableFunc(slices.Values(routable(claims)), compareClaims)
	for i, widest := 0, 0; i < len(sorted); i++ {
		a, b := sorted[widest], sorted[i]
		if !a.prefix.Overlaps(b.prefix) {
			widest = i
			continue
		}
		sameAddress := a.of != nil && b.of != nil && a.prefix.Addr() == b.prefix.Addr()
		if a.segment == b.segment || sameAddress || reported[pair{a.segment, b.segment}] {
			continue
		}
		reported[pair{a.segment, b.segment}] = true
		if b.pos.compare(a.pos) < 0 {
			a, b = b, a
		}
		c.fail(b.pos, b.path, "", "%s overlaps %s, which is on another segment", b.what, a.inFile())
	}
}

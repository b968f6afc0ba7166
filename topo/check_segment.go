package topo

import (
	"net/netip"
	"slices"
)

// segments checks addresses and subnets within and between segments. A lab with
// routing: none may have overlapping subnets and duplicate addresses on different
// segments: its own routes decide.
func (c *checker) segments() {
	c.findSegments()
	free := c.t.Routing == RoutingNone || c.unread.has("routing")
	var all []*declaredPrefix
	for _, s := range c.wiring.Segments {
		declared := c.declared(s)
		c.equalSubnets(declared)
		if free {
			c.duplicates(declared)
		} else {
			c.inOneSubnet(declared)
		}
		all = append(all, declared...)
	}
	if !free {
		c.duplicates(all)
		c.overlaps(all)
	}
}

// inOneSubnet reports interfaces of one segment none of whose subnets overlaps those
// of the other interfaces.
func (c *checker) inOneSubnet(declared []*declaredPrefix) {
	for _, is := range []func(netip.Addr) bool{netip.Addr.Is4, netip.Addr.Is6} {
		var family []*declaredPrefix
		for _, d := range routable(declared) {
			if is(d.prefix.Addr()) {
				family = append(family, d)
			}
		}
		c.familyInOneSubnet(family)
	}
}

// familyInOneSubnet does so for one address family. Two prefixes are connected if they
// overlap or belong to one interface; those not connected with the first are reported,
// each interface once.
func (c *checker) familyInOneSubnet(declared []*declaredPrefix) {
	f := forest[string]{}
	sorted := slices.SortedStableFunc(slices.Values(declared), compareDeclared)
	for i, widest := 0, 0; i < len(sorted); i++ {
		if !sorted[i].prefix.Overlaps(sorted[widest].prefix) {
			widest = i
		}
		// The widest prefix identifies its group.
		f.join(sorted[i].owner(), sorted[widest].prefix.Masked().String())
	}
	reported := make(map[string]bool)
	for _, d := range declared {
		first := declared[0]
		if f.find(d.owner()) == f.find(first.owner()) || reported[d.owner()] {
			continue
		}
		reported[d.owner()] = true
		c.fail(d.pos, d.path, "", "%s and %s are on one segment, but not in one subnet", d.what, first.inFile())
	}
}

// owner identifies the interface of an address, or the subnet itself.
func (d *declaredPrefix) owner() string {
	if d.of != nil {
		return "interface " + d.of.String()
	}
	return "subnet " + d.path
}

// duplicates reports addresses of two interfaces.
func (c *checker) duplicates(declared []*declaredPrefix) {
	type where struct {
		addr    netip.Addr
		segment *WiredSegment // for link-local addresses only
	}
	seen := make(map[where]*declaredPrefix)
	for _, d := range declared {
		if d.of == nil {
			continue
		}
		w := where{addr: d.prefix.Addr()}
		if w.addr.IsLinkLocalUnicast() {
			w.segment = d.segment
		}
		if first := seen[w]; first == nil {
			seen[w] = d
		} else if first.of != d.of || first.prefix != d.prefix {
			c.fail(d.pos, d.path, "", "address %s is already used by %s%s", d.what, first.of, inLine(first.pos))
		}
	}
}

// overlaps reports overlapping subnets of different segments, once for each pair of
// segments.
func (c *checker) overlaps(declared []*declaredPrefix) {
	type pair struct{ a, b *WiredSegment }
	reported := make(map[pair]bool)
	sorted := slices.SortedStableFunc(slices.Values(routable(declared)), compareDeclared)
	unknown := make(map[*WiredSegment]bool) // asked once for each segment, not for each prefix
	for _, d := range sorted {
		if _, ok := unknown[d.segment]; !ok {
			unknown[d.segment] = c.hasUnknown(d.segment)
		}
	}
	sorted = slices.DeleteFunc(sorted, func(d *declaredPrefix) bool { return unknown[d.segment] })
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

package topo

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
)

// A declaredPrefix is a subnet in a file, or that of an address.
type declaredPrefix struct {
	segment *WiredSegment
	prefix  netip.Prefix    // an address keeps its host bits
	of      *WiredInterface // that has the address; nil for a subnet
	pos     Pos
	path    string
	what    string // "the subnet 10.0.0.0/24 of switch sw"
}

// inFile returns what the prefix is and its line.
func (d *declaredPrefix) inFile() string { return d.what + inLine(d.pos) }

// declared returns the subnets of a segment, then its addresses, in the order of the
// file. Of two that contradict each other the later one is reported.
func (c *checker) declared(s *WiredSegment) []*declaredPrefix {
	var declared []*declaredPrefix
	add := func(prefix netip.Prefix, of *WiredInterface, pos Pos, path, format string, args ...any) {
		if exact, ok := c.places[path]; ok {
			pos = exact
		}
		if !prefix.IsValid() {
			return // reported
		}
		declared = append(declared, &declaredPrefix{s, prefix, of, pos, path, fmt.Sprintf(format, args...)})
	}
	for _, n := range s.Switches() {
		for _, p := range n.Decl.Subnet {
			add(p, nil, n.Pos, "nodes."+n.Name+".subnet", "the subnet %s of switch %s", p, n.Name)
		}
	}
	for _, l := range s.Links {
		path := linkPath(l.number)
		for _, p := range l.Decl.Subnet {
			add(p, nil, l.Decl.Pos, path+".subnet", "the subnet %s of %s", p, path)
		}
	}
	subnets := len(declared)
	for _, i := range s.Interfaces {
		path := interfacePath(i.Node.Decl, i.Decl) + "." + addressesKey
		for at, p := range i.Decl.Addresses {
			add(p, i, i.Decl.Pos, c.itemPath(path, at), "%s of %s", p, i)
		}
	}
	slices.SortStableFunc(declared[subnets:], func(a, b *declaredPrefix) int { return a.pos.compare(b.pos) })
	return declared
}

// equalSubnets reports subnets of one segment that differ.
func (c *checker) equalSubnets(declared []*declaredPrefix) {
	first := make(map[bool]*declaredPrefix)
	for _, d := range declared {
		four := d.prefix.Addr().Is4()
		switch {
		case d.of != nil:
		case first[four] == nil:
			first[four] = d
		case first[four].prefix != d.prefix && first[four].path != d.path:
			c.fail(d.pos, d.path, "give a segment one subnet of each address family",
				"%s differs from %s", d.what, first[four].inFile())
		}
	}
}

// compareDeclared sorts subnets before those that they contain.
func compareDeclared(a, b *declaredPrefix) int {
	p, q := a.prefix.Masked(), b.prefix.Masked()
	return cmp.Or(p.Addr().Compare(q.Addr()), cmp.Compare(p.Bits(), q.Bits()))
}

// routable returns the prefixes that must be unique in the lab: all but link-local
// addresses.
func routable(declared []*declaredPrefix) []*declaredPrefix {
	return slices.DeleteFunc(slices.Clone(declared), func(d *declaredPrefix) bool {
		return !d.prefix.IsValid() || d.prefix.Addr().IsLinkLocalUnicast()
	})
}

package topo

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
)

// A claim is a subnet that a file names, outright or by an address.
type claim struct {
	segment *WiredSegment
	prefix  netip.Prefix    // an address keeps its host bits
	of      *WiredInterface // whose address it is; nil for a subnet
	pos     Pos
	path    string
	what    string // "the subnet 10.0.0.0/24 of switch sw"
}

// inFile returns what the claim is and where else to look for it.
func (cl *claim) inFile() string { return cl.what + inLine(cl.pos) }

// claims returns the subnets of a segment, then the addresses in it in the order of
// the file. Of two that contradict each other the later one is reported.
func (c *checker) claims(s *WiredSegment) []*claim {
	var claims []*claim
	add := func(prefix netip.Prefix, of *WiredInterface, pos Pos, path, format string, args ...any) {
		if exact, ok := c.places[path]; ok {
			pos = exact
		}
		claims = append(claims, &claim{s, prefix, of, pos, path, fmt.Sprintf(format, args...)})
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
	subnets := len(claims)
	for _, i := range s.Interfaces {
		path := interfacePath(i.Node.Decl, i.Decl) + "." + addressesKey
		for at, p := range i.Decl.Addresses {
			add(p, i, i.Decl.Pos, c.itemPath(path, at), "%s of %s", p, i)
		}
	}
	slices.SortStableFunc(claims[subnets:], func(a, b *claim) int { return a.pos.compare(b.pos) })
	return claims
}

// oneSubnet reports subnets of one segment that are not the same.
func (c *checker) oneSubnet(claims []*claim) {
	first := make(map[bool]*claim)
	for _, cl := range claims {
		four := cl.prefix.Addr().Is4()
		switch {
		case cl.of != nil:
		case first[four] == nil:
			first[four] = cl
		case first[four].prefix != cl.prefix && first[four].path != cl.path:
			c.fail(cl.pos, cl.path, "give a segment one subnet of each address family",
				"%s differs from %s", cl.what, first[four].inFile())
		}
	}
}

// compareClaims puts subnets before those that are within them.
func compareClaims(a, b *claim) int {
	p, q := a.prefix.Masked(), b.prefix.Masked()
	return cmp.Or(p.Addr().Compare(q.Addr()), cmp.Compare(p.Bits(), q.Bits()))
}

// routable returns the claims of which there can be but one in the lab:
// link-local addresses are each segment's own.
func routable(claims []*claim) []*claim {
	return slices.DeleteFunc(slices.Clone(claims), func(cl *claim) bool {
		return !cl.prefix.IsValid() || cl.prefix.Addr().IsLinkLocalUnicast()
	})
}

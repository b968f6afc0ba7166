package topo

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
)

// A segment is what hears one another's frames: the two ends of a link, or all
// that is plugged into a switch or into several switches joined by links.
type segment struct {
	claims []*claim
}

// A claim is a subnet that a file names, outright or by an address.
type claim struct {
	segment *segment
	prefix  netip.Prefix // an address keeps its host bits
	plug    *plug        // whose address it is; nil for a subnet
	pos     Pos
	path    string
	what    string // "the subnet 10.0.0.0/24 of switch sw"
}

// inFile returns what the claim is and where else to look for it.
func (cl *claim) inFile() string { return cl.what + inLine(cl.pos) }

// segments checks what is said about addresses within and between segments. Who
// says routing: none decides what is reached by what, and may have subnets that
// overlap, or an address twice in the lab.
func (c *checker) segments() {
	var all []*claim
	segments := c.findSegments()
	for _, s := range segments {
		c.oneSubnet(s)
		all = append(all, s.claims...)
	}
	if c.t.Routing == RoutingNone {
		for _, s := range segments {
			c.twice(s.claims)
		}
		return
	}
	for _, s := range segments {
		c.together(s)
	}
	c.twice(all)
	c.apart(all)
}

// findSegments returns the segments in the order of the file, and reports
// bridges that form a loop and switches that have too many ports.
func (c *checker) findSegments() []*segment {
	joined := c.joinBridges()
	var order []*segment
	byBridge := make(map[string]*segment)
	of := func(bridge *plug) *segment {
		root := joined.find(bridge.String())
		if byBridge[root] == nil {
			byBridge[root] = &segment{}
			order = append(order, byBridge[root])
		}
		return byBridge[root]
	}
	for i := range c.t.Nodes {
		if n := &c.t.Nodes[i]; n.Kind == Switch {
			c.claimSubnets(of(c.plugAt(n.Name, BridgeName)), n.Subnet, n.Pos, "nodes."+n.Name+".subnet", "switch "+n.Name)
			c.ports(n)
		}
	}
	perLink := make([]*segment, len(c.t.Links))
	for i, l := range c.t.Links {
		switch ends := c.byLink[i]; {
		case ends[0].bridge != nil:
			perLink[i] = of(ends[0].bridge)
		case ends[1].bridge != nil:
			perLink[i] = of(ends[1].bridge)
		default:
			perLink[i] = &segment{}
			order = append(order, perLink[i])
		}
		c.claimSubnets(perLink[i], l.Subnet, l.Pos, linkPath(i)+".subnet", linkPath(i))
	}
	c.claimAddresses(func(p *plug) *segment {
		switch {
		case p.isBridge():
			return of(p)
		case p.isLoopback():
			order = append(order, &segment{})
			return order[len(order)-1]
		}
		return perLink[p.link]
	})
	return order
}

func (c *checker) ports(n *Node) {
	if ports := len(c.plugs[n.Name]) - 1; ports > maxPorts {
		c.fail(n.Pos, "nodes."+n.Name, "use several switches and link them",
			"switch %s has %d links, but a bridge of the kernel holds %d ports", n.Name, ports, maxPorts)
	}
}

// joinBridges returns which bridges are linked together. A loop of them is an
// error, unless a spanning tree breaks it up: frames would go round in it for
// ever.
func (c *checker) joinBridges() forest {
	f := forest{}
	for i, l := range c.t.Links {
		ends := c.byLink[i]
		if ends[0].bridge == nil || ends[1].bridge == nil {
			continue
		}
		x, y := ends[0].bridge, ends[1].bridge
		if f.find(x.String()) == f.find(y.String()) && !x.hasSTP() && !y.hasSTP() {
			c.fail(l.Pos, linkPath(i), "take one link of the loop away, or give the bridges stp: true",
				"this link closes a loop of switches, in which frames would go round for ever")
		}
		f[f.find(x.String())] = f.find(y.String())
	}
	return f
}

func (p *plug) hasSTP() bool { return p.decl != nil && p.decl.STP }

func (c *checker) claimSubnets(s *segment, ps []netip.Prefix, pos Pos, path, whose string) {
	if exact, ok := c.places[path]; ok {
		pos = exact
	}
	for _, p := range ps {
		s.claims = append(s.claims, &claim{
			segment: s, prefix: p, pos: pos, path: path,
			what: fmt.Sprintf("the subnet %s of %s", p, whose),
		})
	}
}

// claimAddresses notes the addresses of all interfaces that are plugged in.
func (c *checker) claimAddresses(of func(*plug) *segment) {
	for i := range c.t.Nodes {
		for _, p := range c.plugs[c.t.Nodes[i].Name] {
			if p.decl == nil {
				continue
			}
			s := of(p)
			path := fmt.Sprintf("nodes.%s.interfaces.%s.addresses", p.node, p.name)
			for a, prefix := range p.decl.Addresses {
				cl := &claim{segment: s, prefix: prefix, plug: p, pos: p.decl.Pos, path: c.itemPath(path, a)}
				if exact, ok := c.places[cl.path]; ok {
					cl.pos = exact
				}
				cl.what = fmt.Sprintf("%s of %s", prefix, p)
				s.claims = append(s.claims, cl)
			}
		}
	}
}

// oneSubnet reports subnets of one segment that are not the same.
func (c *checker) oneSubnet(s *segment) {
	first := make(map[bool]*claim)
	for _, cl := range s.claims {
		four := cl.prefix.Addr().Is4()
		switch {
		case cl.plug != nil:
		case first[four] == nil:
			first[four] = cl
		case first[four].prefix != cl.prefix && first[four].path != cl.path:
			c.fail(cl.pos, cl.path, "they are one segment, so say it once",
				"%s is not %s", cl.what, first[four].inFile())
		}
	}
}

// compareClaims puts subnets before those that are within them.
func compareClaims(a, b *claim) int {
	p, q := a.prefix.Masked(), b.prefix.Masked()
	return cmp.Or(p.Addr().Compare(q.Addr()), cmp.Compare(p.Bits(), q.Bits()))
}

// A forest joins things into groups: each maps to another of its group.
type forest map[string]string

func (f forest) find(x string) string {
	for f[x] != "" && f[x] != x {
		if up := f[f[x]]; up != "" {
			f[x] = up // halve the way for the next time
		}
		x = f[x]
	}
	return x
}

// routable returns the claims of which there can be but one in the lab:
// link-local addresses are each segment's own.
func routable(claims []*claim) []*claim {
	return slices.DeleteFunc(slices.Clone(claims), func(cl *claim) bool {
		return !cl.prefix.IsValid() || cl.prefix.Addr().IsLinkLocalUnicast()
	})
}

package compile

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/vethlab/vethlab/topo"
)

// A Pin is an interface whose addresses the file leaves out, and the addresses that it
// has. Written into the file, they stay.
type Pin struct {
	Node, Interface string
	Addresses       []netip.Prefix // without the link-local one

	socket  socket
	subnets string // those that the file gives the segment
}

// A socket identifies an interface while the file is edited: by the node at the other end
// of its link, as names such as eth1 follow from the order of links.
type socket struct {
	node, peer string // peer is the interface's name if it has no link
	number     int    // of the links between the two, from 0
}

// Pins returns the interfaces whose addresses the file leaves out, in the order of nodes.
func (l *Lab) Pins() []Pin { return l.pins }

// pinsOf returns the pins of a lab whose addresses are set.
func (c *compiler) pinsOf() []Pin {
	subnets := map[*topo.WiredSegment]string{}
	for _, s := range c.segments {
		subnets[s.WiredSegment] = fmt.Sprint(s.writtenSubnets())
	}
	var pins []Pin
	count := map[socket]int{}
	for _, n := range c.nodes {
		for _, i := range n.ifaces {
			at := socket{node: n.Name, peer: ":" + i.Name}
			if peer := i.Peer(); peer != nil {
				at.peer = peer.Node.Name
			}
			at.number, count[at] = count[at], count[at]+1
			if i.Decl.Addresses != nil || !i.needsAddresses() || i.Name == "" {
				continue
			}
			p := Pin{Node: n.Name, Interface: i.Name, socket: at, subnets: subnets[i.Segment]}
			for _, a := range i.addresses {
				if isGlobal(a) {
					p.Addresses = append(p.Addresses, a)
				}
			}
			pins = append(pins, p)
		}
	}
	return pins
}

// A Move is an interface that an edit gives other addresses, though the file leaves them
// out before and after.
type Move struct {
	Pin                // with the new addresses
	Was []netip.Prefix // the old ones

	// Taken says that the edit writes one of the old addresses at another interface, so
	// that they cannot be kept.
	Taken bool
}

// Kept returns the pin that keeps the old addresses.
func (m Move) Kept() Pin {
	p := m.Pin
	p.Addresses = m.Was
	return p
}

// Followed returns the interfaces of l whose addresses the file leaves out, and left out
// in an older description of the lab. Not among them are those that get other addresses
// because that was asked for: by a pool, or a subnet of their segment.
func (l *Lab) Followed(old *Lab) []Move {
	was, is := old.Topology.Addressing, l.Topology.Addressing
	if was.IPv4 != is.IPv4 || was.IPv6 != is.IPv6 {
		return nil
	}
	before := make(map[socket]Pin, len(old.pins))
	for _, p := range old.pins {
		before[p.socket] = p
	}
	written := map[netip.Addr]bool{}
	for _, n := range l.Topology.Nodes {
		for _, i := range n.Interfaces {
			for _, p := range i.Addresses {
				written[p.Addr()] = true
			}
		}
	}
	var moves []Move
	for _, p := range l.pins {
		if was, ok := before[p.socket]; ok && was.subnets == p.subnets {
			taken := slices.ContainsFunc(was.Addresses, func(a netip.Prefix) bool { return written[a.Addr()] })
			moves = append(moves, Move{Pin: p, Was: was.Addresses, Taken: taken})
		}
	}
	return moves
}

// Moved returns those of [Lab.Followed] that get other addresses.
func (l *Lab) Moved(old *Lab) []Move {
	return slices.DeleteFunc(l.Followed(old), func(m Move) bool { return slices.Equal(m.Addresses, m.Was) })
}

// Keeping returns the pins that keep the addresses of an older description of the lab, as
// far as that is possible.
func (l *Lab) Keeping(old *Lab) []Pin {
	var pins []Pin
	for _, m := range l.Followed(old) {
		if !m.Taken {
			pins = append(pins, m.Kept())
		}
	}
	return pins
}

// WithPins returns a copy of the topology with pins written into it, but for those of the
// host. Nodes that only links name are listed then, which leaves the order of nodes.
func (l *Lab) WithPins(pins []Pin) *topo.Topology {
	t := l.Topology.Clone()
	byNode := map[string][]Pin{}
	for _, p := range pins {
		byNode[p.Node] = append(byNode[p.Node], p)
	}
	for _, n := range l.Nodes {
		at := slices.IndexFunc(t.Nodes, func(d topo.Node) bool { return d.Name == n.Name })
		if n.Name == topo.HostNode {
			continue
		}
		if at < 0 && len(byNode) > 0 {
			at = len(t.Nodes)
			t.Nodes = append(t.Nodes, topo.Node{Name: n.Name})
		}
		for _, p := range byNode[n.Name] {
			if len(p.Addresses) == 0 {
				continue // [] would mean no link-local address either
			}
			pinInterface(&t.Nodes[at], p)
		}
		delete(byNode, n.Name)
	}
	return t
}

func pinInterface(n *topo.Node, p Pin) {
	at := slices.IndexFunc(n.Interfaces, func(i topo.Interface) bool { return i.Name == p.Interface })
	if at < 0 {
		at = len(n.Interfaces)
		n.Interfaces = append(n.Interfaces, topo.Interface{Name: p.Interface})
	}
	n.Interfaces[at].Addresses = slices.Clone(p.Addresses)
}

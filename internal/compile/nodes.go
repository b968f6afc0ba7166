package compile

import (
	"net/netip"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// A node is one node of the lab and what is found for it.
type node struct {
	*topo.WiredNode
	ifaces []*iface // as in the wiring
	routes state.Routes

	lacksAddresses bool // since a pool or subnet is full
}

// An iface is one interface and what is found for it.
type iface struct {
	*topo.WiredInterface
	Name      string // never empty, unlike that of the wiring
	node      *node
	mac       topo.MAC
	mtu       int // bytes
	addresses []netip.Prefix
}

// A segment is one segment and the subnets that its automatic addresses come from.
type segment struct {
	*topo.WiredSegment
	ifaces  []*iface // as in the wiring
	subnets []*subnet
}

// start makes the nodes, interfaces and segments of the wiring to be filled in.
func (c *compiler) start() {
	w := c.wiring
	c.ifaces = make(map[*topo.WiredInterface]*iface, 2*len(w.Links))
	for _, wired := range w.Nodes {
		n := &node{WiredNode: wired}
		for _, i := range wired.Interfaces {
			c.ifaces[i] = &iface{WiredInterface: i, Name: i.Name, node: n}
			n.ifaces = append(n.ifaces, c.ifaces[i])
		}
		c.nodes = append(c.nodes, n)
	}
	for _, wired := range w.Segments {
		s := &segment{WiredSegment: wired}
		for _, i := range wired.Interfaces {
			s.ifaces = append(s.ifaces, c.ifaces[i])
		}
		c.segments = append(c.segments, s)
	}
}

// String returns node:interface.
func (i *iface) String() string { return i.endpoint().String() }

// needsAddresses reports whether the interface gets addresses by default: lo and
// ports need none, nor does the bridge of a switch.
func (i *iface) needsAddresses() bool {
	return !i.IsLoopback() && !i.IsBridged() && i.Node.Kind != topo.Switch
}

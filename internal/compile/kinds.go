package compile

import (
	"cmp"
	"maps"
	"slices"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// kinds has one row for each kind of interface, by the kernel's word.
var kinds = map[string]kind{
	state.Loopback{}.Kind(): {state: loopback, mtu: loopbackMTU},
	state.Veth{}.Kind():     {state: veth, mtu: linkMTU},
	state.Bridge{}.Kind():   {state: bridge, mtu: smallestMTU},
	state.Dummy{}.Kind():    {state: func(*compiler, *iface) state.Kind { return state.Dummy{} }},
}

// KindNames returns the kinds of link that a State can be made with, in order.
func KindNames() []string { return slices.Sorted(maps.Keys(kinds)) }

// A kind is what this package asks of a kind of interface.
type kind struct {
	// state returns the settings. The zero Endpoint stands for the first lower device.
	state func(*compiler, *iface) state.Kind

	// mtu returns the default MTU, in bytes, given
	// those of other interfaces. Nil: that of Ethernet.
	mtu func(i *iface, of func(*topo.WiredInterface) int) int
}

func loopback(*compiler, *iface) state.Kind { return state.Loopback{} }

func veth(c *compiler, i *iface) state.Kind {
	peer := c.ifaces[i.Peer()]
	return state.Veth{Peer: state.Endpoint{Namespace: c.namespace(peer.Node), Link: peer.Name}}
}

// setMTUs gives each interface its own MTU, or that of its kind.
func (c *compiler) setMTUs() {
	for wired := range c.ifaces {
		c.mtu(wired)
	}
}

func (c *compiler) mtu(wired *topo.WiredInterface) int {
	i, byKind := c.ifaces[wired], kinds[wired.Kind.Word()].mtu
	switch {
	case i.mtu != 0:
	case i.Decl.MTU != 0 || byKind == nil:
		i.mtu = cmp.Or(i.Decl.MTU, state.DefaultMTU)
	default:
		i.mtu = byKind(i, c.mtu)
	}
	return i.mtu
}

func loopbackMTU(*iface, func(*topo.WiredInterface) int) int { return state.LoMTU }

func linkMTU(i *iface, _ func(*topo.WiredInterface) int) int {
	return cmp.Or(i.Link.Decl.MTU, state.DefaultMTU)
}

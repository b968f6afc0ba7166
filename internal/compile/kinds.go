package compile

import (
	"maps"
	"slices"

	"github.com/vethlab/vethlab/internal/state"
)

// kinds has one row for each kind of interface, by the kernel's word.
var kinds = map[string]kind{
	state.Loopback{}.Kind(): {state: loopback},
	state.Veth{}.Kind():     {state: veth},
	state.Bridge{}.Kind():   {state: bridge},
	state.Dummy{}.Kind():    {state: func(*compiler, *iface) state.Kind { return state.Dummy{} }},
	state.Macvlan{}.Kind():  {state: macvlan},
}

// KindNames returns the kinds of link that a State can be made with, in order.
func KindNames() []string { return slices.Sorted(maps.Keys(kinds)) }

// A kind is what this package asks of a kind of interface.
type kind struct {
	// state returns the settings. The zero Endpoint stands for the first lower device.
	state func(*compiler, *iface) state.Kind
}

func loopback(*compiler, *iface) state.Kind { return state.Loopback{} }

func veth(c *compiler, i *iface) state.Kind {
	peer := c.ifaces[i.Peer()]
	return state.Veth{Peer: state.Endpoint{Namespace: c.namespace(peer.Node), Link: peer.Name}}
}

// setMTUs gives each interface its MTU.
func (c *compiler) setMTUs() {
	for wired, i := range c.ifaces {
		i.mtu = wired.MTU()
	}
}

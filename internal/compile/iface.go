package compile

import (
	"cmp"
	"net/netip"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// An iface is one network interface: an end of a link, a bridge, or lo where the
// file has more to say of it.
type iface struct {
	node      *node
	name      string
	link      *link           // nil: a bridge or lo
	bridge    *iface          // the bridge that it is a port of, or nil
	decl      *topo.Interface // what the file says about it; an empty one if nothing
	segment   *segment
	mac       topo.MAC
	mtu       int // bytes
	addresses []netip.Prefix
	pos       topo.Pos
}

func (i *iface) isLoopback() bool { return i.link == nil && i.name == topo.Loopback }

func (i *iface) isBridge() bool { return i.link == nil && i.name != topo.Loopback }

// isPort reports whether the interface belongs to a bridge.
func (i *iface) isPort() bool { return i.bridge != nil }

// needsAddresses reports whether the interface gets addresses by itself: lo and
// ports need none, nor does a switch.
func (i *iface) needsAddresses() bool {
	return !i.isLoopback() && !i.isPort() && (!i.isBridge() || i.node.kind != topo.Switch)
}

// peer returns the other end of the link.
func (i *iface) peer() *iface {
	if i.link.ends[0] == i {
		return i.link.ends[1]
	}
	return i.link.ends[0]
}

func (i *iface) String() string { return i.node.name + ":" + i.name }

// The MTUs that matter here, in bytes.
const (
	defaultMTU = 1500 // the kernel's for Ethernet
	ipv6MTU    = 1280 // below it the kernel has no IPv6 on an interface (RFC 8200 section 5)
)

// setMTUs gives each interface its own MTU, that of its link, or the default,
// and a bridge the smallest of its ports.
func (c *compiler) setMTUs() {
	for _, n := range c.nodes {
		smallest := map[*iface]int{} // by bridge
		for _, i := range n.ifaces {
			if i.isLoopback() {
				i.mtu = state.LoMTU
			}
			if i.link == nil {
				continue
			}
			i.mtu = cmp.Or(i.decl.MTU, i.link.decl.MTU, defaultMTU)
			if least := smallest[i.bridge]; least == 0 || i.mtu < least {
				smallest[i.bridge] = i.mtu
			}
		}
		for _, i := range n.ifaces {
			if i.isBridge() {
				i.mtu = cmp.Or(i.decl.MTU, smallest[i], defaultMTU)
			}
		}
	}
}

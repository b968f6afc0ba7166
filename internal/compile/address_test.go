package compile

import (
	"net/netip"
	"testing"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// A link without a MAC of its own has no link-local address that is made of one.
func TestNoLinkLocalAddressWithoutMAC(t *testing.T) {
	i := &iface{
		WiredInterface: &topo.WiredInterface{
			Node: &topo.WiredNode{Decl: new(topo.Node)}, Decl: new(topo.Interface),
			Kind: topo.LinkKinds()[0], Name: "t0",
		},
		Name: "t0", mtu: state.DefaultMTU,
		addresses: []netip.Prefix{netip.MustParsePrefix("fd00::1/64")},
	}
	i.node = &node{WiredNode: i.Node}
	if a, ok := i.linkLocal(true); ok {
		t.Errorf("without a MAC: %s", a)
	}
	i.mac = topo.MAC{2, 5: 1}
	if a, ok := i.linkLocal(true); !ok || a != netip.MustParsePrefix("fe80::ff:fe00:1/64") {
		t.Errorf("with a MAC: %s, %v", a, ok)
	}
}

// A link with two ends has a subnet of two addresses, one with upper devices in its segment
// that of a bridge.
func TestSubnetOfUpperDevices(t *testing.T) {
	pl := &pool{prefix: netip.MustParsePrefix("10.0.0.0/8")}
	s := &segment{WiredSegment: new(topo.WiredSegment), ifaces: make([]*iface, 2)}
	if got := s.ipv4Bits(pl); got != pairBits {
		t.Errorf("a link: /%d", got)
	}
	s.ifaces = make([]*iface, 3)
	if got := s.ipv4Bits(pl); got != switchBits {
		t.Errorf("a link with an upper device: /%d", got)
	}
}

package topotest

import (
	"fmt"
	"net/netip"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/topo"
)

// A slotPrefix is a subnet whose slots are its usable addresses, from 0. Every interface
// of a segment has a slot of its own, so addresses are unique.
type slotPrefix struct {
	netip.Prefix
}

func (s slotPrefix) at(slot int) netip.Prefix {
	a := s.Addr()
	if s.Bits() < a.BitLen()-1 {
		slot++ // skip the subnet's own address
	}
	for range slot {
		a = a.Next()
	}
	return netip.PrefixFrom(a, s.Bits())
}

func pool(s string) topo.Pool { return topo.Pool{Prefix: netip.MustParsePrefix(s)} }

// segments declares addresses and other settings of some interfaces of each
// segment.
func (b *builder) segments() {
	w := b.wiring()
	for number, s := range w.Segments {
		b.segment(number, s)
	}
	for _, n := range w.Nodes {
		for _, i := range n.Interfaces {
			if i.IsBridged() {
				b.declare(i)
			}
		}
	}
}

// segment declares some interfaces of one segment.
func (b *builder) segment(number int, s *topo.WiredSegment) {
	subnets := b.subnets(number, len(s.Interfaces))
	if b.chance("writes the subnet", 3) {
		writeSubnet(b.top, s, subnets)
	}
	written := rapid.Bool().Draw(b.t, "writes addresses")
	for slot, i := range s.Interfaces {
		p := &slotInterface{WiredInterface: i, slot: slot}
		b.slots = append(b.slots, p)
		d := b.declare(i)
		switch {
		case d == nil:
		case written && !b.chance("not this one", 4):
			p.subnets = subnets
			for _, s := range subnets {
				d.Addresses = append(d.Addresses, s.at(slot))
			}
		case b.chance("no addresses", 6):
			d.Addresses = []netip.Prefix{}
		}
	}
}

// subnets draws at most one prefix per family, outside the ranges of automatic
// addresses.
func (b *builder) subnets(number, interfaces int) []slotPrefix {
	v4, v6 := []int{24, 26}, []int{64, 120}
	if interfaces <= 14 {
		v4 = append(v4, 28)
	}
	if interfaces == 2 {
		v4, v6 = append(v4, 30, 31), append(v6, 127)
	}
	four := netip.PrefixFrom(netip.AddrFrom4([4]byte{172, 18, byte(number), 0}), pick(b.t, "ipv4 length", v4...))
	six := netip.PrefixFrom(netip.MustParseAddr(fmt.Sprintf("fd01:0:0:%x::", number)), pick(b.t, "ipv6 length", v6...))
	return pick(b.t, "families", []slotPrefix{{four}}, []slotPrefix{{six}}, []slotPrefix{{four}, {six}})
}

// writeSubnet puts the subnets on one of the segment's switches or on its first
// link.
func writeSubnet(t *topo.Topology, s *topo.WiredSegment, subnets []slotPrefix) {
	var prefixes []netip.Prefix
	for _, s := range subnets {
		prefixes = append(prefixes, s.Prefix)
	}
	if switches := s.Switches(); len(switches) > 0 {
		t.Node(switches[0].Name).Subnet = prefixes
	} else if len(s.Links) > 0 {
		s.Links[0].Decl.Subnet = prefixes
	}
}

// declare returns the declaration of an interface in its node, added if needed, or
// nil if its name is automatic.
func (b *builder) declare(wired *topo.WiredInterface) *topo.Interface {
	n := b.top.Node(wired.Node.Name)
	if n == nil || wired.Link != nil && !b.named[n.Name] && n.Name != topo.HostNode {
		return nil
	}
	i := declared(n, wired.Name)
	if i == nil {
		if b.chance("undeclared", 4) {
			return nil
		}
		n.Interfaces = append(n.Interfaces, topo.Interface{Name: wired.Name})
		i = &n.Interfaces[len(n.Interfaces)-1]
	}
	if i.HasMAC() && b.chance("mac", 4) {
		b.macs++
		i.MAC = topo.MAC{2, 0x77, 0, 0, byte(b.macs >> 8), byte(b.macs)}
	}
	if b.chance("interface mtu", 5) {
		i.MTU = drawMTU(b.t)
		if b.top.Validate() != nil { // such as more than that of a lower device
			i.MTU = 0
		}
	}
	return i
}

// loopbacks gives some nodes addresses on lo.
func (b *builder) loopbacks() {
	for i := range b.top.Nodes {
		n := &b.top.Nodes[i]
		if n.Name == topo.HostNode || !b.chance("loopback", 6) {
			continue
		}
		four := netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(i + 1)}), 32)
		six := netip.PrefixFrom(netip.MustParseAddr(fmt.Sprintf("2001:db8:0:%x::1", i+1)), 128)
		n.Interfaces = append(n.Interfaces, topo.Interface{
			Name:      topo.Loopback,
			Addresses: pick(b.t, "addresses of lo", []netip.Prefix{four}, []netip.Prefix{four, six}),
		})
	}
}

// downs sets some interfaces of nodes without routes down.
func (b *builder) downs() {
	for i := range b.top.Nodes {
		n := &b.top.Nodes[i]
		for j := range n.Interfaces {
			if len(n.Routes) == 0 && n.Interfaces[j].Name != topo.Loopback && b.chance("down", 10) {
				n.Interfaces[j].Down = true
			}
		}
	}
}

// routes gives some nodes a route through a neighbour whose subnet is in the file.
func (b *builder) routes() {
	for number, p := range b.slots {
		if p.subnets == nil || !b.chance("route", 4) {
			continue
		}
		for _, other := range b.slots {
			if other.Segment == p.Segment && other.Node != p.Node {
				b.route(number, p, other)
				break
			}
		}
	}
}

func (b *builder) route(number int, p, other *slotInterface) {
	s := pick(b.t, "family of the route", p.subnets...)
	to := netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 51, 100, byte(number)}), 32)
	if s.Addr().Is6() {
		to = netip.PrefixFrom(netip.MustParseAddr(fmt.Sprintf("2001:db8:%x::", number+1)), 48)
	}
	r := topo.Route{To: to, Via: s.at(other.slot).Addr()}
	dev := p.Name
	switch pick(b.t, "route form", "via", "via dev", "dev", "metric") {
	case "via dev":
		r.Dev = dev
	case "dev":
		r.Via, r.Dev = netip.Addr{}, dev
	case "metric":
		r.Metric = rapid.IntRange(1, 1000).Draw(b.t, "metric")
	}
	n := b.top.Node(p.Node.Name)
	n.Routes = append(n.Routes, r)
}

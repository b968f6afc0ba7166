package topotest

import (
	"fmt"
	"net/netip"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/topo"
)

// A slotPrefix is a subnet whose hosts are counted from its first usable
// address. Every plug of a segment has a slot of its own, so addresses never
// collide.
type slotPrefix struct {
	netip.Prefix
}

func (s slotPrefix) at(slot int) netip.Prefix {
	a := s.Addr()
	if s.Bits() < a.BitLen()-1 {
		slot++ // the subnet's own address is no host's
	}
	for range slot {
		a = a.Next()
	}
	return netip.PrefixFrom(a, s.Bits())
}

func pool(s string) topo.Pool { return topo.Pool{Prefix: netip.MustParsePrefix(s)} }

// segments finds the plugs that hear each other's frames and says something
// about the addresses of each such group, or nothing.
func (b *builder) segments() {
	g := bridgeGroups(b.top)
	numbers := make(map[string]int)
	members := make(map[int][]*plug)
	plugIn := func(key string, p *plug) {
		if _, ok := numbers[key]; !ok {
			numbers[key] = len(numbers)
		}
		p.segment = numbers[key]
		p.slot = len(members[p.segment])
		members[p.segment] = append(members[p.segment], p)
		b.plugs = append(b.plugs, p)
	}
	for i, l := range b.top.Links {
		key := fmt.Sprint("link ", i)
		for _, e := range l.Endpoints {
			if bridge := bridgeOf(b.top, e); bridge != "" {
				key = g.find(bridge)
			}
		}
		for _, e := range l.Endpoints {
			plugIn(key, &plug{link: i, node: e.Node, name: e.Interface})
		}
	}
	for _, n := range b.top.Nodes {
		for _, i := range n.Interfaces {
			if i.Bridge != nil {
				plugIn(g.find(bridgeKey(n.Name, i.Name)), &plug{link: -1, node: n.Name, name: i.Name})
			}
		}
	}
	for s := range len(numbers) {
		b.segment(s, members[s])
	}
}

// segment says as much about one segment as chance wants.
func (b *builder) segment(number int, plugs []*plug) {
	subnets := b.subnets(number, len(plugs))
	if b.chance("writes the subnet", 3) {
		b.writeSubnet(plugs, subnets)
	}
	written := rapid.Bool().Draw(b.t, "writes addresses")
	for _, p := range plugs {
		b.declare(p, subnets, written)
	}
}

// subnets draws at most one prefix per family, out of ranges that no automatic
// address comes from.
func (b *builder) subnets(number, plugs int) []slotPrefix {
	v4, v6 := []int{24, 26}, []int{64, 120}
	if plugs <= 14 {
		v4 = append(v4, 28)
	}
	if plugs == 2 {
		v4, v6 = append(v4, 30, 31), append(v6, 127)
	}
	four := netip.PrefixFrom(netip.AddrFrom4([4]byte{172, 18, byte(number), 0}), pick(b.t, "ipv4 length", v4...))
	six := netip.PrefixFrom(netip.MustParseAddr(fmt.Sprintf("fd01:0:0:%x::", number)), pick(b.t, "ipv6 length", v6...))
	return pick(b.t, "families", []slotPrefix{{four}}, []slotPrefix{{six}}, []slotPrefix{{four}, {six}})
}

// writeSubnet puts the subnets on the segment's link or on one of its switches.
func (b *builder) writeSubnet(plugs []*plug, subnets []slotPrefix) {
	var prefixes []netip.Prefix
	for _, s := range subnets {
		prefixes = append(prefixes, s.Prefix)
	}
	for _, p := range plugs {
		if isSwitch(b.top, p.node) {
			b.top.Node(p.node).Subnet = prefixes
			return
		}
	}
	if link := plugs[0].link; link >= 0 { // bridges come last
		b.top.Links[link].Subnet = prefixes
	}
}

// declare writes the interface of a plug into its node, where it has a name.
func (b *builder) declare(p *plug, subnets []slotPrefix, written bool) {
	n := b.top.Node(p.node)
	if p.name == "" || n == nil {
		return
	}
	i := declared(n, p.name)
	if i == nil {
		if b.chance("undeclared", 4) {
			return
		}
		n.Interfaces = append(n.Interfaces, topo.Interface{Name: p.name})
		i = &n.Interfaces[len(n.Interfaces)-1]
	}
	if b.chance("mac", 4) {
		b.macs++
		i.MAC = topo.MAC{2, 0x77, 0, 0, byte(b.macs >> 8), byte(b.macs)}
	}
	if b.chance("interface mtu", 5) {
		i.MTU = drawMTU(b.t)
	}
	switch {
	case bridgeOf(b.top, topo.Endpoint{Node: p.node, Interface: p.name}) != "": // a port has no addresses
	case written && !b.chance("not this one", 4):
		p.subnets = subnets
		for _, s := range subnets {
			i.Addresses = append(i.Addresses, s.at(p.slot))
		}
	case b.chance("no addresses", 6):
		i.Addresses = []netip.Prefix{}
	}
}

// loopbacks gives some nodes an address that is no link's.
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

// downs sets some interfaces down that no route of their node needs.
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

// routes gives some nodes a route through a neighbour whose subnet is written.
func (b *builder) routes() {
	for number, p := range b.plugs {
		if p.subnets == nil || !b.chance("route", 4) {
			continue
		}
		for _, other := range b.plugs {
			if other.segment == p.segment && other.node != p.node {
				b.route(number, p, other)
				break
			}
		}
	}
}

func (b *builder) route(number int, p, other *plug) {
	s := pick(b.t, "family of the route", p.subnets...)
	to := netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 51, 100, byte(number)}), 32)
	if s.Addr().Is6() {
		to = netip.PrefixFrom(netip.MustParseAddr(fmt.Sprintf("2001:db8:%x::", number+1)), 48)
	}
	r := topo.Route{To: to, Via: s.at(other.slot).Addr()}
	dev := p.name
	switch pick(b.t, "route form", "via", "via dev", "dev", "metric") {
	case "via dev":
		r.Dev = dev
	case "dev":
		r.Via, r.Dev = netip.Addr{}, dev
	case "metric":
		r.Metric = rapid.IntRange(1, 1000).Draw(b.t, "metric")
	}
	n := b.top.Node(p.node)
	n.Routes = append(n.Routes, r)
}

package compile

import (
	"net/netip"
	"slices"

	"github.com/vethlab/vethlab/topo"
)

// A subnet is a prefix of a segment that hands out addresses.
type subnet struct {
	prefix netip.Prefix
	first  netip.Addr // of slot 0
	last   netip.Addr // the last one that a host can have
}

// newSubnet counts hosts from 1. In subnets of at most two addresses,
// both are hosts' (RFC 3021, RFC 6164).
func newSubnet(prefix netip.Prefix) *subnet {
	s := &subnet{prefix: prefix.Masked(), last: lastAddr(prefix)}
	s.first = s.prefix.Addr()
	if prefix.Bits() < s.first.BitLen()-1 {
		s.first = s.first.Next()
	}
	if s.isBroadcast(s.last) {
		s.last = s.last.Prev()
	}
	return s
}

// maxSlots bounds the slots of a subnet: no lab has as many interfaces.
const maxSlots = 1 << 24

// size returns how many slots the subnet has.
func (s *subnet) size() int {
	hostBits := s.prefix.Addr().BitLen() - s.prefix.Bits()
	size := 1 << min(hostBits, 24)
	if s.last.Is4() && hostBits > 1 {
		size -= 2 // the network's address and broadcast
	} else if hostBits > 1 {
		size--
	}
	return min(size, maxSlots)
}

// slot returns the address of a slot, counted from 0. It reports false if that is
// outside of the subnet.
func (s *subnet) slot(n int) (netip.Addr, bool) {
	b := s.first.AsSlice()
	for i := len(b) - 1; i >= 0 && n > 0; i-- {
		n += int(b[i])
		b[i] = byte(n)
		n >>= 8
	}
	a, _ := netip.AddrFromSlice(b)
	return a, n == 0 && a.Compare(s.first) >= 0 && a.Compare(s.last) <= 0
}

func (s *subnet) isBroadcast(a netip.Addr) bool {
	return a.Is4() && s.prefix.Bits() < 31 && a == lastAddr(s.prefix)
}

// Where addresses come from when the file does not say.
var (
	defaultIPv4 = netip.MustParsePrefix("10.0.0.0/8")
	defaultIPv6 = netip.MustParsePrefix("fd00::/48")
)

// The lengths of automatic subnets, in bits.
const (
	pairBits   = 30 // IPv4, for a link without a switch and without others on it
	switchBits = 16 // IPv4, for a segment with a switch, if the pool is large
	ipv6Bits   = 64 // as all that configures itself by IPv6 expects
)

// cutSubnets gives each segment its subnets: of each family the one that the file has for
// it, or else those of its addresses. A segment without either gets one subnet of each
// family from the pools. A segment with one leaves its subnet of the pools unused, so that
// an edit of one segment moves no other.
func (c *compiler) cutSubnets() {
	v4 := c.pool(c.topo.Addressing.IPv4, defaultIPv4)
	v6 := c.pool(c.topo.Addressing.IPv6, defaultIPv6)
	for _, s := range c.segments {
		given := append(s.givenSubnets(false), s.givenSubnets(true)...)
		for _, p := range given {
			s.subnets = append(s.subnets, newSubnet(p))
		}
		switch {
		case len(s.Links) == 0:
		case len(given) == 0:
			c.cut(v4, s, s.ipv4Bits(v4))
			c.cut(v6, s, ipv6Bits)
		default:
			v4.skip(s.ipv4Bits(v4), given)
			v6.skip(ipv6Bits, given)
		}
	}
}

// pool returns the pool of a family with all that the file says taken out of
// it, or nil if there shall be no automatic addresses.
func (c *compiler) pool(p topo.Pool, byDefault netip.Prefix) *pool {
	if p.None {
		return nil
	}
	if !p.Prefix.IsValid() {
		p.Prefix = byDefault
	}
	pl := newPool(p.Prefix)
	for _, s := range c.segments {
		for _, p := range append(s.writtenSubnets(), s.writtenAddresses()...) {
			if p.Overlaps(pl.prefix) {
				pl.reserve(p)
			}
		}
	}
	return pl
}

// ipv4Bits returns the length of an automatic IPv4 subnet. A bridge, or a link with upper
// devices in its segment, gets a /16, so that interfaces added later find addresses, but at most
// a sixteenth of the pool, and that no smaller than a /24 while the pool has one.
func (s *segment) ipv4Bits(pl *pool) int {
	if len(s.Bridges) == 0 && len(s.ifaces) <= 2 || pl == nil {
		return pairBits
	}
	whole := pl.prefix.Bits()
	return max(min(max(whole+4, switchBits), 24), whole)
}

// cut gives a segment a subnet from a pool. When the pool is used up this is
// said once.
func (c *compiler) cut(pl *pool, s *segment, bits int) {
	if pl == nil {
		return
	}
	if p, ok := pl.cut(bits); ok {
		s.subnets = append(s.subnets, newSubnet(p))
		return
	}
	for _, i := range s.ifaces {
		i.node.lacksAddresses = true
	}
	if pl.exhausted {
		return
	}
	pl.exhausted = true
	l := s.Links[0]
	c.fail(l.Decl.Pos, "give "+poolKey(pl.prefix)+" a larger prefix, or this link a subnet of its own",
		"link %s – %s: no /%d is left in the pool %s", c.ifaces[l.Ends[0]], c.ifaces[l.Ends[1]], bits, pl.prefix)
}

// poolKey returns what a pool is called in a file.
func poolKey(p netip.Prefix) string {
	if p.Addr().Is4() {
		return "addressing.ipv4"
	}
	return "addressing.ipv6"
}

// givenSubnets returns the subnets of one family that follow from what the
// file says.
func (s *segment) givenSubnets(ipv6 bool) []netip.Prefix {
	if ps := ofFamily(s.writtenSubnets(), ipv6); len(ps) > 0 {
		return ps
	}
	return ofFamily(s.writtenAddresses(), ipv6)
}

// ofFamily returns the subnets of one family, each once.
func ofFamily(ps []netip.Prefix, ipv6 bool) []netip.Prefix {
	var found []netip.Prefix
	for _, p := range ps {
		if p = p.Masked(); p.Addr().Is6() == ipv6 && !slices.Contains(found, p) {
			found = append(found, p)
		}
	}
	return found
}

// writtenSubnets returns the subnets that stand at links and switches.
func (s *segment) writtenSubnets() []netip.Prefix {
	var ps []netip.Prefix
	for _, l := range s.Links {
		ps = append(ps, l.Decl.Subnet...)
	}
	for _, n := range s.Switches() {
		ps = append(ps, n.Decl.Subnet...)
	}
	return ps
}

// writtenAddresses returns the addresses that stand at interfaces. Link-local
// ones say nothing about a subnet.
func (s *segment) writtenAddresses() []netip.Prefix {
	var ps []netip.Prefix
	for _, i := range s.ifaces {
		for _, p := range i.Decl.Addresses {
			if !p.Addr().IsLinkLocalUnicast() {
				ps = append(ps, p)
			}
		}
	}
	return ps
}

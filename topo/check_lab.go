package topo

import (
	"net/netip"
	"slices"
)

// lab checks the top-level keys except for nodes, links and tests.
func (c *checker) lab() {
	t := c.t
	c.apart(c.names)
	if r := string(t.Routing); r != "" && t.Routing != RoutingAuto && t.Routing != RoutingNone {
		c.fail(t.Pos, "routing", oneOf(r, []string{"auto", "none"}), "unknown routing %q", r)
		c.unread.add("routing")
	}
	c.pool(t.Addressing.IPv4, "addressing.ipv4", "IPv4", netip.Addr.Is4)
	c.pool(t.Addressing.IPv6, "addressing.ipv6", "IPv6", netip.Addr.Is6)
}

// names checks the lab's name and prefix.
func (c *checker) names() {
	t := c.t
	if fault := nameFault(t.Name); fault != "" {
		c.fail(t.Pos, "name", "", "the lab's name %q %s", t.Name, fault)
	}
	if t.Prefix != nil {
		if fault := runeFault(*t.Prefix); fault != "" {
			c.fail(t.Pos, "prefix", "", "the prefix %q %s", *t.Prefix, fault)
		} else if *t.Prefix != "" && (*t.Prefix)[0] == '-' {
			c.fail(t.Pos, "prefix", "", `the prefix %q begins with "-", which commands take for an option`, *t.Prefix)
		}
	}
}

func (c *checker) pool(p Pool, path, family string, is func(netip.Addr) bool) {
	if p.None || !p.Prefix.IsValid() {
		return
	}
	if !is(p.Prefix.Addr()) {
		c.fail(c.t.Addressing.Pos, path, "", "the pool %s is not %s", p.Prefix, family)
	} else if fault := subnetFault(p.Prefix); fault != "" {
		c.fail(c.t.Addressing.Pos, path, "", "the pool %s %s", p.Prefix, fault)
	}
}

// subnets checks the subnets of one link or switch.
func (c *checker) subnets(ps []netip.Prefix, pos Pos, path string) {
	for i, p := range ps {
		place := c.itemPath(path, i)
		if !p.IsValid() && c.unread.has(place) {
			continue
		}
		if fault := subnetFault(p); fault != "" {
			c.fail(pos, place, "", "the subnet %s %s", p, fault)
		}
		if slices.ContainsFunc(ps[:i], func(q netip.Prefix) bool { return sameFamily(p, q) }) {
			c.fail(pos, place, "", "the subnet %s is the second of its family, the limit is one", p)
		}
	}
}

func sameFamily(p, q netip.Prefix) bool { return p.Addr().Is4() == q.Addr().Is4() }

// subnetFault says why no addresses can be taken from p, or returns "".
func subnetFault(p netip.Prefix) string {
	switch {
	case !p.IsValid():
		return "is invalid"
	case p.Bits() == 0:
		return "has prefix length 0"
	case p != p.Masked():
		return "is an address within a subnet"
	}
	return rangeFault(p.Addr())
}

// rangeFault says why an address can't be that of an interface.
func rangeFault(a netip.Addr) string {
	switch {
	case a.Is4In6():
		return "is an IPv4-mapped IPv6 address"
	case a.IsMulticast():
		return "is a multicast address"
	case a.IsLoopback():
		return "is a loopback address"
	case a.IsUnspecified(), a.Is4() && a.As4()[0] == 0:
		return "is not a unicast address"
	case a == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		return "is the broadcast address"
	}
	return ""
}

package compile

import (
	"cmp"
	"net/netip"
	"strings"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// setAddresses gives each interface the addresses that the file says, or the
// ones of its places in each subnet of its segment, and the link-local one.
func (c *compiler) setAddresses() {
	written := make(map[netip.Addr]bool)
	for _, s := range c.segments {
		for _, p := range s.writtenAddresses() {
			written[p.Addr()] = true
		}
	}
	ipv6 := !c.topo.Addressing.IPv6.None
	for _, s := range c.segments {
		for _, sub := range s.subnets {
			c.handOut(newHandout(s, sub, written))
		}
		for _, i := range s.ifaces {
			if i.Decl.Addresses != nil {
				i.addresses = c.written(i)
			}
			if a, ok := i.linkLocal(ipv6); ok {
				i.addresses = append(i.addresses, a)
			}
		}
	}
}

// written returns the addresses that the file gives an interface. Here it is
// known how large the frames of a bridge may be.
func (c *compiler) written(i *iface) []netip.Prefix {
	ps := make([]netip.Prefix, 0, len(i.Decl.Addresses)+1)
	for _, p := range i.Decl.Addresses {
		if c.fits(i, p.Addr(), p.String()) {
			ps = append(ps, p)
		}
	}
	return ps
}

// fits reports whether an interface can have an address, which stands in what. It fails if
// that is an IPv6 address and the kernel has no IPv6 on the interface.
func (c *compiler) fits(i *iface, a netip.Addr, what string) bool {
	pos := cmp.Or(i.Decl.Pos, i.Pos)
	switch key := i.ipv6DisabledBy(); {
	case !a.Is6():
	case key != "":
		c.fail(pos, "leave out one of them", "%s: %s: the sysctl %s disables IPv6", i, what, key)
		return false
	case i.mtu < state.MinIPv6MTU:
		c.fail(pos, "give it an mtu of 1280 or more, or no IPv6 address",
			"%s: %s: IPv6 needs an mtu of at least %d, here it is %d", i, what, state.MinIPv6MTU, i.mtu)
		return false
	}
	return true
}

// linkLocal returns the link-local address that the kernel would add for the link's MAC,
// which vethlab adds instead. It reports false for links without addresses and without
// IPv6.
func (i *iface) linkLocal(ipv6 bool) (netip.Prefix, bool) {
	addressless := i.Decl.Addresses != nil && len(i.addresses) == 0
	if i.IsLoopback() || addressless || i.Link == nil && len(i.addresses) == 0 || !i.hasIPv6() {
		return netip.Prefix{}, false
	}
	if mode, ok := i.addrGenMode(); ok && mode != "1" {
		return netip.Prefix{}, false // the kernel makes it, in the way that the file asks for
	}
	for _, p := range i.addresses {
		if p.Addr().Is6() && p.Addr().IsLinkLocalUnicast() {
			return netip.Prefix{}, false // chosen by hand
		}
		ipv6 = ipv6 || p.Addr().Is6()
	}
	return netip.PrefixFrom(eui64(i.mac), 64), ipv6
}

// hasIPv6 reports whether the kernel has IPv6 on an interface.
func (i *iface) hasIPv6() bool { return i.mtu >= state.MinIPv6MTU && i.ipv6DisabledBy() == "" }

// ipv6DisabledBy returns the sysctl by which the file disables IPv6 on an interface, "" if it
// does not. A new interface gets that of default, which writing that of all sets too.
func (i *iface) ipv6DisabledBy() string {
	for _, name := range []string{strings.ReplaceAll(i.Name, ".", "/"), "default", "all"} {
		key := "net.ipv6.conf." + name + ".disable_ipv6"
		if value, ok := i.node.Decl.Sysctls[key]; ok && value != "0" {
			return key
		} else if ok {
			return ""
		}
	}
	return ""
}

// addrGenMode returns the sysctl by which the file says how the kernel makes the link-local
// address of an interface; false if it does not. 1: not at all.
func (i *iface) addrGenMode() (mode string, ok bool) {
	mode, ok = i.node.Decl.Sysctls["net.ipv6.conf."+strings.ReplaceAll(i.Name, ".", "/")+".addr_gen_mode"]
	return mode, ok
}

// eui64 returns the link-local address that a MAC leads to (RFC 4291 appendix A).
func eui64(mac topo.MAC) netip.Addr {
	return netip.AddrFrom16([16]byte{
		0xfe, 0x80, 8: mac[0] ^ 0x02, mac[1], mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5],
	})
}

// isGlobal reports whether packets to the address can be routed.
func isGlobal(p netip.Prefix) bool { return !p.Addr().IsLinkLocalUnicast() }

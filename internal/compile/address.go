package compile

import (
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
				i.addresses = append(make([]netip.Prefix, 0, len(i.Decl.Addresses)+1), i.Decl.Addresses...)
			}
			if a, ok := i.linkLocal(ipv6); ok {
				i.addresses = append(i.addresses, a)
			}
		}
	}
}

// linkLocal returns the link-local address that the kernel would add for the link's MAC,
// which vethlab adds instead. It reports false for links without addresses, without IPv6
// and without a MAC of their own.
func (i *iface) linkLocal(ipv6 bool) (netip.Prefix, bool) {
	addressless := i.Decl.Addresses != nil && len(i.addresses) == 0
	if i.mac.IsZero() || addressless || i.Link == nil && len(i.addresses) == 0 || !i.hasIPv6() {
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
func (i *iface) hasIPv6() bool { return i.mtu >= state.MinIPv6MTU && i.IPv6DisabledBy() == "" }

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

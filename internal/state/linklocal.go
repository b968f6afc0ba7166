package state

import (
	"net/netip"

	"github.com/vethlab/vethlab/topo"
)

// LinkLocal returns the IPv6 address that belongs to a link by its MAC:
// fe80::/64 and the modified EUI-64 (RFC 4291, appendix A).
func LinkLocal(mac topo.MAC) netip.Prefix {
	a := [16]byte{0: 0xfe, 1: 0x80, 11: 0xff, 12: 0xfe}
	copy(a[8:11], mac[:3])
	copy(a[13:], mac[3:])
	a[8] ^= 0x02
	return netip.PrefixFrom(netip.AddrFrom16(a), 64)
}

// LinkLocalOfMAC reports whether a prefix is [LinkLocal] of some MAC.
func LinkLocalOfMAC(p netip.Prefix) bool {
	a := p.Addr().As16()
	return p == LinkLocal(topo.MAC{a[8] ^ 0x02, a[9], a[10], a[13], a[14], a[15]})
}

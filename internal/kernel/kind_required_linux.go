package kernel

import (
	"encoding/binary"
	"net/netip"

	"golang.org/x/sys/unix"
)

// required is what the kernel requires to create a link of one kind.
type required struct {
	lower bool         // a lower device (IFLA_LINK)
	data  func(*batch) // attributes in IFLA_INFO_DATA; nil: none
}

// requiredByKind has one row per kind of link, by its name in ip-link(8). Links of the
// other kinds need a name only.
var requiredByKind = map[string]required{
	"geneve": {data: func(b *batch) {
		b.u32(unix.IFLA_GENEVE_ID, 1)
		b.attr(unix.IFLA_GENEVE_REMOTE, netip.MustParseAddr("192.0.2.2").AsSlice())
	}},
	"gre":     {data: tunnelBetween("192.0.2.1", "192.0.2.2")}, // the module creates gre0 without addresses
	"ip6gre":  {data: tunnelBetween("2001:db8::1", "2001:db8::2")},
	"ipvlan":  {lower: true},
	"macvlan": {lower: true},
	"macvtap": {lower: true},
	"vlan":    {lower: true, data: func(b *batch) { b.attr(unix.IFLA_VLAN_ID, native.AppendUint16(nil, 2)) }},
	"vrf":     {data: func(b *batch) { b.u32(unix.IFLA_VRF_TABLE, 100) }},
	"vxlan": {data: func(b *batch) {
		b.u32(unix.IFLA_VXLAN_ID, 1)
		b.attr(unix.IFLA_VXLAN_PORT, binary.BigEndian.AppendUint16(nil, 4789))
	}},
}

// Attributes of links (linux/if_tunnel.h).
const (
	iflaGRELocal  = 6
	iflaGRERemote = 7
)

func tunnelBetween(local, remote string) func(*batch) {
	return func(b *batch) {
		b.attr(iflaGRELocal, netip.MustParseAddr(local).AsSlice())
		b.attr(iflaGRERemote, netip.MustParseAddr(remote).AsSlice())
	}
}

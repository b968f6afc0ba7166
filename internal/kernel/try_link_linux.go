package kernel

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"golang.org/x/sys/unix"
)

// tryIndex and tryName are of the link that is made; the one below it, where
// there has to be one, has the next number.
const (
	tryIndex = 100
	tryName  = "try0"
)

// A tried kind is what the kernel demands for a link of it. Most demand nothing.
type tried struct {
	stacked bool         // a lower device
	data    func(*batch) // attributes
}

// triedKinds has one row per kind of link that demands something.
var triedKinds = map[string]tried{
	"geneve": {data: func(b *batch) {
		b.u32(unix.IFLA_GENEVE_ID, 1)
		b.attr(unix.IFLA_GENEVE_REMOTE, netip.MustParseAddr("192.0.2.2").AsSlice())
	}},
	"gre":     {data: tunnelBetween("192.0.2.1", "192.0.2.2")}, // one without addresses exists
	"ip6gre":  {data: tunnelBetween("2001:db8::1", "2001:db8::2")},
	"ipvlan":  {stacked: true},
	"macvlan": {stacked: true},
	"macvtap": {stacked: true},
	"vlan":    {stacked: true, data: func(b *batch) { b.attr(unix.IFLA_VLAN_ID, native.AppendUint16(nil, 2)) }},
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

// TryLink makes a link of a kind, by its name in ip-link(8).
func TryLink(kind string) error {
	return tryRoute(func(c *conn) error {
		lower := 0
		if triedKinds[kind].stacked {
			lower = tryIndex + 1
			if err := c.tryLink("veth", "lower0", lower, 0); err != nil {
				return fmt.Errorf("the veth below it: %w", err)
			}
		}
		return c.tryLink(kind, tryName, tryIndex, lower)
	})
}

// tryLink makes a link, on top of that with the number lower if it is not 0.
func (c *conn) tryLink(kind, name string, index, lower int) error {
	var b batch
	b.message(unix.RTM_NEWLINK, createNew, func() {
		b.ifinfo(index, 0, 0)
		b.text(unix.IFLA_IFNAME, name)
		if lower != 0 {
			b.u32(unix.IFLA_LINK, uint32(lower))
		}
		b.kindInfo(kind, func() {
			if data := triedKinds[kind].data; data != nil {
				data(&b)
			}
		})
	})
	return c.do(&b)
}

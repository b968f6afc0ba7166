package kernel

import (
	"net/netip"

	"golang.org/x/sys/unix"
)

// A membership is that of a link in a multicast group.
type membership struct {
	link  int // its index
	group netip.Addr
}

// multicast dumps the IPv6 multicast groups that the links of a namespace have joined.
func (c *conn) multicast() (map[membership]bool, error) {
	var joined map[membership]bool
	err := c.dump(unix.RTM_GETMULTICAST,
		func(b *batch) { b.zeros(unix.SizeofIfAddrmsg)[0] = unix.AF_INET6 },
		func() { joined = map[membership]bool{} },
		func(body []byte) {
			if m, ok := readMembership(body); ok {
				joined[m] = true
			}
		})
	return joined, err
}

func readMembership(body []byte) (membership, bool) {
	if len(body) < unix.SizeofIfAddrmsg {
		return membership{}, false
	}
	m := membership{link: int(native.Uint32(body[4:]))}
	for a := range eachAttribute(body[unix.SizeofIfAddrmsg:]) {
		if a.typ == unix.IFA_MULTICAST {
			m.group, _ = netip.AddrFromSlice(a.data)
		}
	}
	return m, m.group.IsValid()
}

// solicitedNode returns the solicited-node multicast address of an address (RFC 4291,
// section 2.7.1).
func solicitedNode(a netip.Addr) netip.Addr {
	b := [16]byte{0: 0xff, 1: 0x02, 11: 0x01, 12: 0xff}
	own := a.As16()
	copy(b[13:], own[13:])
	return netip.AddrFrom16(b)
}

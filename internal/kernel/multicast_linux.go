package kernel

import (
	"net/netip"

	"golang.org/x/sys/unix"
)

// A membership says that a link listens to a group.
type membership struct {
	link  int // its number
	group netip.Addr
}

// multicast dumps the IPv6 groups that the links of a namespace listen to.
func (c *conn) multicast() (map[membership]bool, error) {
	var heard map[membership]bool
	err := c.dump(unix.RTM_GETMULTICAST,
		func(b *batch) { b.zeros(unix.SizeofIfAddrmsg)[0] = unix.AF_INET6 },
		func() { heard = map[membership]bool{} },
		func(body []byte) {
			if m, ok := readMembership(body); ok {
				heard[m] = true
			}
		})
	return heard, err
}

func readMembership(body []byte) (membership, bool) {
	if len(body) < unix.SizeofIfAddrmsg {
		return membership{}, false
	}
	m := membership{link: int(native.Uint32(body[4:]))}
	for _, a := range attributes(body[unix.SizeofIfAddrmsg:]) {
		if a.typ == unix.IFA_MULTICAST {
			m.group, _ = netip.AddrFromSlice(a.data)
		}
	}
	return m, m.group.IsValid()
}

// solicitedNode returns the group in which an address is looked for (RFC 4291,
// section 2.7.1).
func solicitedNode(a netip.Addr) netip.Addr {
	b := [16]byte{0: 0xff, 1: 0x02, 11: 0x01, 12: 0xff}
	own := a.As16()
	copy(b[13:], own[13:])
	return netip.AddrFrom16(b)
}

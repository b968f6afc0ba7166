package kernel

import (
	"cmp"
	"net/netip"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

func familyOf(a netip.Addr) uint8 {
	if a.Is6() {
		return unix.AF_INET6
	}
	return unix.AF_INET
}

// addAddress adds an address. A link that the plan has set down may still have its IPv6
// addresses, by the sysctl keep_addr_on_down.
func (e *encoder) addAddress(op plan.AddAddress) error {
	flags := uint16(createNew)
	if op.Replace || e.setDown[op.Link] && op.Address.Addr().Is6() {
		flags = unix.NLM_F_CREATE | unix.NLM_F_REPLACE
	}
	return e.address(unix.RTM_NEWADDR, flags, op.Link, op.Address)
}

// delAddress deletes an address by the peer that it has, without which the kernel does not
// find it. The peers are those of before this encoder's first DelAddress: no Op adds one.
func (e *encoder) delAddress(op plan.DelAddress) error {
	index, err := e.index(op.Link)
	if err != nil {
		return err
	}
	if e.peers == nil {
		if e.peers, err = e.conn.addressPeers(); err != nil {
			return err
		}
	}
	peer, ok := e.peers[addressKey{index, op.Address}]
	if !ok {
		peer = op.Address.Addr()
	}
	e.message(unix.RTM_DELADDR, 0, func() { e.addressWithPeer(index, op.Address, peer) })
	return nil
}

// An addressKey is an address on the link of an index.
type addressKey struct {
	index  int
	prefix netip.Prefix
}

// addressPeers returns the peers of the addresses that have one.
func (c *conn) addressPeers() (map[addressKey]netip.Addr, error) {
	list, err := c.addresses()
	peers := map[addressKey]netip.Addr{}
	for _, a := range list {
		if a.peer.IsValid() {
			peers[addressKey{a.index, a.prefix}] = a.peer
		}
	}
	return peers, err
}

// flushAddresses deletes the addresses that a link has now, those that the kernel
// made too.
func (e *encoder) flushAddresses(op plan.FlushAddresses) error {
	if err := e.flushLinks(); err != nil { // addresses may be made by what waits
		return err
	}
	index, err := e.index(op.Link)
	if err != nil {
		return err
	}
	list, err := e.conn.addresses()
	if err != nil {
		return err
	}
	// The kernel lists an address before those that would go with it.
	for _, a := range slices.Backward(list) {
		if a.index == index && op.Family.Has(a.prefix) {
			e.message(unix.RTM_DELADDR, 0, func() { e.addressWithPeer(index, a.prefix, cmp.Or(a.peer, a.prefix.Addr())) })
		}
	}
	return nil
}

func (e *encoder) address(typ, flags uint16, link state.Endpoint, p netip.Prefix) error {
	index, err := e.index(link)
	if err != nil {
		return err
	}
	e.message(typ, flags, func() { e.batch.address(index, p) })
	return nil
}

// address writes a struct ifaddrmsg and its attributes.
func (b *batch) address(index int, p netip.Prefix) { b.addressWithPeer(index, p, p.Addr()) }

// addressWithPeer is address for the two ends of a point-to-point link. The peer of an
// address that has none is the address itself.
func (b *batch) addressWithPeer(index int, p netip.Prefix, peer netip.Addr) {
	h := b.zeros(unix.SizeofIfAddrmsg)
	h[0], h[1] = familyOf(p.Addr()), uint8(p.Bits())
	if p.Addr().Is6() {
		h[2] = unix.IFA_F_NODAD
	}
	native.PutUint32(h[4:], uint32(index))
	b.attr(unix.IFA_LOCAL, p.Addr().AsSlice())
	b.attr(unix.IFA_ADDRESS, peer.AsSlice())
}

// promoteSecondaries sets net.ipv4.conf.<link>.promote_secondaries.
func (e *encoder) promoteSecondaries(op plan.PromoteSecondaries) error {
	index, err := e.index(op.Link)
	if err != nil {
		return err
	}
	e.message(unix.RTM_NEWLINK, 0, func() {
		e.ifinfo(index, 0, 0)
		e.nest(unix.IFLA_AF_SPEC, func() {
			e.nest(unix.AF_INET, func() {
				e.nest(iflaInetConf, func() { e.u32(devconfPromoteSecondaries, 1) })
			})
		})
	})
	return nil
}

// ifaProto is IFA_PROTO: who made an address (linux/if_addr.h, since 5.18). Up
// to lastKernelProto it was the kernel: for lo, from a router's advertisement,
// or as the link-local address.
const (
	ifaProto        = 11
	lastKernelProto = 3 // IFAPROT_KERNEL_LL
)

// seenAddress is an address with the number of its link.
type seenAddress struct {
	index     int
	prefix    netip.Prefix
	peer      netip.Addr // not valid: none
	automatic bool       // the kernel says that it made it (since 5.18)
	noDAD     bool       // a user added it: the kernel's own go through duplicate address detection
	tentative bool       // that is not over
}

// readAddress reads the body of an RTM_NEWADDR.
func readAddress(body []byte) (seenAddress, bool) {
	d, ok := decodeAddress(body)
	return seenAddress{
		index: d.Index, prefix: d.Prefix, peer: d.Peer,
		automatic: d.Protocol != 0 && d.Protocol <= lastKernelProto,
		noDAD:     d.Flags&unix.IFA_F_NODAD != 0,
		tentative: d.Flags&unix.IFA_F_TENTATIVE != 0,
	}, ok
}

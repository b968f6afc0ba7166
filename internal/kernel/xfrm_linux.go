package kernel

import (
	"errors"
	"net/netip"

	"golang.org/x/sys/unix"
)

// Of linux/xfrm.h.
const (
	xfrmMsgGetPolicy = 0x15

	sizeofPolicyID   = 64  // struct xfrm_userpolicy_id
	sizeofPolicyInfo = 168 // struct xfrm_userpolicy_info

	policyBlock = 1
)

// readPolicies reads the xfrm policies of the calling thread's namespace; none if the kernel
// has no xfrm, or the user may not read them.
func readPolicies() (list []Policy, err error) {
	c, err := dialProtocol(unix.NETLINK_XFRM)
	if errors.Is(err, unix.EPROTONOSUPPORT) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer c.close()
	err = dumpInto(c, &list, xfrmMsgGetPolicy, func(b *batch) { b.zeros(sizeofPolicyID) }, decodePolicy)
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EINVAL) || errors.Is(err, unix.EOPNOTSUPP) {
		return nil, nil
	}
	return list, err
}

// decodePolicy reads a struct xfrm_userpolicy_info, which begins with a struct
// xfrm_selector. Policies of sockets, whose directions are others, do not count.
func decodePolicy(body []byte) (Policy, bool) {
	if len(body) < sizeofPolicyInfo {
		return Policy{}, false
	}
	const direction, action = 160, 161
	directions := [...]string{"in", "out", "fwd"}
	if int(body[direction]) >= len(directions) {
		return Policy{}, false
	}
	family, bitsTo, bitsFrom := native.Uint16(body[40:]), int(body[42]), int(body[43])
	return Policy{
		Direction: directions[body[direction]], Block: body[action] == policyBlock,
		To: selector(family, body[:16], bitsTo), From: selector(family, body[16:32], bitsFrom),
	}, true
}

// selector returns the prefix of an xfrm_address_t, in which an IPv4 address is at the
// beginning; the zero Prefix if a policy does not select by it.
func selector(family uint16, address []byte, bits int) netip.Prefix {
	if family == unix.AF_INET {
		address = address[:4]
	}
	a, _ := netip.AddrFromSlice(address)
	p := netip.PrefixFrom(a, bits)
	if !p.IsValid() {
		return netip.Prefix{}
	}
	return p
}

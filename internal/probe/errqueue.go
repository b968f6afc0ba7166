package probe

import (
	"encoding/binary"
	"net/netip"
)

// SO_EE_ORIGIN_*: origins of a socket's error queue (linux/errqueue.h).
const (
	originICMP4 = 2
	originICMP6 = 3
)

// parseQueued reads a struct sock_extended_err and the address that follows it
// (ip(7), IP_RECVERR). It returns false if that is not an ICMP error.
func parseQueued(b []byte) (*ICMPError, bool) {
	const (
		size = 16 // errno 4, origin, type, code, padding, info 4, data 4

		inet, addr4, size4  = 2, 4, 8 // of a sockaddr: family, offset of the address, size
		inet6, addr6, size6 = 10, 8, 24
	)
	if len(b) < size {
		return nil, false
	}
	origin, e := b[4], &ICMPError{Type: b[5], Code: b[6]}
	info := int(binary.NativeEndian.Uint32(b[8:]))
	if b = b[size:]; len(b) >= 2 {
		switch family := binary.NativeEndian.Uint16(b); {
		case family == inet && len(b) >= size4:
			e.By = netip.AddrFrom4([4]byte(b[addr4:]))
		case family == inet6 && len(b) >= size6:
			e.By = netip.AddrFrom16([16]byte(b[addr6:]))
		}
	}
	switch origin {
	case originICMP4:
		if e.Type == typeUnreachable4 && e.Code == codeTooBig4 {
			e.MTU = info
		}
		return e, e.By.Is4()
	case originICMP6:
		if e.Type == typeTooBig6 {
			e.MTU = info
		}
		return e, e.By.Is6()
	}
	return nil, false
}

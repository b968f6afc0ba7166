package probe

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"time"
)

// Types of ICMP (RFC 792) and ICMPv6 (RFC 4443) messages.
const (
	typeReply4       = 0
	typeUnreachable4 = 3
	typeEcho4        = 8
	typeExceeded4    = 11
	typeParameter4   = 12

	codeHost4   = 1 // of unreachable: host unreachable
	codeTooBig4 = 4 // of unreachable: fragmentation needed

	typeUnreachable6 = 1
	typeTooBig6      = 2
	typeExceeded6    = 3
	typeParameter6   = 4
	typeEcho6        = 128
	typeReply6       = 129

	codeHost6 = 3 // of unreachable: address unreachable
)

const (
	icmpHeader = 8
	ipv4Header = 20
	ipv6Header = 40

	// payload: cookie, question number, sequence number, send time.
	payload    = 8 + 4 + 4 + 8
	packetSize = icmpHeader + payload
)

// A request is the payload of an echo request, which the reply repeats.
type request struct {
	cookie   uint64 // of the run
	question uint32
	seq      uint32        // within the question
	sent     time.Duration // since the run began
}

// appendEcho appends an echo request, padded with zeros to an IP packet of the
// given size. The kernel fills in the ICMPv6 checksum.
func appendEcho(b []byte, r request, ipv6 bool, size int) []byte {
	start := len(b)
	typ, header := byte(typeEcho4), ipv4Header
	if ipv6 {
		typ, header = typeEcho6, ipv6Header
	}
	b = append(b, typ, 0, 0, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(r.cookie))
	b = binary.BigEndian.AppendUint16(b, uint16(r.question))
	b = binary.BigEndian.AppendUint64(b, r.cookie)
	b = binary.BigEndian.AppendUint32(b, r.question)
	b = binary.BigEndian.AppendUint32(b, r.seq)
	b = binary.BigEndian.AppendUint64(b, uint64(r.sent))
	if more := size - header - packetSize; more > 0 {
		b = append(b, make([]byte, more)...)
	}
	if !ipv6 {
		binary.BigEndian.PutUint16(b[start+2:], checksum(b[start:]))
	}
	return b
}

// checksum is the Internet checksum (RFC 1071).
func checksum(b []byte) uint16 {
	var sum uint32
	for ; len(b) >= 2; b = b[2:] {
		sum += uint32(b[0])<<8 | uint32(b[1])
	}
	if len(b) == 1 {
		sum += uint32(b[0]) << 8
	}
	for sum>>16 != 0 {
		sum = sum&0xffff + sum>>16
	}
	return ^uint16(sum)
}

// An answer is a received message for one of our requests.
type answer struct {
	request
	from    netip.Addr
	refused bool // an ICMP error, not an echo reply
	typ     uint8
	code    uint8
	mtu     int        // next-hop MTU, if the packet is too big
	ttl     int        // 0: unknown
	source  netip.Addr // if refused: source address of the request
	to      netip.Addr // if refused: destination address of the request
}

// checkSource checks that a reply is from the address that its request was sent to,
// and that a refusal is of a packet to that address.
func (a *answer) checkSource(to netip.Addr) error {
	switch {
	case a.refused && a.to != to:
		return &WrongAnswer{fmt.Sprintf("ICMP error for a packet to %s", a.to)}
	case !a.refused && a.from != to:
		return &WrongAnswer{fmt.Sprintf("echo reply from %s", a.from)}
	}
	return nil
}

// err returns a refusal as an error.
func (a *answer) err() *ICMPError {
	return &ICMPError{By: a.from, Type: a.typ, Code: a.code, MTU: a.mtu}
}

// packetTooBig reports whether the refusal is packet too big.
func (a *answer) packetTooBig() bool {
	if a.from.Is6() {
		return a.typ == typeTooBig6
	}
	return a.typ == typeUnreachable4 && a.code == codeTooBig4
}

// exceeded reports whether the refusal is time to live exceeded.
func (a *answer) exceeded() bool {
	if a.from.Is6() {
		return a.typ == typeExceeded6
	}
	return a.typ == typeExceeded4
}

// noNeighbour reports whether the refusal is from the sending host itself, which
// could not resolve its neighbour.
func (a *answer) noNeighbour() bool {
	if a.from != a.source {
		return false
	}
	if a.from.Is6() {
		return a.typ == typeUnreachable6 && a.code == codeHost6
	}
	return a.typ == typeUnreachable4 && a.code == codeHost4
}

// parse4 parses a message of an IPv4 raw socket: an IP packet.
func parse4(b []byte) (answer, bool) {
	header, ok := headerLen4(b)
	if !ok || len(b) < header+icmpHeader {
		return answer{}, false
	}
	m := b[header:]
	a := answer{typ: m[0], code: m[1], ttl: int(b[8]), from: addr4(b[12:])}
	switch a.typ {
	case typeReply4:
		a.request, ok = parseRequest(m, typeReply4)
		return a, ok
	case typeUnreachable4, typeExceeded4, typeParameter4:
		quoted := m[icmpHeader:]
		header, ok := headerLen4(quoted)
		if !ok {
			return answer{}, false
		}
		a.refused = true
		if a.typ == typeUnreachable4 && a.code == codeTooBig4 {
			a.mtu = int(binary.BigEndian.Uint16(m[6:])) // RFC 1191
		}
		a.source, a.to = addr4(quoted[12:]), addr4(quoted[16:])
		a.request, ok = parseRequest(quoted[min(header, len(quoted)):], typeEcho4)
		return a, ok
	}
	return answer{}, false
}

// headerLen4 returns the length of an IPv4 header, at least 20 bytes.
func headerLen4(b []byte) (int, bool) {
	if len(b) < ipv4Header || b[0]>>4 != 4 {
		return 0, false
	}
	n := int(b[0]&0xf) * 4
	return n, n >= ipv4Header
}

func addr4(b []byte) netip.Addr { return netip.AddrFrom4([4]byte(b)) }

// parse6 parses a message of an IPv6 raw socket: an ICMPv6 message, without the
// IPv6 header.
func parse6(b []byte) (answer, bool) {
	if len(b) < icmpHeader {
		return answer{}, false
	}
	a := answer{typ: b[0], code: b[1]}
	var ok bool
	switch a.typ {
	case typeReply6:
		a.request, ok = parseRequest(b, typeReply6)
		return a, ok
	case typeUnreachable6, typeTooBig6, typeExceeded6, typeParameter6:
		quoted := b[icmpHeader:]
		if len(quoted) < ipv6Header {
			return answer{}, false
		}
		a.refused = true
		if a.typ == typeTooBig6 {
			a.mtu = int(binary.BigEndian.Uint32(b[4:]))
		}
		a.source, a.to = addr6(quoted[8:]), addr6(quoted[24:])
		a.request, ok = parseRequest(quoted[ipv6Header:], typeEcho6)
		return a, ok
	}
	return answer{}, false
}

func addr6(b []byte) netip.Addr { return netip.AddrFrom16([16]byte(b)) }

// parseRequest parses the request in an echo message of the given type.
func parseRequest(m []byte, typ uint8) (request, bool) {
	if len(m) < packetSize || m[0] != typ {
		return request{}, false
	}
	m = m[icmpHeader:]
	return request{
		cookie:   binary.BigEndian.Uint64(m),
		question: binary.BigEndian.Uint32(m[8:]),
		seq:      binary.BigEndian.Uint32(m[12:]),
		sent:     time.Duration(binary.BigEndian.Uint64(m[16:])),
	}, true
}

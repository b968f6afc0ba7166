package probe

import (
	"encoding/binary"
	"net"
	"net/netip"
)

// Requests that resolve a neighbour, as the kernel sends them. The receiver learns
// the sender's address.

// appendARPRequest appends an ARP request for an Ethernet address (RFC 826).
func appendARPRequest(b []byte, mac net.HardwareAddr, from, to netip.Addr) []byte {
	b = append(b, 0, 1, 8, 0, 6, 4, 0, 1) // Ethernet, IPv4, lengths of addresses, request
	b = append(b, mac...)
	b = append(b, from.AsSlice()...)
	b = append(b, 0, 0, 0, 0, 0, 0)
	return append(b, to.AsSlice()...)
}

// Constants of neighbour discovery (RFC 4861).
const (
	typeSolicitation6  = 135
	optionSourceMAC    = 1
	solicitationLength = 8 + 16 + 8
	nextHeaderICMPv6   = 58
	hopLimitOnLink     = 255
)

// appendSolicitation appends an IPv6 packet with a neighbour solicitation (RFC
// 4861, section 4.3).
func appendSolicitation(b []byte, mac net.HardwareAddr, from, to netip.Addr) []byte {
	b = append(b, 0x60, 0, 0, 0, 0, solicitationLength, nextHeaderICMPv6, hopLimitOnLink)
	b = append(b, from.AsSlice()...)
	b = append(b, to.AsSlice()...)
	start := len(b)
	b = append(b, typeSolicitation6, 0, 0, 0, 0, 0, 0, 0)
	b = append(b, to.AsSlice()...)
	b = append(b, optionSourceMAC, 1)
	b = append(b, mac...)

	pseudo := append(from.AsSlice(), to.AsSlice()...)
	pseudo = append(pseudo, 0, 0, 0, solicitationLength, 0, 0, 0, nextHeaderICMPv6)
	binary.BigEndian.PutUint16(b[start+2:], checksum(append(pseudo, b[start:]...)))
	return b
}

package iputils

import (
	"fmt"
	"net/netip"
)

// An ICMPError is an ICMP error from a router or the target.
type ICMPError struct {
	By         netip.Addr // its source; the type is ICMP's or ICMPv6's by its family
	Type, Code uint8
	MTU        int    // next-hop MTU; 0: not in the packet
	Reason     string // for a type and code that ping does not know
}

// Line returns the line of ping for an ICMP error.
func (e ICMPError) Line(seq int) string {
	return fmt.Sprintf("From %s icmp_seq=%d %s\n", e.By, seq, e.Description())
}

// A message is the type and code of an ICMP message.
type message struct{ typ, code uint8 }

// descriptions4 and descriptions6 are ping's texts for ICMP and ICMPv6 errors.
var (
	descriptions4 = map[message]string{
		{3, 0}:  "Destination Net Unreachable",
		{3, 1}:  "Destination Host Unreachable",
		{3, 2}:  "Destination Protocol Unreachable",
		{3, 3}:  "Destination Port Unreachable",
		{3, 9}:  "Destination Net Prohibited",
		{3, 10}: "Destination Host Prohibited",
		{3, 13}: "Packet filtered",
		{11, 0}: "Time to live exceeded",
		{11, 1}: "Frag reassembly time exceeded",
	}
	descriptions6 = map[message]string{
		{1, 0}: "Destination unreachable: No route",
		{1, 1}: "Destination unreachable: Administratively prohibited",
		{1, 2}: "Destination unreachable: Beyond scope of source address",
		{1, 3}: "Destination unreachable: Address unreachable",
		{1, 4}: "Destination unreachable: Port unreachable",
		{3, 0}: "Time exceeded: Hop limit",
		{3, 1}: "Time exceeded: Defragmentation failure",
	}
)

// Description returns the error in ping's words.
func (e ICMPError) Description() string {
	known := descriptions4
	if e.By.Is6() {
		known = descriptions6
	}
	if text := known[message{e.Type, e.Code}]; text != "" {
		return text
	}
	if e.MTU > 0 {
		return fmt.Sprintf("Frag needed and DF set (mtu = %d)", e.MTU)
	}
	return e.Reason
}

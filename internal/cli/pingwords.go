package cli

import (
	"fmt"

	"github.com/vethlab/vethlab/internal/probe"
)

// An icmpKind is type and code of an ICMP error.
type icmpKind struct{ typ, code uint8 }

// pingWords4 and pingWords6 are what ping of iputils says of ICMP errors, which
// lessons and scripts look for.
var (
	pingWords4 = map[icmpKind]string{
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
	pingWords6 = map[icmpKind]string{
		{1, 0}: "Destination unreachable: No route",
		{1, 1}: "Destination unreachable: Administratively prohibited",
		{1, 2}: "Destination unreachable: Beyond scope of source address",
		{1, 3}: "Destination unreachable: Address unreachable",
		{1, 4}: "Destination unreachable: Port unreachable",
		{3, 0}: "Time exceeded: Hop limit",
		{3, 1}: "Time exceeded: Defragmentation failure",
	}
)

func pingWords(e *probe.ICMPError) string {
	known := pingWords4
	if e.By.Is6() {
		known = pingWords6
	}
	if words := known[icmpKind{e.Type, e.Code}]; words != "" {
		return words
	}
	if e.MTU > 0 {
		return fmt.Sprintf("Frag needed and DF set (mtu = %d)", e.MTU)
	}
	return e.Reason()
}

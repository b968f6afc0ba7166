// Package probe asks from inside network namespaces whether an address
// answers. It sends its own ICMP echo requests (RFC 792, RFC 4443) and needs no
// program of the machine's.
//
// Questions are asked side by side, no faster than the network answers, and all
// that stay silent share one bounded wait. A request is sent again a few times
// within it, since the first packets on a new link may be lost while addresses
// are looked up. Requests carry a random number of
// the run, so no other's answer is ever taken for ours.
package probe

import (
	"fmt"
	"net/netip"
	"time"
)

// A Target is an address to be asked from a namespace.
type Target struct {
	From string // name of the namespace, "" for the machine's own
	To   netip.Addr
}

// Options are the options of [Reach].
type Options struct {
	// Timeout is how long to wait after the last answer; 0: one second. It is
	// twice as long where packets seem to be lost.
	Timeout time.Duration
}

// defaultTimeout is long beside any lab's round trip and short to wait for.
const defaultTimeout = time.Second

// resends are the waits before a request is sent again; the last one repeats.
var resends = [...]time.Duration{30 * time.Millisecond, 100 * time.Millisecond, 300 * time.Millisecond}

// A Result is what came of asking a target.
type Result struct {
	Target
	OK  bool
	RTT time.Duration // where OK
	Err error         // why there was no answer: a [*Timeout], [*Refused], or an error of the system
}

// Timeout says that nothing came back.
type Timeout struct{ After time.Duration }

func (e *Timeout) Error() string { return fmt.Sprintf("no answer in %s", e.After) }

// Refused says that somebody on the way sent an ICMP error.
type Refused struct {
	By         netip.Addr
	Type, Code uint8 // as in the packet
}

func (e *Refused) Error() string { return fmt.Sprintf("%s says: %s", e.By, e.reason()) }

func (e *Refused) reason() string {
	if e.By.Is6() {
		return reason6(e.Type, e.Code)
	}
	return reason4(e.Type, e.Code)
}

func reason4(typ, code uint8) string {
	switch typ {
	case typeUnreachable4:
		if words := unreachable4[:]; int(code) < len(words) && words[code] != "" {
			return words[code]
		}
		return fmt.Sprintf("unreachable (code %d)", code)
	case typeExceeded4:
		return "time to live exceeded: the packet goes in a circle, or the way is longer than 64 routers"
	}
	return fmt.Sprintf("ICMP error %d, code %d", typ, code)
}

// unreachable4 are the words for the codes of an ICMP destination unreachable
// (RFC 792, RFC 1812).
var unreachable4 = [...]string{
	0: "network unreachable", 1: "host unreachable", 2: "protocol unreachable", 3: "port unreachable",
	4: "packet too big", 9: "network prohibited", 10: "host prohibited", 13: "prohibited by a filter",
}

func reason6(typ, code uint8) string {
	switch typ {
	case typeUnreachable6:
		if words := unreachable6[:]; int(code) < len(words) {
			return words[code]
		}
		return fmt.Sprintf("unreachable (code %d)", code)
	case typeTooBig6:
		return "packet too big"
	case typeExceeded6:
		return "hop limit exceeded: the packet goes in a circle, or the way is longer than 64 routers"
	}
	return fmt.Sprintf("ICMPv6 error %d, code %d", typ, code)
}

// unreachable6 are the words for the codes of an ICMPv6 destination
// unreachable (RFC 4443).
var unreachable6 = [...]string{
	"no route", "prohibited by a filter", "beyond the scope of the source address", "host unreachable",
	"port unreachable", "the source address is not allowed", "the route rejects it",
}

// PingOptions are the options of [Ping].
type PingOptions struct {
	Count    int           // 0: until the context ends
	Interval time.Duration // 0: one second
	Timeout  time.Duration // for the last answer; 0: one second
}

// A Reply is one answer to a [Ping].
type Reply struct {
	From netip.Addr
	Seq  int // from 1
	TTL  int // of the answer as it came in; 0: not known
	RTT  time.Duration
	Err  error // not nil: an ICMP error came, or the request could not be sent
}

// PingStats sums a [Ping] up. The times are 0 if nothing was received.
type PingStats struct {
	Sent, Received         int
	Min, Mean, Max, StdDev time.Duration
}

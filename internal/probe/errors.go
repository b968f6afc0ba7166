package probe

import (
	"errors"
	"fmt"
	"net/netip"
	"time"
)

// An OpenError says that a probe could not open a socket: the namespace does not exist,
// permission is missing, or too many files are open.
type OpenError struct {
	Namespace string
	Err       error
}

func (e *OpenError) Error() string { return e.Err.Error() }

func (e *OpenError) Unwrap() error { return e.Err }

// Timeout says that no answer came in time.
type Timeout struct{ After time.Duration }

func (e *Timeout) Error() string { return fmt.Sprintf("no answer in %s", e.After) }

// A WrongAnswer says that the answer does not match the request: it has another ID, name
// or type, comes from another address, or is of another protocol.
type WrongAnswer struct{ Got string }

func (e *WrongAnswer) Error() string { return "wrong answer: " + e.Got }

// A Reset says that a TCP connection was refused by a reset: the port has no
// listener, or a packet filter rejects it.
type Reset struct {
	By   netip.Addr // source address of the reset
	Port uint16
}

func (e *Reset) Error() string { return fmt.Sprintf("%s refuses connections to port %d", e.By, e.Port) }

// An ICMPError is an ICMP error from the target or a router.
type ICMPError struct {
	By         netip.Addr // its source; zero: unknown
	Type, Code uint8      // as in the packet, ICMP or ICMPv6 by the family of By
	MTU        int        // next-hop MTU of a packet too big; 0: not in the packet
}

func (e *ICMPError) Error() string { return fmt.Sprintf("%s says: %s", e.By, e.Reason()) }

// Reason returns the meaning of the type and code.
func (e *ICMPError) Reason() string {
	if e.By.Is6() {
		return reason6(e.Type, e.Code, e.MTU)
	}
	return reason4(e.Type, e.Code, e.MTU)
}

// Closed reports whether the error is port or protocol unreachable.
func (e *ICMPError) Closed() bool {
	if e.By.Is6() {
		return e.Type == typeUnreachable6 && e.Code == 4
	}
	return e.Type == typeUnreachable4 && (e.Code == 2 || e.Code == 3)
}

// refuses reports whether the error is a rejection (closed or prohibited) rather
// than a failure of routing.
func (e *ICMPError) refuses() bool {
	if e.By.Is6() {
		// Prohibited, source not allowed, rejected by the route.
		return e.Closed() || e.Type == typeUnreachable6 && (e.Code == 1 || e.Code == 5 || e.Code == 6)
	}
	// Network, host and communication administratively prohibited.
	return e.Closed() || e.Type == typeUnreachable4 && (e.Code == 9 || e.Code == 10 || e.Code == 13)
}

// verdictOf returns the verdict for an error, nil meaning reachable.
func verdictOf(err error) Verdict {
	if err == nil {
		return Reachable
	}
	if reset := (*Reset)(nil); errors.As(err, &reset) {
		return Refused
	}
	if icmp := (*ICMPError)(nil); errors.As(err, &icmp) && icmp.refuses() {
		return Refused
	}
	return Unreachable
}

func reason4(typ, code uint8, mtu int) string {
	switch {
	case typ == typeUnreachable4 && code == codeTooBig4:
		return tooBig(mtu)
	case typ == typeUnreachable4:
		if words := unreachable4[:]; int(code) < len(words) && words[code] != "" {
			return words[code]
		}
		return fmt.Sprintf("unreachable (code %d)", code)
	case typ == typeExceeded4:
		return "time to live exceeded: a routing loop, or a path of more than 64 routers"
	}
	return fmt.Sprintf("ICMP error %d, code %d", typ, code)
}

// unreachable4 describes the codes of an ICMP destination unreachable (RFC 792,
// RFC 1812).
var unreachable4 = [...]string{
	0: "network unreachable", 1: "host unreachable", 2: "protocol unreachable", 3: "port unreachable",
	9: "network prohibited", 10: "host prohibited", 13: "prohibited by a filter",
}

func reason6(typ, code uint8, mtu int) string {
	switch typ {
	case typeUnreachable6:
		if words := unreachable6[:]; int(code) < len(words) {
			return words[code]
		}
		return fmt.Sprintf("unreachable (code %d)", code)
	case typeTooBig6:
		return tooBig(mtu)
	case typeExceeded6:
		return "hop limit exceeded: a routing loop, or a path of more than 64 routers"
	}
	return fmt.Sprintf("ICMPv6 error %d, code %d", typ, code)
}

// unreachable6 describes the codes of an ICMPv6 destination unreachable (RFC 4443).
var unreachable6 = [...]string{
	"no route", "prohibited by a filter", "beyond the scope of the source address", "host unreachable",
	"port unreachable", "source address failed ingress/egress policy", "reject route",
}

func tooBig(mtu int) string {
	if mtu == 0 {
		return "packet too big"
	}
	return fmt.Sprintf("packet too big for the next hop's MTU of %d bytes", mtu)
}

package probe

import (
	"errors"
	"fmt"
	"net/netip"
	"time"
)

// An OpenError says that a question could not even be asked: the namespace is
// not there, there is no right to open a socket in it, or too many are open.
type OpenError struct {
	Namespace string
	Err       error
}

func (e *OpenError) Error() string { return e.Err.Error() }

func (e *OpenError) Unwrap() error { return e.Err }

// Timeout says that nothing came back.
type Timeout struct{ After time.Duration }

func (e *Timeout) Error() string { return fmt.Sprintf("no answer in %s", e.After) }

// A Reset says that a TCP connection was refused by a reset: nothing listens
// there, or a filter says so.
type Reset struct {
	By   netip.Addr // whom the reset came from, as it says
	Port uint16
}

func (e *Reset) Error() string { return fmt.Sprintf("%s refuses connections to port %d", e.By, e.Port) }

// An ICMPError says that somebody on the way sent an ICMP error.
type ICMPError struct {
	By         netip.Addr // the zero value: the kernel does not tell
	Type, Code uint8      // as in the packet, of the family of By
	MTU        int        // of the next link, where the packet is too big for it; 0: not said
}

func (e *ICMPError) Error() string { return fmt.Sprintf("%s says: %s", e.By, e.Reason()) }

// Reason returns what the error says, in words.
func (e *ICMPError) Reason() string {
	if e.By.Is6() {
		return reason6(e.Type, e.Code, e.MTU)
	}
	return reason4(e.Type, e.Code, e.MTU)
}

// Closed reports whether the error says that nothing listens: port or protocol
// unreachable.
func (e *ICMPError) Closed() bool {
	if e.By.Is6() {
		return e.Type == typeUnreachable6 && e.Code == 4
	}
	return e.Type == typeUnreachable4 && (e.Code == 2 || e.Code == 3)
}

// refuses reports whether the error says no, and not that there is no way.
func (e *ICMPError) refuses() bool {
	if e.By.Is6() {
		// Prohibited, source not allowed, rejected by the route.
		return e.Closed() || e.Type == typeUnreachable6 && (e.Code == 1 || e.Code == 5 || e.Code == 6)
	}
	// Three kinds of prohibited.
	return e.Closed() || e.Type == typeUnreachable4 && (e.Code == 9 || e.Code == 10 || e.Code == 13)
}

// verdictOf returns what an error says of a target.
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
		return "time to live exceeded: the packet goes in a circle, or the way is longer than 64 routers"
	}
	return fmt.Sprintf("ICMP error %d, code %d", typ, code)
}

// unreachable4 are the words for the codes of an ICMP destination unreachable
// (RFC 792, RFC 1812).
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

func tooBig(mtu int) string {
	if mtu == 0 {
		return "packet too big"
	}
	return fmt.Sprintf("packet too big for the next link, which takes %d bytes", mtu)
}

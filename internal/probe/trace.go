package probe

import (
	"net/netip"
	"time"
)

// TraceOptions are the options of [Trace].
type TraceOptions struct {
	MaxHops int           // 0: 64; at most 255
	Probes  int           // requests for each hop; 0: 3
	Timeout time.Duration // for a hop that does not answer; 0: 1.3 s
}

// A Path is the path to a target, as far as [TraceAll] found it.
type Path struct {
	Hops []Hop
	Err  error // why no request could be sent
}

// A Hop is a router on the path to a target, or the target itself.
type Hop struct {
	TTL int // from 1

	// By are the addresses that answered, in order: several if the path changes or
	// is multipath, none if the hop does not answer.
	By []netip.Addr

	Sent, Received int
	RTTs           RTTs

	Target bool  // the target answered
	Err    error // an [*ICMPError]: the path ends here
}

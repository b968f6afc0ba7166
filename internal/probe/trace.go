package probe

import (
	"net/netip"
	"time"
)

// TraceOptions are the options of [Trace].
type TraceOptions struct {
	MaxHops int           // 0: 64; at most 255
	Probes  int           // requests for each hop; 0: 3
	Timeout time.Duration // how long to wait for a hop that is silent; 0: 1.3 s
}

// A Path is what [TraceAll] finds of the way to a target.
type Path struct {
	Hops []Hop
	Err  error // why no request could be sent
}

// A Hop is a router on the way to a target, or the target itself.
type Hop struct {
	TTL int // from 1

	// By are who answered, in the order they did: more than one where the way
	// changes or is shared among several. Without one the hop is silent.
	By []netip.Addr

	Sent, Received int
	RTTs           RTTs

	Target bool  // it is the target that answered
	Err    error // an [*ICMPError]: the way ends here, for this reason
}

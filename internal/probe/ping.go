package probe

import (
	"net/netip"
	"time"
)

// PingOptions are the options of [Ping].
type PingOptions struct {
	Count    int           // 0: until the context ends
	Interval time.Duration // 0: one second
	Timeout  time.Duration // for the last answer; 0: one second
	TTL      int           // how many routers less one the requests may pass; 0: as the namespace has it
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

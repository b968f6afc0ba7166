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
	TTL      int           // of the requests; 0: the namespace's default
}

// A Reply is one answer to a [Ping].
type Reply struct {
	From netip.Addr
	Seq  int // from 1
	TTL  int // of the received answer; 0: unknown
	RTT  time.Duration
	Err  error // not nil: an ICMP error, a wrong answer, or the request could not be sent
}

// PingStats are the totals of a [Ping]. The times are 0 if no answer was received.
type PingStats struct {
	Sent, Received         int
	Min, Mean, Max, StdDev time.Duration
}

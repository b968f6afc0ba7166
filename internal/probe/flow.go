package probe

import (
	"cmp"
	"time"
)

// A FlowTarget is the destination of [Throughput]: an address and the namespace
// that has it, where the receiving socket is opened.
type FlowTarget struct {
	Target
	At string // name of the namespace that has the address To
}

// FlowOptions are the options of [Throughput].
type FlowOptions struct {
	UDP      bool          // UDP instead of TCP
	Duration time.Duration // how long to send; 0: one second
	Rate     int64         // payload in bits per second at most; 0: unlimited
	Size     int           // UDP: payload bytes of a datagram; 0: as many as fit into the path MTU

	// The connection is always opened to the address To. Reverse sends data from
	// there; Both sends in both directions at the same time, on two connections.
	Reverse, Both bool

	Port     uint16        // of the listener; 0: any free one
	Interval time.Duration // of the samples; 0: one second
	Timeout  time.Duration // how long to wait for the connection; 0: 1.4 seconds

	// Each, if not nil, is called with each sample when it is taken, from one
	// goroutine.
	Each func(Sample)
}

// A Flow is the result of one direction. Bytes are payload, without headers.
type Flow struct {
	Reverse  bool          // from the target to the namespace From
	Duration time.Duration // of sending, or of receiving if that took longer
	Sent     int64         // bytes
	Received int64         // bytes
	Samples  []Sample

	Retransmits int           // TCP: retransmitted segments
	RTT         time.Duration // TCP: the sender's smoothed RTT at the end

	// UDP: datagrams sent, lost, and reordered; and the interarrival jitter
	// (RFC 3550, section 6.4.1).
	Datagrams, Lost, Reordered int64
	Jitter                     time.Duration
}

// BitsPerSecond returns the received payload in bits per second.
func (f *Flow) BitsPerSecond() float64 { return rate(f.Received, f.Duration) }

// A Sample is the result of one direction in an interval.
type Sample struct {
	Reverse     bool
	Start, End  time.Duration // since the flow began
	Received    int64         // bytes
	Retransmits int           // TCP
	Lost        int64         // UDP: datagrams
}

// BitsPerSecond returns the received payload in bits per second.
func (s *Sample) BitsPerSecond() float64 { return rate(s.Received, s.End-s.Start) }

func (o FlowOptions) withDefaults() FlowOptions {
	o.Duration = cmp.Or(o.Duration, time.Second)
	o.Interval = cmp.Or(o.Interval, time.Second)
	o.Timeout = cmp.Or(o.Timeout, defaultTimeout)
	return o
}

func rate(bytes int64, d time.Duration) float64 {
	if d <= 0 {
		return 0
	}
	return 8 * float64(bytes) / d.Seconds()
}

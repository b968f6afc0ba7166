package probe

import (
	"cmp"
	"time"
)

// A Route is where [Throughput] sends to: an address, and the namespace that
// has it, where the other end is opened.
type Route struct {
	Target
	At string // name of the namespace that has the address To
}

// FlowOptions are the options of [Throughput].
type FlowOptions struct {
	UDP      bool          // datagrams, instead of a TCP connection
	Duration time.Duration // how long to send; 0: one second
	Rate     int64         // bits per second at most, of what is carried; 0: as many as go through
	Size     int           // UDP: bytes carried in a datagram; 0: as many as fit into the path's MTU

	// The connection is opened to the address To, always. Reverse says that
	// data goes the other way on it, Both that it goes both ways, at the same
	// time, on two connections.
	Reverse, Both bool

	Port     uint16        // that the other end listens on; 0: any that is free
	Interval time.Duration // of the samples; 0: one second
	Timeout  time.Duration // how long to wait for the connection; 0: 1.4 seconds

	// Each, if not nil, is called with each sample when it is taken, from one
	// goroutine.
	Each func(Sample)
}

// A Flow is what one direction carried. Bytes are those carried, without headers.
type Flow struct {
	Reverse  bool          // it went from the address to the asking namespace
	Duration time.Duration // that it took to send, or to receive if that was longer
	Sent     int64         // bytes
	Received int64         // bytes
	Samples  []Sample

	Retransmits int           // TCP: segments that were sent again
	RTT         time.Duration // TCP: smoothed, as the sender had it at the end

	// UDP: datagrams sent, lost, and come later than one sent after them; and how
	// much the time that they take changes (RFC 3550, section 6.4.1).
	Datagrams, Lost, Reordered int64
	Jitter                     time.Duration
}

// BitsPerSecond returns the bits that arrived in a second.
func (f *Flow) BitsPerSecond() float64 { return rate(f.Received, f.Duration) }

// A Sample is what one direction carried in an interval.
type Sample struct {
	Reverse     bool
	Start, End  time.Duration // since the flow began
	Received    int64         // bytes
	Retransmits int           // TCP
	Lost        int64         // UDP: datagrams
}

// BitsPerSecond returns the bits that arrived in a second.
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

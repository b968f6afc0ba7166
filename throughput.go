package vethlab

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/vethlab/vethlab/internal/probe"
	"github.com/vethlab/vethlab/topo"
)

// ThroughputOptions are the options of [Lab.Throughput]. The zero value sends
// by TCP for a second.
type ThroughputOptions struct {
	UDP      bool          // datagrams, instead of a TCP connection
	Duration time.Duration // how long to send; 0: one second
	Rate     topo.Rate     // at most, of what is carried; 0: as much as goes through
	Size     int           // UDP: bytes carried in a datagram; 0: as many as fit into the path's MTU
	Port     uint16        // that is listened on; 0: any that is free

	// The connection is opened to the target, always. Reverse says that data goes
	// the other way on it, Both that it goes both ways, at the same time, on two
	// connections.
	Reverse, Both bool

	Interval time.Duration // of the samples; 0: one second

	// Each, if not nil, is called with each sample when it is taken, from one
	// goroutine.
	Each func(Sample)
}

// A Flow is what one direction carried. Bytes and bits are those of the payload,
// without headers of TCP, UDP, IP and Ethernet. As JSON times are in nanoseconds.
type Flow struct {
	From          string        `json:"from"`            // the node that sent
	To            string        `json:"to"`              // the node that received
	Via           topo.Protocol `json:"via"`             // tcp or udp
	BitsPerSecond float64       `json:"bits_per_second"` // received
	Duration      time.Duration `json:"duration"`        // that sending took, or receiving if that was longer
	Sent          int64         `json:"sent"`            // in bytes
	Received      int64         `json:"received"`        // in bytes

	Retransmits int           `json:"retransmits,omitempty"` // TCP: segments that were sent again
	RTT         time.Duration `json:"rtt,omitempty"`         // TCP: smoothed round-trip time that the sender had at the end

	Datagrams int64         `json:"datagrams,omitempty"` // UDP: datagrams sent
	Lost      int64         `json:"lost,omitempty"`      // UDP: datagrams that did not arrive
	Reordered int64         `json:"reordered,omitempty"` // UDP: datagrams that arrived after one sent later
	Jitter    time.Duration `json:"jitter,omitempty"`    // UDP: interarrival jitter, see RFC 3550, section 6.4.1

	Samples []Sample `json:"samples"`
}

// A Sample is what one direction carried in an interval of time. Bytes, bits and
// times are as in [Flow].
type Sample struct {
	From          string        `json:"from"`                  // the node that sent
	To            string        `json:"to"`                    // the node that received
	Start         time.Duration `json:"start"`                 // since the flow began
	End           time.Duration `json:"end"`                   // since the flow began
	BitsPerSecond float64       `json:"bits_per_second"`       // received
	Received      int64         `json:"received"`              // in bytes
	Retransmits   int           `json:"retransmits,omitempty"` // TCP: segments
	Lost          int64         `json:"lost,omitempty"`        // UDP: datagrams
}

// Throughput measures the throughput between two nodes. The target is written as
// for [Lab.Ping] and must be an address of a node, in which the other end of the
// connection is opened for that time. It returns a flow for each direction that is
// measured, to the target first.
func (l *Lab) Throughput(ctx context.Context, from, to string, opts ThroughputOptions) ([]Flow, error) {
	target, s, err := l.target(from, to)
	if err != nil {
		return nil, err
	}
	route := probe.FlowTarget{Target: target}
	if route.At, err = s.listener(target.To); err != nil {
		return nil, err
	}
	m := metering{opts: opts, near: from, far: s.Owner(target.To)}
	flows, err := probe.Throughput(ctx, route, m.options())
	var results []Flow
	for i := range flows {
		results = append(results, m.flow(&flows[i]))
	}
	return results, err
}

// listener returns the namespace of the node that has an address.
func (s *State) listener(a netip.Addr) (string, error) {
	node := s.Owner(a)
	switch node {
	case "":
		return "", fmt.Errorf("%s is nobody's in this lab: there is no other end to measure at", a)
	case topo.HostNode:
		return "", errors.New("vethlab does not listen in the host namespace: measure from there to the node, and the reverse")
	}
	namespace, _ := s.Namespace(node)
	return namespace, nil
}

// metering is one measurement between two nodes.
type metering struct {
	opts      ThroughputOptions
	near, far string
}

func (m metering) options() probe.FlowOptions {
	o := probe.FlowOptions{
		UDP: m.opts.UDP, Duration: m.opts.Duration, Rate: int64(m.opts.Rate), Size: m.opts.Size, Port: m.opts.Port,
		Reverse: m.opts.Reverse, Both: m.opts.Both, Interval: m.opts.Interval,
	}
	if m.opts.Each != nil {
		o.Each = func(s probe.Sample) { m.opts.Each(m.sample(&s)) }
	}
	return o
}

// ends returns who sends to whom.
func (m metering) ends(reverse bool) (from, to string) {
	if reverse {
		return m.far, m.near
	}
	return m.near, m.far
}

func (m metering) flow(f *probe.Flow) Flow {
	from, to := m.ends(f.Reverse)
	flow := Flow{
		From: from, To: to, Via: topo.TCP, BitsPerSecond: f.BitsPerSecond(), Duration: f.Duration,
		Sent: f.Sent, Received: f.Received, Retransmits: f.Retransmits, RTT: f.RTT,
		Datagrams: f.Datagrams, Lost: f.Lost, Reordered: f.Reordered, Jitter: f.Jitter, Samples: []Sample{},
	}
	if m.opts.UDP {
		flow.Via = topo.UDP
	}
	for i := range f.Samples {
		flow.Samples = append(flow.Samples, m.sample(&f.Samples[i]))
	}
	return flow
}

func (m metering) sample(s *probe.Sample) Sample {
	from, to := m.ends(s.Reverse)
	return Sample{
		From: from, To: to, Start: s.Start, End: s.End, BitsPerSecond: s.BitsPerSecond(),
		Received: s.Received, Retransmits: s.Retransmits, Lost: s.Lost,
	}
}

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
	Rate     topo.Rate     // limit of the payload; 0: none
	Size     int           // UDP: payload bytes of a datagram; 0: as many as fit into the path MTU
	Port     uint16        // of the listener; 0: any free port

	// The connection is always opened to the target. With Reverse the target sends,
	// with Both each node sends, on two connections at the same time.
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

// Throughput measures the throughput between two nodes. The target is written as for
// [Lab.Ping] and must be an address of a node, in which a listener is opened for that
// time. It returns a flow for each direction that is measured, to the target first.
func (l *Lab) Throughput(ctx context.Context, from, to string, opts ThroughputOptions) ([]Flow, error) {
	target, s, err := l.target(from, to)
	if err != nil {
		return nil, err
	}
	route := probe.FlowTarget{Target: target}
	if route.At, err = s.listener(target.To); err != nil {
		return nil, err
	}
	m := throughputRun{opts: opts, client: from, server: s.Owner(target.To)}
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
		return "", fmt.Errorf("no node of this lab has the address %s (want an address of a node)", a)
	case topo.HostNode:
		return "", errors.New("vethlab does not listen in the host namespace: measure from there to the node, and the reverse")
	}
	namespace, _ := s.Namespace(node)
	return namespace, nil
}

// A throughputRun is one measurement between two nodes.
type throughputRun struct {
	opts           ThroughputOptions
	client, server string
}

func (m throughputRun) options() probe.FlowOptions {
	o := probe.FlowOptions{
		UDP: m.opts.UDP, Duration: m.opts.Duration, Rate: int64(m.opts.Rate), Size: m.opts.Size, Port: m.opts.Port,
		Reverse: m.opts.Reverse, Both: m.opts.Both, Interval: m.opts.Interval,
	}
	if m.opts.Each != nil {
		o.Each = func(s probe.Sample) { m.opts.Each(m.sample(&s)) }
	}
	return o
}

// ends returns the sender and the receiver.
func (m throughputRun) ends(reverse bool) (from, to string) {
	if reverse {
		return m.server, m.client
	}
	return m.client, m.server
}

func (m throughputRun) flow(f *probe.Flow) Flow {
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

func (m throughputRun) sample(s *probe.Sample) Sample {
	from, to := m.ends(s.Reverse)
	return Sample{
		From: from, To: to, Start: s.Start, End: s.End, BitsPerSecond: s.BitsPerSecond(),
		Received: s.Received, Retransmits: s.Retransmits, Lost: s.Lost,
	}
}

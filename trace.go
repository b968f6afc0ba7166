package vethlab

import (
	"cmp"
	"context"
	"errors"
	"net/netip"
	"slices"

	"github.com/vethlab/vethlab/internal/hosts"
	"github.com/vethlab/vethlab/internal/probe"
	"github.com/vethlab/vethlab/internal/verify"
)

// TraceOptions are the options of [Lab.Trace].
//
//	MaxHops int            // at most 255; 0: 64
//	Probes  int            // requests for each hop; 0: 3
//	Timeout time.Duration  // of a hop that does not answer; 0: 1.3 s
type TraceOptions = probe.TraceOptions

// A Trace is the path from a node to an address.
type Trace struct {
	From    string     `json:"from"`    // the node that sent the probes
	To      string     `json:"to"`      // the target as it was given
	Address netip.Addr `json:"address"` // the target's address
	Reached bool       `json:"reached"` // the last hop is the address itself
	Hops    []Hop      `json:"hops"`

	// Reason says why the target is not reached, if known: an interface after the last
	// hop is down, or rules of legacy iptables dropped packets.
	Reason string `json:"reason,omitempty"`
}

// A Hop is a router on a path or, as the last one, the target.
type Hop struct {
	TTL int `json:"ttl"` // of the probes, in hops; from 1

	// Addresses are those that answered: none if the hop is silent, several if the
	// path changes. Nodes are the nodes that have them, or the address if none has.
	Addresses []netip.Addr `json:"addresses"`
	Nodes     []string     `json:"nodes"`

	Sent int          `json:"sent"`         // how many probes
	RTT  Distribution `json:"rtt,omitzero"` // of their answers

	Reason string `json:"reason,omitempty"` // why the path ends before the target, if it does
}

// Trace finds the path from a node to a target, written as for [Lab.Ping]: each router
// on it, by echo requests with a short time to live. It ends with the target, with a
// router that reports that it has no route, or with the last one that answers.
func (l *Lab) Trace(ctx context.Context, from, to string, opts TraceOptions) (*Trace, error) {
	target, s, err := l.target(from, to)
	if err != nil {
		return nil, err
	}
	hops, err := probe.Trace(ctx, target, opts)
	if err != nil {
		return nil, err
	}
	names := hosts.Owners(s.view.State)
	trace := &Trace{From: from, To: to, Address: target.To, Hops: []Hop{}}
	for _, h := range hops {
		trace.Hops = append(trace.Hops, hopOf(h, names))
		trace.Reached = h.Target
	}
	if !trace.Reached {
		trace.Reason = verify.WhyUnreached(ctx, s.view.State, target, trace.lastNode())
	}
	return trace, nil
}

// lastNode returns the node of the last hop that answers, or the source.
func (t *Trace) lastNode() string {
	for _, h := range slices.Backward(t.Hops) {
		if len(h.Nodes) > 0 {
			return h.Nodes[0]
		}
	}
	return t.From
}

func hopOf(h probe.Hop, names map[netip.Addr]string) Hop {
	hop := Hop{TTL: h.TTL, Addresses: []netip.Addr{}, Nodes: []string{}, Sent: h.Sent, RTT: verify.NewDistribution(h.RTTs)}
	for _, a := range h.By {
		hop.Addresses = append(hop.Addresses, a)
		hop.Nodes = append(hop.Nodes, cmp.Or(names[a], a.String()))
	}
	if icmp := (*probe.ICMPError)(nil); errors.As(h.Err, &icmp) {
		hop.Reason = icmp.Reason()
	}
	return hop
}

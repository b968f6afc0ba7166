package vethlab

import (
	"cmp"
	"context"
	"errors"
	"net/netip"

	"github.com/vethlab/vethlab/internal/hosts"
	"github.com/vethlab/vethlab/internal/probe"
	"github.com/vethlab/vethlab/internal/verify"
)

// TraceOptions are the options of [Lab.Trace]. The zero value is good.
type TraceOptions = probe.TraceOptions

// A Trace is the way from a node to an address.
type Trace struct {
	From    string     `json:"from"`
	To      string     `json:"to"`      // as it was asked for
	Address netip.Addr `json:"address"` // what that stands for
	Reached bool       `json:"reached"` // the last hop is the address itself
	Hops    []Hop      `json:"hops"`
}

// A Hop is one step of a way: a router, or in the end the node that is asked.
type Hop struct {
	TTL int `json:"ttl"` // from 1

	// Addresses are who answered: none where the hop is silent, several where the
	// way changes. Nodes are the nodes that have them, or the address where none
	// has.
	Addresses []netip.Addr `json:"addresses"`
	Nodes     []string     `json:"nodes"`

	Sent int          `json:"sent"`
	RTT  Distribution `json:"rtt,omitzero"`

	Reason string `json:"reason,omitempty"` // why the way ends here, if it should not
}

// Trace finds the way from a node to a target, written as for [Lab.Ping]: each router on it, by echo requests with a short time to live.
// It ends with the target, with a router that says it knows no way on, or with the last
// one that answers.
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
	return trace, nil
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

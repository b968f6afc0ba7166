package vethlab

import (
	"context"
	"fmt"

	"github.com/vethlab/vethlab/internal/hosts"
	"github.com/vethlab/vethlab/internal/probe"
	"github.com/vethlab/vethlab/internal/verify"
)

// PingOptions are the options of [Lab.Ping].
//
//	Count    int            // requests; 0: until the context ends
//	Interval time.Duration  // between requests; 0: one second
//	Timeout  time.Duration  // of the last answer; 0: one second
//	TTL      int            // of the requests; 0: the namespace's default
type PingOptions = probe.PingOptions

// A Reply is one answer to [Lab.Ping].
//
//	From netip.Addr     // the address that sent it
//	Seq  int            // the number of the request, from 1
//	TTL  int            // of the answer as it arrived; 0: unknown
//	RTT  time.Duration
//	Err  error          // not nil: an ICMP error, a wrong answer, or the request could not be sent
type Reply = probe.Reply

// PingStats are the totals of a [Lab.Ping]. The times are 0 if nothing was received.
//
//	Sent     int
//	Received int
//	Min      time.Duration
//	Mean     time.Duration
//	Max      time.Duration
//	StdDev   time.Duration
type PingStats = probe.PingStats

// Ping sends ICMP echo requests from a node and calls each, if not nil, for every answer. The target is
// a node, "node:interface" or an address; of a node it is the first IPv4 address, or the
// first IPv6 address if there is none.
func (l *Lab) Ping(ctx context.Context, from, to string, opts PingOptions, each func(Reply)) (PingStats, error) {
	target, _, err := l.target(from, to)
	if err != nil {
		return PingStats{}, err
	}
	if each == nil {
		each = func(Reply) {}
	}
	return probe.Ping(ctx, target, opts, each)
}

// target returns what probes are sent to and from which namespace, and the lab as
// the kernel has it.
func (l *Lab) target(from, to string) (probe.Target, *State, error) {
	s, err := l.State()
	if err != nil {
		return probe.Target{}, nil, err
	}
	namespace, running := hosts.Namespaces(s.view.State)[from]
	if !running {
		return probe.Target{}, nil, fmt.Errorf("%w: %s in lab %s", ErrNoNode, from, l.name)
	}
	addr, err := s.Resolve(to)
	if err != nil {
		return probe.Target{}, nil, err
	}
	target := probe.Target{From: namespace, To: addr}
	if reason := verify.LeavesLab(l.name, s.view.State, target, s.Owner(addr)); reason != "" {
		return probe.Target{}, nil, fmt.Errorf("%s: %s", addr, reason)
	}
	return target, s, nil
}

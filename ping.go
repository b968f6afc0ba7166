package vethlab

import (
	"context"
	"fmt"
	"net/netip"
	"strings"

	"github.com/vethlab/vethlab/internal/hosts"
	"github.com/vethlab/vethlab/internal/probe"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/verify"
)

// PingOptions are the options of [Lab.Ping]. The zero value is good.
type PingOptions = probe.PingOptions

// Reply is one answer to [Lab.Ping].
type Reply = probe.Reply

// PingStats sums a ping up.
type PingStats = probe.PingStats

// Ping sends a series of ICMP echo requests from a node and calls each for
// every answer. The target is a node, "node:interface" or an address; of a node
// it is the first IPv4 address, or the first IPv6 address if there is none.
func (l *Lab) Ping(ctx context.Context, from, to string, opts PingOptions, each func(Reply)) (PingStats, error) {
	target, _, err := l.target(from, to)
	if err != nil {
		return PingStats{}, err
	}
	return probe.Ping(ctx, target, opts, each)
}

// target returns who is to be asked from where, and what the lab looks like.
func (l *Lab) target(from, to string) (probe.Target, *state.State, error) {
	view, err := l.State()
	if err != nil {
		return probe.Target{}, nil, err
	}
	namespace, running := hosts.Namespaces(view.State)[from]
	if !running {
		return probe.Target{}, nil, fmt.Errorf("%w: %s in lab %s", ErrNoNode, from, l.name)
	}
	addr, err := Resolve(view.State, to)
	if err != nil {
		return probe.Target{}, nil, err
	}
	target := probe.Target{From: namespace, To: addr}
	if reason := verify.LeavesLab(l.name, target, hosts.Owners(view.State)[addr]); reason != "" {
		return probe.Target{}, nil, fmt.Errorf("%s: %s", addr, reason)
	}
	return target, view.State, nil
}

// Resolve returns the address that a node, "node:interface" or an address
// stands for in a State.
func Resolve(s *state.State, to string) (netip.Addr, error) {
	if a, err := netip.ParseAddr(to); err == nil {
		return a, nil
	}
	if node, _, _ := strings.Cut(to, ":"); s.Namespace(hosts.Namespaces(s)[node]) == nil {
		return netip.Addr{}, fmt.Errorf("%w: %s", ErrNoNode, node)
	}
	if addrs := hosts.NewTable(s).Lookup(to); len(addrs) > 0 {
		return addrs[0], nil
	}
	return netip.Addr{}, fmt.Errorf("%s has no address", to)
}

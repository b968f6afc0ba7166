//go:build !linux

package probe

import (
	"context"

	"github.com/vethlab/vethlab/internal/netns"
)

// Ask fails with [netns.ErrLinux] for every question.
func Ask(_ context.Context, questions []Question, _ Options) []Answer {
	answers := make([]Answer, len(questions))
	for i, q := range questions {
		answers[i] = Answer{Question: q, Err: netns.ErrLinux}
	}
	return answers
}

// Ping fails with [netns.ErrLinux].
func Ping(context.Context, Target, PingOptions, func(Reply)) (PingStats, error) {
	return PingStats{}, netns.ErrLinux
}

// Servers are the running servers of [Serve].
type Servers struct{}

// Serve fails with [netns.ErrLinux] for every service.
func Serve(services []Service) (*Servers, []error) {
	errs := make([]error, len(services))
	for i := range errs {
		errs[i] = netns.ErrLinux
	}
	return &Servers{}, errs
}

// Close does nothing.
func (*Servers) Close() error { return nil }

// PathMTU fails with [netns.ErrLinux].
func PathMTU(context.Context, Target, MTUOptions) (MTU, error) { return MTU{}, netns.ErrLinux }

// Trace fails with [netns.ErrLinux].
func Trace(context.Context, Target, TraceOptions) ([]Hop, error) { return nil, netns.ErrLinux }

// TraceAll fails with [netns.ErrLinux] for every target.
func TraceAll(_ context.Context, targets []Target, _ TraceOptions) []Path {
	paths := make([]Path, len(targets))
	for i := range paths {
		paths[i].Err = netns.ErrLinux
	}
	return paths
}

// LastHop returns zero hops.
func LastHop(_ context.Context, targets []Target, _ TraceOptions) []Hop {
	return make([]Hop, len(targets))
}

// Throughput fails with [netns.ErrLinux].
func Throughput(context.Context, FlowTarget, FlowOptions) ([]Flow, error) { return nil, netns.ErrLinux }

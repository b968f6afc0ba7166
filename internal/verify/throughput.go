package verify

import (
	"context"
	"errors"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/probe"
	"github.com/vethlab/vethlab/internal/words"
	"github.com/vethlab/vethlab/topo"
)

// throughput measures the throughput of the i-th test, pair by pair. It leaves out
// pairs that have failed.
func (e *engine) throughput(ctx context.Context, i int, t *compile.Test, failed failedSet) []finding {
	var findings []finding
	for n, p := range t.Pairs {
		if len(p.Addresses) == 0 || ctx.Err() != nil {
			continue
		}
		q := query{i, n, p.Addresses[0]}
		if failed.has(q) {
			continue
		}
		rate, err := e.rate(ctx, t, q)
		f := finding{query: q}
		if err == nil {
			f.rates = []float64{rate}
		}
		switch {
		case err != nil:
			f.failures = []Failure{q.failure(t, "throughput", throughputWanted(t), "none", e.reason(err))}
		case !t.Throughput.Holds(topo.Rate(rate)):
			f.failures = []Failure{q.failure(t, "throughput", throughputWanted(t), words.Rate(rate), "")}
		}
		findings = append(findings, f)
	}
	return findings
}

// rate returns the throughput from one node of a pair to the other, in bits per
// second.
func (e *engine) rate(ctx context.Context, t *compile.Test, q query) (float64, error) {
	p := t.Pairs[q.pair]
	switch p.Node {
	case "":
		return 0, errors.New("no node has this address, so there is no receiver")
	case topo.HostNode:
		return 0, errors.New("vethlab does not listen in the host namespace: measure from there to the node")
	}
	to := probe.FlowTarget{Target: e.target(p.From, q.address), At: e.namespaces[p.Node]}
	flows, err := probe.Throughput(ctx, to, flowOptions(t))
	if err != nil {
		return 0, err
	}
	return flows[0].BitsPerSecond(), nil
}

// flowOptions returns the options of a test: the protocol and port of its via if that
// is TCP or UDP.
func flowOptions(t *compile.Test) probe.FlowOptions {
	var o probe.FlowOptions
	if p := t.Protocol(); p == topo.TCP || p == topo.UDP {
		o.UDP, o.Port = p == topo.UDP, uint16(t.Via.Port)
	}
	return o
}

package verify

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/parallel"
	"github.com/vethlab/vethlab/internal/probe"
)

// paths finds the hops and the path MTU to addresses for the tests that expect
// some, and compares them. Addresses that have failed are left out.
func (e *engine) paths(ctx context.Context, tests []*compile.Test, tries []try) []finding {
	paths := map[probe.Target]*path{}
	var order []*path
	var queries []query
	for i, t := range tests {
		if t.Path == nil && t.MTU == 0 {
			continue
		}
		for _, q := range open(i, t, tries[i].failed()) {
			target := e.target(t.Pairs[q.pair].From, q.address)
			if paths[target] == nil {
				paths[target] = &path{target: target}
				order = append(order, paths[target])
			}
			paths[target].include(t)
			queries = append(queries, q)
		}
	}
	parallel.Each(len(order), func(i int) { order[i].measure(ctx) })
	var findings []finding
	for _, q := range queries {
		t := tests[q.test]
		findings = append(findings, e.judgePath(t, q, paths[e.target(t.Pairs[q.pair].From, q.address)]))
	}
	return findings
}

// open returns the queries of the i-th test that have not failed.
func open(i int, t *compile.Test, failed failedSet) []query {
	var queries []query
	for n, p := range t.Pairs {
		for _, a := range p.Addresses {
			if q := (query{i, n, a}); !failed.has(q) {
				queries = append(queries, q)
			}
		}
	}
	return queries
}

// A path leads from a namespace to an address. It is measured once for all tests.
type path struct {
	target            probe.Target
	wantMTU, wantHops bool
	timeout           time.Duration // the longest of the tests

	mtu     probe.MTU
	mtuErr  error
	hops    []probe.Hop
	hopsErr error
}

func (p *path) include(t *compile.Test) {
	p.wantMTU = p.wantMTU || t.MTU > 0
	p.wantHops = p.wantHops || t.Path != nil
	p.timeout = max(p.timeout, time.Duration(t.Timeout))
}

func (p *path) measure(ctx context.Context) {
	if p.wantMTU {
		p.mtu, p.mtuErr = probe.PathMTU(ctx, p.target, probe.MTUOptions{Timeout: p.timeout})
	}
	if p.wantHops {
		p.hops, p.hopsErr = trace(ctx, p.target, p.timeout)
	}
}

// maxTraces is how often a path with a silent hop is traced: routers limit the rate
// of ICMP errors to one host, which other traces share.
const maxTraces = 4

// trace returns the hops to a target, each from the trace in which it answers.
func trace(ctx context.Context, target probe.Target, timeout time.Duration) ([]probe.Hop, error) {
	var known []probe.Hop
	for range maxTraces {
		hops, err := probe.Trace(ctx, target, probe.TraceOptions{Probes: 1, Timeout: timeout})
		if err != nil {
			return nil, err
		}
		for i, h := range known[:min(len(known), len(hops))] {
			if len(hops[i].By) == 0 {
				hops[i] = h
			}
		}
		known = hops
		if !slices.ContainsFunc(known, func(h probe.Hop) bool { return len(h.By) == 0 }) {
			break
		}
	}
	return known, nil
}

// judgePath compares a path with what a test expects of it.
func (e *engine) judgePath(t *compile.Test, q query, p *path) finding {
	f := finding{query: q}
	if t.MTU > 0 {
		f.failures = append(f.failures, e.judgeMTU(t, q, p.mtu, p.mtuErr)...)
	}
	if t.Path != nil {
		f.failures = append(f.failures, e.judgeHops(t, q, p.hops, p.hopsErr)...)
	}
	return f
}

func (e *engine) judgeMTU(t *compile.Test, q query, mtu probe.MTU, err error) []Failure {
	want := fmt.Sprintf("mtu %d", t.MTU)
	switch {
	case err != nil:
		return []Failure{q.failure(t, "mtu", want, "none", e.reason(err))}
	case mtu.Size != t.MTU:
		return []Failure{q.failure(t, "mtu", want, strconv.Itoa(mtu.Size), e.limit(mtu))}
	}
	return nil
}

// limit says what limits a path MTU.
func (e *engine) limit(mtu probe.MTU) string {
	switch {
	case mtu.Own:
		return "it is the MTU of the outgoing interface"
	case mtu.By.IsValid():
		return e.name(mtu.By) + " reports it as the next-hop MTU"
	}
	return "path MTU black hole: larger packets are dropped without ICMP fragmentation needed / packet too big"
}

// judgeHops compares the hops before the target with those that a test expects.
func (e *engine) judgeHops(t *compile.Test, q query, hops []probe.Hop, err error) []Failure {
	want := pathText(t.Path)
	if err != nil {
		return []Failure{q.failure(t, "path", want, "none", e.reason(err))}
	}
	why := ""
	var found []string
	for _, h := range hops {
		switch {
		case h.Target:
		case h.Err != nil:
			why = "the path ends with: " + e.reason(h.Err)
			found = append(found, e.hop(h, t.Path, len(found)))
		default:
			found = append(found, e.hop(h, t.Path, len(found)))
		}
	}
	arrived := len(hops) > 0 && hops[len(hops)-1].Target
	if !arrived && why == "" {
		why = "the target does not answer"
	}
	if !arrived || !slices.Equal(found, t.Path) {
		return []Failure{q.failure(t, "path", want, pathText(found), why)}
	}
	return nil
}

// hop returns the node that a hop is: the expected one, if it is among those that
// answered.
func (e *engine) hop(h probe.Hop, want []string, index int) string {
	var names []string
	for _, a := range h.By {
		name := e.owners[a]
		if name == "" {
			name = a.String()
		}
		if index < len(want) && name == want[index] {
			return name
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		return "(silent)"
	}
	return names[0]
}

// pathText returns "path r1, r2".
func pathText(path []string) string {
	if len(path) == 0 {
		return "no hop between"
	}
	return "path " + strings.Join(path, ", ")
}

package verify

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"time"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/probe"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// probe sends the probes of all pairs concurrently and compares the answers with
// what the tests expect. It also returns where vethlab listened for them. Probes
// that must find the port closed run in another round than probes that need our
// listener on it.
func (e *engine) probe(ctx context.Context, tests []*compile.Test) (findings []finding, served []served) {
	var rounds rounds
	for i, t := range tests {
		for n, p := range t.Pairs {
			q := query{test: i, pair: n}
			if f, ok := e.impossible(t, q); ok {
				findings = append(findings, f)
				continue
			}
			for _, q.address = range p.Addresses {
				if why := LeavesLab(e.lab, e.state, e.target(p.From, q.address), e.owners[q.address]); why != "" {
					findings = append(findings, unreached(t, q, why))
					continue
				}
				socket, use := e.needs(t, p.Node)
				rounds.add(q, e.question(t, p.From, q.address), socket, use)
			}
		}
	}
	for _, r := range rounds {
		found, listened := e.run(ctx, tests, r)
		findings, served = append(findings, found...), append(served, listened...)
	}
	return findings, served
}

// impossible returns what is found of a pair to which no probe can be sent; ok is
// false if probes can be sent.
func (e *engine) impossible(t *compile.Test, q query) (f finding, ok bool) {
	p, want := t.Pairs[q.pair], string(t.Outcome())
	for _, node := range []string{p.From, p.Node} {
		if _, running := e.namespaces[node]; !running && node != "" {
			return q.fails(t, "expect", want, notProbed.String(), node+" is not running"), true
		}
	}
	if why := e.broken(t, &p); why != "" {
		return q.fails(t, "expect", want, notProbed.String(), why), true
	}
	if len(p.Addresses) > 0 {
		return finding{}, false
	}
	return q.fails(t, "expect", want, notProbed.String(), p.To+" has no address"), true
}

// unreached returns what is found of a query whose target is unreachable for a
// reason that is known without a probe.
func unreached(t *compile.Test, q query, why string) finding {
	if t.Outcome() == topo.Unreachable {
		return finding{query: q}
	}
	return q.fails(t, "expect", string(t.Outcome()), unreachable.String(), why)
}

func (e *engine) target(from string, a netip.Addr) probe.Target {
	return probe.Target{From: e.namespaces[from], To: a}
}

// How many probes a test sends if it does not say: enough for a median, and for a
// loss in hundredths.
const (
	countWithin = 5
	countLoss   = 100
)

// question returns the probe of a test to one address.
func (e *engine) question(t *compile.Test, from string, a netip.Addr) probe.Question {
	q := probe.Question{
		Target: e.target(from, a), Via: protocol(t.Protocol()), Port: uint16(t.Via.Port),
		Path: t.Via.Path, Name: t.Via.Name, Count: t.Count, Timeout: time.Duration(t.Timeout),
	}
	if t.Via.Host != "" {
		q.Host = t.Via.Host
		if t.Via.Port != 0 {
			q.Host = net.JoinHostPort(q.Host, strconv.Itoa(t.Via.Port))
		}
	}
	switch {
	case q.Count > 0:
	case t.Loss.IsSet():
		q.Count = countLoss
	case t.Within > 0:
		q.Count = countWithin
	}
	return q
}

// protocol returns a protocol of lab files as probes know it.
func protocol(p topo.Protocol) probe.Protocol {
	switch p {
	case topo.TCP:
		return probe.TCP
	case topo.UDP:
		return probe.UDP
	case topo.HTTP:
		return probe.HTTP
	case topo.DNS:
		return probe.DNS
	}
	return probe.ICMP
}

// LeavesLab returns why a probe would leave the lab, or "". Only probes from the host
// namespace can: they would enter the host's own network. Owner is the node with the
// target's address, or "".
func LeavesLab(lab string, s *state.State, t probe.Target, owner string) string {
	if t.From != state.Host {
		return ""
	}
	way, err := kernel.HostEgress(t.To)
	switch {
	case err != nil:
		return fmt.Sprintf("the host has no route there: %v", err)
	case way.Dev == state.Lo && owner != "" && owner != topo.HostNode:
		return "the host has this address itself and would not send it into the lab"
	case s.Link(state.Endpoint{Namespace: state.Host, Link: way.Dev}) != nil:
		return ""
	case way.Lab == "" && way.Dev != state.Lo:
		return fmt.Sprintf("the host would send it out of %s, not into the lab", way.Dev)
	case way.Lab != "" && way.Lab != lab:
		return fmt.Sprintf("the host would send it into lab %s", way.Lab)
	}
	return ""
}

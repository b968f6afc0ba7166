package vethlab

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// Verify holds a running lab to its contract: it asks with real packets what
// the tests of the description say, and reports what was found. What can be
// asked is asked side by side, once the links that can work do. Without tests
// in the description each host and router must reach the next one; a lab that
// was found running is tested along its subnets.
//
// Given tests of one's own, Verify holds the lab to those instead.
//
// It fails only within the report: [Report.OK] reports whether all is well.
func (l *Lab) Verify(ctx context.Context, tests ...topo.Test) *Report {
	start := time.Now()
	r := &Report{Lab: l.name, Results: []TestResult{}}
	r.Err = l.verify(ctx, r, tests)
	r.Took = time.Since(start)
	return r
}

func (l *Lab) verify(ctx context.Context, r *Report, tests []topo.Test) error {
	view, err := l.State()
	if err != nil {
		return err
	}
	if len(view.State.Namespaces) == 0 {
		return fmt.Errorf("lab %s is %w", l.name, ErrNotRunning)
	}
	clauses, err := l.clauses(view.State, tests)
	if err != nil {
		return err
	}
	if err := l.settleSeen(ctx, view.State); err != nil {
		return err
	}
	t := newTrial(l.name, view.State)
	for _, c := range clauses {
		t.clauses = append(t.clauses, &clause{Test: c})
	}
	t.hold(ctx)
	for _, c := range t.clauses {
		r.Results = append(r.Results, c.result)
	}
	return ctx.Err()
}

// settleSeen waits for the links that can work. One that does not is no error
// here: the tests will tell.
func (l *Lab) settleSeen(ctx context.Context, s *state.State) error {
	wait, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	err := kernel.Settle(wait, s)
	if unsettled := (*kernel.UnsettledError)(nil); errors.As(err, &unsettled) {
		return ctx.Err()
	}
	return err
}

// clauses returns what is to be tested: the given tests, or else those of the
// description.
func (l *Lab) clauses(s *state.State, tests []topo.Test) ([]compile.Test, error) {
	d := l.compiled.Load()
	switch {
	case d == nil && len(tests) == 0:
		return ringTests(s), nil
	case len(tests) == 0:
		return d.Tests, nil
	}
	cast := castOf(s)
	if d != nil {
		described := *d.Topology
		described.Tests = tests
		if err := described.Validate(); err != nil {
			return nil, err
		}
		cast = d.Cast
	}
	clauses, errs := cast.Tests(tests)
	if len(errs) > 0 {
		return nil, errs
	}
	return clauses, nil
}

// castOf returns the nodes of a lab whose description is not known.
func castOf(s *state.State) compile.Cast {
	var cast compile.Cast
	for _, name := range s.Names() {
		ns := s.Namespaces[name]
		p := compile.Player{Name: nodeName(ns)}
		for _, link := range ns.LinkNames() {
			i := compile.PlayerInterface{Name: link}
			for _, a := range ns.Links[link].Addresses {
				if usable(a.Addr()) {
					i.Addresses = append(i.Addresses, a.Addr())
				}
			}
			bridge := ns.Links[link].Kind.Traits().Forwards
			p.Switch = p.Switch || bridge
			p.Interfaces = append(p.Interfaces, i)
		}
		cast = append(cast, p)
	}
	return cast
}

// nodeName returns the name of the node that a namespace is.
func nodeName(ns *state.Namespace) string {
	if ns.Name == state.Host {
		return topo.HostNode
	}
	return ns.Mark().Node
}

// namespacesByNode returns the namespace of each node that is there.
func namespacesByNode(s *state.State) map[string]string {
	m := map[string]string{topo.HostNode: state.Host}
	for name, ns := range s.Namespaces {
		if name != state.Host {
			m[ns.Mark().Node] = name
		}
	}
	return m
}

// namesOf returns which node has each address.
func namesOf(s *state.State) map[netip.Addr]string {
	names := make(map[netip.Addr]string)
	for _, ns := range s.Namespaces {
		for _, link := range ns.Links {
			for _, a := range link.Addresses {
				if !a.Addr().IsLoopback() {
					names[a.Addr()] = nodeName(ns)
				}
			}
		}
	}
	return names
}

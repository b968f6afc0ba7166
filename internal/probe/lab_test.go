//go:build linux

package probe_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/probe"
	"github.com/vethlab/vethlab/internal/sandbox"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

func TestMain(m *testing.M) { netnstest.Main(m) }

// A lab is a running lab, removed when its test ends.
type lab struct {
	tb testing.TB
	*compile.Lab
}

// up starts the lab of a file.
func up(tb testing.TB, file string) *lab {
	tb.Helper()
	netnstest.Need(tb)
	t := topo.MustParse(file)
	t.Name = netnstest.LabName(tb)
	c, err := compile.Compile(t)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := netns.Remove(c.State.Names()...); err != nil {
			tb.Error(err)
		}
	})
	if err := kernel.Apply(tb.Context(), plan.Diff(state.New(), c.State), state.New(), kernel.Options{}); err != nil {
		tb.Fatal(err)
	}
	if !hasNeighLimit() {
		if err := kernel.SeedNeighbours(c.State); err != nil {
			tb.Fatal(err)
		}
	}
	if err := kernel.Settle(tb.Context(), c.State); err != nil {
		tb.Fatal(err)
	}
	return &lab{tb, c}
}

// upStar starts a lab of n hosts, h0 and so on, on one switch.
func upStar(tb testing.TB, n int) *lab { return up(tb, starFile(n, "")) }

// starFile describes n hosts, h0 and so on, on one switch; more are keys of the
// switch.
func starFile(n int, more string) string {
	var links []string
	for i := range n {
		links = append(links, fmt.Sprintf("[h%d, sw]", i))
	}
	return "nodes: {sw: {kind: switch, " + more + "}}\nlinks: [" + strings.Join(links, ", ") + "]\n"
}

// target is an address, with a node as the sender.
func (l *lab) target(from, to string) probe.Target {
	l.tb.Helper()
	node, ok := l.Node(from)
	if !ok {
		l.tb.Fatalf("no node %s", from)
	}
	return probe.Target{From: node.Namespace, To: netip.MustParseAddr(to)}
}

// Address returns the first address of a node in one family that is not link-local.
func (l *lab) Address(node string, ipv6 bool) netip.Addr {
	n, _ := l.Node(node)
	for _, name := range n.Interfaces {
		link := l.State.Link(state.Endpoint{Namespace: n.Namespace, Link: name})
		if p := link.Addresses.First(ipv6); p.IsValid() {
			return p.Addr()
		}
	}
	return netip.Addr{}
}

// question asks an address from a node.
func (l *lab) question(from, to string) probe.Question {
	l.tb.Helper()
	return probe.Question{Target: l.target(from, to)}
}

// pairs returns a question from each host of a star to each other one.
func (l *lab) pairs(n int) []probe.Question {
	var questions []probe.Question
	for i := range n {
		from, _ := l.Node(fmt.Sprintf("h%d", i))
		for j := range n {
			if i != j {
				to := l.Address(fmt.Sprintf("h%d", j), false)
				questions = append(questions, probe.Question{Target: probe.Target{From: from.Namespace, To: to}})
			}
		}
	}
	return questions
}

// hasNeighLimit reports whether raiseNeighLimit can work: not in a user namespace or a
// container.
func hasNeighLimit() bool { return !sandbox.Rootless() && sandbox.NeighbourLimit() != 0 }

// raiseNeighLimit raises the limit of the neighbour tables until the test ends.
func raiseNeighLimit(tb testing.TB, n int) {
	if !hasNeighLimit() {
		return // up seeds the neighbour tables
	}
	lock, err := sandbox.Acquire(tb.Context(), netnstest.LabName(tb)+"-limit", nil)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := errors.Join(lock.Retire(context.WithoutCancel(tb.Context())), lock.Release()); err != nil {
			tb.Error(err)
		}
	})
	if _, err := lock.RaiseNeighbourLimit(tb.Context(), n); err != nil && !errors.Is(err, sandbox.ErrNeighbourLimitRaised) {
		tb.Fatal(err)
	}
}

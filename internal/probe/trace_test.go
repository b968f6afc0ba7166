//go:build linux

package probe_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/probe"
)

// upChain starts a lab of n routers in a row, r0 and so on, between a and b.
func upChain(tb testing.TB, n int) *lab {
	var nodes, links []string
	last := "a"
	for i := range n {
		r := fmt.Sprintf("r%d", i)
		nodes = append(nodes, r+": {kind: router}")
		links = append(links, fmt.Sprintf("{endpoints: [%s, %s], subnet: [10.7.%d.0/24, 'fd07:0:0:%x::/64']}", last, r, i, i))
		last = r
	}
	links = append(links, fmt.Sprintf("{endpoints: [%s, b], subnet: [10.7.%d.0/24, 'fd07:0:0:%x::/64']}", last, n, n))
	return up(tb, "nodes: {"+strings.Join(nodes, ", ")+"}\nlinks: ["+strings.Join(links, ", ")+"]\n")
}

// hopsOf returns the node of each hop.
func (l *lab) hopsOf(hops []probe.Hop) []string {
	names := map[string]string{}
	for _, n := range l.State.Names() {
		ns := l.State.Namespaces[n]
		for _, link := range ns.LinkNames() {
			for _, a := range ns.Links[link].Addresses {
				names[a.Addr().String()] = ns.Mark().Node
			}
		}
	}
	var nodes []string
	for _, h := range hops {
		name := "*"
		for _, by := range h.By {
			name = names[by.String()]
		}
		nodes = append(nodes, name)
	}
	return nodes
}

func TestTrace(t *testing.T) {
	const routers = 30
	l := upChain(t, routers)
	l.eachFamily(t, func(t *testing.T, to string) {
		for range 3 {
			start := time.Now()
			hops, err := probe.Trace(t.Context(), l.target("a", to), probe.TraceOptions{})
			t.Logf("took %s", time.Since(start))
			if err != nil || len(hops) != routers+1 {
				t.Fatalf("%d hops, %v: %v", len(hops), err, l.hopsOf(hops))
			}
			for i, h := range hops {
				want := fmt.Sprintf("r%d", i)
				if i == routers {
					want = "b"
				}
				if got := l.hopsOf(hops)[i]; got != want || h.TTL != i+1 || h.Target != (i == routers) || h.Err != nil || len(h.RTTs) == 0 || h.RTTs.Min() <= 0 {
					t.Errorf("%s, want %s: %+v", got, want, h)
				}
			}
		}
	})
}

func TestTraceUnreachable(t *testing.T) {
	l := upChain(t, 2)
	for _, c := range []struct {
		to, err string
		hops    []string
	}{
		{"10.7.2.99", "", []string{"r0", "r1"}},                               // unused, on the last link
		{"203.0.113.1", "10.7.0.2 says: network unreachable", []string{"r0"}}, // r0 has no default route
		{"fd07:0:0:2::2", "", []string{"r0", "r1", "b"}},
		{"fd07:0:0:2::99", "", []string{"r0", "r1"}},
	} {
		withRetries(t, func(timeout time.Duration) error {
			hops, err := probe.Trace(t.Context(), l.target("a", c.to), probe.TraceOptions{Timeout: timeout})
			if got := l.hopsOf(hops); err != nil || fmt.Sprint(got) != fmt.Sprint(c.hops) {
				return fmt.Errorf("%s: %v, %w; want %v", c.to, got, err, c.hops)
			}
			if last := hops[len(hops)-1]; fmt.Sprint(last.Err) != cmp.Or(c.err, "<nil>") {
				return fmt.Errorf("%s: %w, want %s", c.to, last.Err, c.err)
			}
			return nil
		})
	}
}

// A router that sends no ICMP errors is a hop too. This one sends one error in a
// quarter of an hour.
func TestTraceSilentHop(t *testing.T) {
	l := up(t, `
nodes: {r0: {kind: router}, r1: {kind: router, sysctls: {net.ipv4.icmp_ratelimit: 1000000}}, r2: {kind: router}}
links: [[a, r0], [r0, r1], [r1, r2], [r2, b]]
`)
	withRetries(t, func(timeout time.Duration) error {
		hops, err := probe.Trace(t.Context(), l.target("a", l.Address("b", false).String()), probe.TraceOptions{Timeout: timeout})
		if got, want := fmt.Sprint(l.hopsOf(hops)), "[r0 * r2 b]"; err != nil || got != want {
			return fmt.Errorf("%s, %w; want %s", got, err, want)
		}
		return nil
	})
}

func TestTraceNoRoute(t *testing.T) {
	l := up(t, dual)
	hops, err := probe.Trace(t.Context(), l.target("a", "203.0.113.1"), probe.TraceOptions{Timeout: time.Minute})
	if len(hops) != 0 || !errors.Is(err, unix.ENETUNREACH) {
		t.Errorf("%+v, %v", hops, err)
	}
}

func TestLastHop(t *testing.T) {
	l := upChain(t, 3)
	var targets []probe.Target
	want := []struct {
		to     string
		hop    string
		ttl    int
		target bool
	}{
		{"10.7.3.2", "b", 4, true},
		{"10.7.3.99", "r2", 3, false},
		{"203.0.113.1", "r0", 1, false},
		{"fd07:0:0:3::99", "r2", 3, false},
		{"10.7.0.99", "", 0, false},
	}
	for _, w := range want {
		targets = append(targets, l.target("a", w.to))
	}
	withRetries(t, func(timeout time.Duration) error {
		var errs []error
		for i, hop := range probe.LastHop(t.Context(), targets, probe.TraceOptions{Timeout: timeout}) {
			w := want[i]
			if hop.TTL != w.ttl || hop.Target != w.target {
				errs = append(errs, fmt.Errorf("%s: %+v, want %+v", w.to, hop, w))
			} else if w.ttl > 0 && l.hopsOf([]probe.Hop{hop})[0] != w.hop {
				errs = append(errs, fmt.Errorf("%s: %v, want %s", w.to, hop.By, w.hop))
			}
		}
		return errors.Join(errs...)
	})
}

func TestTraceCancelled(t *testing.T) {
	l := up(t, dual)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := probe.Trace(ctx, l.target("a", "10.7.0.99"), probe.TraceOptions{Timeout: time.Minute})
	if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took > hang {
		t.Errorf("%v after %s", err, took)
	}
}

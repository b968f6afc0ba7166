//go:build linux

package probe_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/probe"
)

// dual is a dual-stack link; the hosts have no default route.
const dual = `links: [{endpoints: [a, b], subnet: [10.7.0.0/20, "fd07::/64"]}]`

// routed is a host with a default route to a router that has none.
const routed = `
nodes: {r: {kind: router}}
links: [{endpoints: [r, a], subnet: [10.7.0.0/24, "fd07::/64"]}]
`

// short is the timeout of tests that wait for it.
var short = probe.Options{Timeout: 200 * time.Millisecond}

// askOne asks one target.
func askOne(t *testing.T, question probe.Question, opts probe.Options) probe.Answer {
	t.Helper()
	results := probe.Ask(t.Context(), []probe.Question{question}, opts)
	if len(results) != 1 || results[0].Question != question {
		t.Fatalf("asked for %v, got %v", question, results)
	}
	return results[0]
}

func TestAskAnswers(t *testing.T) {
	l := up(t, dual)
	for _, ipv6 := range []bool{false, true} {
		r := askOne(t, l.question("a", l.Address("b", ipv6).String()), probe.Options{})
		if r.Found != probe.Reachable || r.Err != nil || r.RTTs.Mean() <= 0 {
			t.Errorf("%+v", r)
		}
	}
}

func TestAskTimeout(t *testing.T) {
	l := up(t, dual)
	for _, to := range []string{"10.7.0.99", "fd07::99"} {
		start := time.Now()
		r := askOne(t, l.question("a", to), short)
		took := time.Since(start)
		if timeout := (*probe.Timeout)(nil); r.Found == probe.Reachable || !errors.As(r.Err, &timeout) || r.Err.Error() != "no answer in 200ms" {
			t.Errorf("%+v", r)
		}
		if took < short.Timeout || took > hang {
			t.Errorf("%s took %s", to, took)
		}
	}
}

func TestAskNoRoute(t *testing.T) {
	l := up(t, dual)
	for _, to := range []string{"203.0.113.1", "2001:db8::1"} {
		start := time.Now()
		r := askOne(t, l.question("a", to), probe.Options{Timeout: time.Minute})
		if !errors.Is(r.Err, unix.ENETUNREACH) || r.Err.Error() != "network is unreachable: there is no route" {
			t.Errorf("%+v", r)
		}
		if took := time.Since(start); took > hang {
			t.Errorf("%s took %s", to, took)
		}
	}
}

func TestAskNoNamespace(t *testing.T) {
	up(t, dual)
	to := netip.MustParseAddr("10.7.0.1")
	if r := askOne(t, probe.Question{Target: probe.Target{From: "vtest-missing", To: to}}, short); !errors.Is(r.Err, os.ErrNotExist) {
		t.Errorf("%+v", r)
	}
}

func TestAskRefused(t *testing.T) {
	l := up(t, routed)
	for _, c := range []struct{ to, want string }{
		{"203.0.113.1", l.Address("r", false).String() + " says: network unreachable"},
		{"2001:db8::1", l.Address("r", true).String() + " says: no route"},
	} {
		start := time.Now()
		r := askOne(t, l.question("a", c.to), probe.Options{Timeout: time.Minute})
		if refused := (*probe.ICMPError)(nil); r.Found == probe.Reachable || !errors.As(r.Err, &refused) || r.Err.Error() != c.want {
			t.Errorf("%+v, want %q", r, c.want)
		}
		if took := time.Since(start); took > hang {
			t.Errorf("%s took %s", c.to, took)
		}
	}
}

// A router sends one host a burst of six errors and then one a second
// (icmp_ratelimit): that must neither prolong the wait nor hide an answer.
func TestAskRefusedManyTimes(t *testing.T) {
	l := up(t, routed)
	var targets []probe.Question
	for i := range 100 {
		targets = append(targets, l.question("a", fmt.Sprintf("203.0.113.%d", i)))
	}
	targets = append(targets, l.question("a", l.Address("r", false).String()))
	start := time.Now()
	results := probe.Ask(t.Context(), targets, probe.Options{})
	if took := time.Since(start); took > hang {
		t.Errorf("took %s", took)
	}
	refused := 0
	for _, r := range results[:100] {
		if r.Found == probe.Reachable || r.Err == nil {
			t.Errorf("%+v", r)
		}
		if e := (*probe.ICMPError)(nil); errors.As(r.Err, &e) {
			refused++
		}
	}
	if refused == 0 {
		t.Error("no question was refused")
	}
	if results[100].Found != probe.Reachable {
		t.Errorf("the router itself: %+v", results[100])
	}
}

// The kernel reports host unreachable after three ARP requests, one a second.
func TestAskNoNeighbour(t *testing.T) {
	t.Parallel() // it takes four seconds
	l := up(t, dual)
	targets := []probe.Question{l.question("a", "10.7.0.99"), l.question("a", "fd07::99")}
	for i, r := range probe.Ask(t.Context(), targets, probe.Options{Timeout: 4 * time.Second}) {
		want := l.Address("a", i == 1).String() + " says: host unreachable"
		if r.Found == probe.Reachable || r.Err == nil || r.Err.Error() != want {
			t.Errorf("%+v, want %q", r, want)
		}
	}
}

func TestAskCancelled(t *testing.T) {
	l := up(t, dual)
	targets := []probe.Question{l.question("a", "10.7.0.99"), l.question("a", l.Address("b", false).String())}
	withRetries(t, func(timeout time.Duration) error {
		ctx, cancel := context.WithTimeout(t.Context(), timeout)
		defer cancel()
		start := time.Now()
		results := probe.Ask(ctx, targets, probe.Options{Timeout: time.Minute})
		if took := time.Since(start); took > hang {
			t.Errorf("took %s", took)
		}
		if !errors.Is(results[0].Err, context.DeadlineExceeded) || results[1].Found != probe.Reachable {
			return fmt.Errorf("%+v", results)
		}
		return nil
	})
}

func TestAskManyTargets(t *testing.T) {
	const n = 20
	l := upStar(t, n)
	for _, r := range probe.Ask(t.Context(), l.pairs(n), probe.Options{}) {
		if r.Found != probe.Reachable {
			t.Errorf("%+v", r)
		}
	}
}

// A thousand targets without an answer share one timeout, and do not delay one that
// answers.
func TestAskManyUnansweredTargets(t *testing.T) {
	l := up(t, dual)
	raiseNeighLimit(t, 4000)
	var targets []probe.Question
	for i := range 1000 {
		targets = append(targets, l.question("a", fmt.Sprintf("10.7.%d.%d", 4+i/250, 1+i%250)))
	}
	targets = append(targets, l.question("a", l.Address("b", false).String()))
	start := time.Now()
	results := probe.Ask(t.Context(), targets, probe.Options{})
	took := time.Since(start)
	t.Logf("took %s", took)
	if took > hang {
		t.Errorf("took %s", took)
	}
	// On a busy machine the kernel may report host unreachable before the timeout: after three
	// ARP requests, one a second.
	const requests = 3 * time.Second
	for _, r := range results[:1000] {
		unreachable := took > requests && r.Err != nil && r.Err.Error() == l.Address("a", false).String()+" says: host unreachable"
		if timeout := (*probe.Timeout)(nil); !unreachable && !errors.As(r.Err, &timeout) {
			t.Errorf("%+v", r)
		}
	}
	if results[1000].Found != probe.Reachable {
		t.Errorf("%+v", results[1000])
	}
}

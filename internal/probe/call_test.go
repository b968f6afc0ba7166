//go:build linux

package probe_test

import (
	"errors"
	"fmt"
	"net/netip"
	"os/exec"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/probe"
)

// across is two hosts with a router between them, which has no default route.
const across = `
nodes: {r: {kind: router}}
links:
  - {endpoints: [r, a], subnet: [10.7.0.0/24, "fd07::/64"]}
  - {endpoints: [r, b], subnet: [10.7.1.0/24, "fd07:0:0:1::/64"]}
`

// calls are questions over all protocols that need a server.
var calls = []probe.Question{
	{Via: probe.TCP, Port: 7000},
	{Via: probe.UDP, Port: 7000},
	{Via: probe.HTTP},
	{Via: probe.HTTP, Port: 8080, Host: "www.example", Path: "/x?y=z"},
	{Via: probe.DNS, Name: "b.example"},
	{Via: probe.DNS, Name: "missing.example", Port: 5353},
}

// ask asks the calls from a to an address.
func (l *lab) ask(to string, opts probe.Options) []probe.Answer {
	var questions []probe.Question
	for _, q := range calls {
		q.Target = l.target("a", to)
		questions = append(questions, q)
	}
	return probe.Ask(l.tb.Context(), questions, opts)
}

// serve runs servers for the calls in a node, until the test ends.
func (l *lab) serve(node string) {
	l.tb.Helper()
	n, _ := l.Node(node)
	var services []probe.Service
	for _, q := range calls {
		services = append(services, probe.Service{
			Namespace: n.Namespace, Via: q.Via, Port: q.Port,
			Names: map[string][]netip.Addr{"b.example": {l.Address("b", true), l.Address("b", false)}},
		})
	}
	servers, errs := probe.Serve(services)
	if err := errors.Join(errs...); err != nil {
		l.tb.Fatal(err)
	}
	l.tb.Cleanup(func() {
		if err := servers.Close(); err != nil {
			l.tb.Error(err)
		}
	})
}

// eachFamily runs fn as a subtest for b's IPv4 and IPv6 address.
func (l *lab) eachFamily(t *testing.T, fn func(t *testing.T, to string)) {
	for _, ipv6 := range []bool{false, true} {
		to := l.Address("b", ipv6).String()
		t.Run(to, func(t *testing.T) { fn(t, to) })
	}
}

func TestCallsReach(t *testing.T) {
	l := up(t, across)
	l.serve("b")
	l.eachFamily(t, func(t *testing.T, to string) {
		for _, a := range l.ask(to, probe.Options{}) {
			if a.Found != probe.Reachable || a.Err != nil || a.Sent < 1 || a.Received != 1 || len(a.RTTs) != 1 || a.RTTs[0] <= 0 {
				t.Errorf("%+v", a)
			}
			switch a.Via {
			case probe.HTTP:
				if a.Status != 200 {
					t.Errorf("status %d", a.Status)
				}
			case probe.DNS:
				want, code := []netip.Addr{l.Address("b", false), l.Address("b", true)}, "NOERROR"
				if a.Name == "missing.example" {
					want, code = nil, "NXDOMAIN"
				}
				if a.RCode != code || fmt.Sprint(a.Addresses) != fmt.Sprint(want) {
					t.Errorf("%s: %s %s, want %s %s", a.Name, a.RCode, a.Addresses, code, want)
				}
			}
		}
	})
}

func TestCallsAreRefused(t *testing.T) {
	l := up(t, across)
	l.eachFamily(t, func(t *testing.T, to string) {
		start := time.Now()
		for _, a := range l.ask(to, probe.Options{Timeout: time.Minute}) {
			if a.Found != probe.Refused || a.Received != 0 {
				t.Errorf("%+v", a)
			}
			if a.Via == probe.UDP || a.Via == probe.DNS {
				if e := (*probe.ICMPError)(nil); !errors.As(a.Err, &e) || e.By.String() != to || e.Reason() != "port unreachable" {
					t.Errorf("%s: %v", a.Via, a.Err)
				}
			} else if e := (*probe.Reset)(nil); !errors.As(a.Err, &e) || e.By.String() != to {
				t.Errorf("%s: %v", a.Via, a.Err)
			}
		}
		if took := time.Since(start); took > hang {
			t.Errorf("took %s", took)
		}
	})
}

// The targets are unused addresses on the link of b.
func TestCallsTimeOut(t *testing.T) {
	l := up(t, across)
	for _, to := range []string{"10.7.1.99", "fd07:0:0:1::99"} {
		start := time.Now()
		for _, a := range l.ask(to, short) {
			if e := (*probe.Timeout)(nil); a.Found != probe.Unreachable || !errors.As(a.Err, &e) || a.Err.Error() != "no answer in 200ms" {
				t.Errorf("%+v", a)
			}
		}
		if took := time.Since(start); took < short.Timeout || took > hang {
			t.Errorf("%s took %s", to, took)
		}
	}
}

// A router without a route sends two errors at once and then none until it has
// received no such packet for two seconds (ip_error in net/ipv4/route.c): each
// question has a lab of its own.
func TestCallsUnreachable(t *testing.T) {
	for _, q := range calls {
		for _, to := range []string{"203.0.113.1", "2001:db8::1"} {
			t.Run(q.Via.String(), func(t *testing.T) {
				l := up(t, across)
				q.Target = l.target("a", to)
				a := askOne(t, q, probe.Options{Timeout: time.Minute})
				by, reason := l.Address("r", false), "network unreachable"
				if a.To.Is6() {
					by, reason = l.Address("r", true), "no route"
				}
				if e := (*probe.ICMPError)(nil); a.Found != probe.Unreachable || !errors.As(a.Err, &e) || e.By != by || e.Reason() != reason {
					t.Errorf("%s: %v", a.Found, a.Err)
				}
			})
		}
	}
}

func TestCallsHaveNoRoute(t *testing.T) {
	l := up(t, dual)
	for _, to := range []string{"203.0.113.1", "2001:db8::1"} {
		for _, a := range l.ask(to, probe.Options{Timeout: time.Minute}) {
			if a.Found != probe.Unreachable || !errors.Is(a.Err, unix.ENETUNREACH) {
				t.Errorf("%+v", a)
			}
		}
	}
}

// ip runs ip(8) inside a node.
func (l *lab) ip(node string, args ...string) {
	l.tb.Helper()
	needIP(l.tb)
	n, _ := l.Node(node)
	cmd := exec.CommandContext(l.tb.Context(), "ip", append([]string{"-n", n.Namespace}, args...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		l.tb.Fatalf("%s: %v\n%s", cmd, err, out)
	}
}

// needIP skips a test if ip(8) is not installed.
func needIP(tb testing.TB) {
	tb.Helper()
	if _, err := exec.LookPath("ip"); err != nil {
		tb.Skip("needs ip (iproute2)")
	}
}

// A route of the router rejects or drops the packets.
func TestRejectRoutes(t *testing.T) {
	for _, c := range []struct {
		kind    string
		reasons [2]string // by family
		verdict probe.Verdict
	}{
		{"prohibit", [2]string{"prohibited by a filter", "prohibited by a filter"}, probe.Refused},
		{"unreachable", [2]string{"host unreachable", "no route"}, probe.Unreachable},
		{"blackhole", [2]string{}, probe.Unreachable},
	} {
		for family, reason := range c.reasons {
			for _, q := range append([]probe.Question{{Via: probe.ICMP}}, calls...) {
				t.Run(fmt.Sprintf("%s/%d/%s", c.kind, family, q.Via), func(t *testing.T) {
					l := up(t, across)
					l.serve("b")
					to := l.Address("b", family == 1)
					l.ip("r", []string{"-4", "-6"}[family], "route", "add", c.kind, to.String())
					q.Target = l.target("a", to.String())
					want, timeout := "no answer in 300ms", 300*time.Millisecond
					if reason != "" {
						want, timeout = fmt.Sprintf("%s says: %s", l.Address("r", family == 1), reason), hang
					}
					a := askOne(t, q, probe.Options{Timeout: timeout})
					if a.Found != c.verdict || a.Err == nil || a.Err.Error() != want {
						t.Errorf("%s, %v; want %s, %s", a.Found, a.Err, c.verdict, want)
					}
				})
			}
		}
	}
}

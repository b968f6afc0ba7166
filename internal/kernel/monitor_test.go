//go:build linux

package kernel_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/live"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// A follower records events, with the short names of namespaces.
type follower struct {
	t *testing.T
	*kernel.Follower
	events []string
}

// follow follows the namespaces of this test and those of their peers.
func follow(t *testing.T, o kernel.MonitorOptions) *follower {
	t.Helper()
	own := func() ([]kernel.NamespaceFile, error) {
		spots, err := kernel.NamespaceFiles()
		others := func(s kernel.NamespaceFile) bool {
			return s.Name != live.HostName && !strings.HasPrefix(s.Name, netnstest.Name(t, ""))
		}
		return slices.DeleteFunc(spots, others), err
	}
	f, err := kernel.Follow(own, live.Scope{}, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return &follower{t, f, nil}
}

// settle reads notifications until it has want events and the queue is empty.
func (f *follower) settle(want int) {
	f.t.Helper()
	const quiet, most = 40 * time.Millisecond, 5 * time.Second
	for end := time.Now().Add(most); ; {
		wait := time.Until(end)
		if len(f.events) >= want {
			wait = quiet
		}
		ctx, cancel := context.WithTimeout(f.t.Context(), wait)
		events, err := f.Next(ctx)
		cancel()
		for _, e := range events {
			f.record(e)
		}
		if errors.Is(err, context.DeadlineExceeded) {
			return
		}
		if err != nil {
			f.t.Fatal(err)
		}
	}
}

// record records an event, except for those of addresses that the kernel adds and of
// other tests' namespaces.
func (f *follower) record(e live.Event) {
	if e.Node != "" && !strings.HasPrefix(e.Node, netnstest.LabName(f.t)) {
		return
	}
	text := strings.ReplaceAll(e.String(), netnstest.Name(f.t, ""), "")
	if !strings.Contains(text, "fe80::") && !strings.Contains(text, "ff02::") {
		f.events = append(f.events, text)
	}
}

func TestFollower(t *testing.T) {
	netnstest.Need(t)
	needPrograms(t, "ip")
	names := namespaces(t, "a", "b")
	a, b, c := names[0], names[1], netnstest.Name(t, "c")
	before := nsidsOf(t, a, b, state.Host)
	f := follow(t, kernel.MonitorOptions{})
	for _, step := range []struct{ name, commands, want string }{
		{"new", "-n A link add eth0 index 20 type veth peer name eth1 index 21 netns B", `
			b:eth1 is a new veth
			a:eth0 is a new veth to b:eth1`},
		{"rename", "-n A link set eth0 name wan", "a:wan renamed from eth0"}, // down: Linux before 6.2 requires it
		{"on", "-n A link set wan up\n-n B link set eth1 up", `
			a:wan is up
			b:eth1 is up
			b:eth1 has a carrier
			a:wan has a carrier`},
		{"address", "-n A addr add 10.0.0.1/24 dev wan", `
			a:wan address 10.0.0.1/24 added
			a: route 10.0.0.0/24 dev wan added`},
		{"route", "-n A route add 10.1.0.0/16 via 10.0.0.2", "a: route 10.1.0.0/16 via 10.0.0.2 dev wan added"},
		{"another route", "-n A route replace 10.1.0.0/16 via 10.0.0.3", `
			a: route 10.1.0.0/16 via 10.0.0.3 dev wan added
			a: route 10.1.0.0/16 via 10.0.0.2 dev wan deleted`},
		{"several ways", "-n A route replace 10.1.0.0/16 nexthop via 10.0.0.3 nexthop via 10.0.0.4", `
			a: route 10.1.0.0/16 nexthop via 10.0.0.3 dev wan nexthop via 10.0.0.4 dev wan added
			a: route 10.1.0.0/16 via 10.0.0.3 dev wan deleted`},
		{"rule", "-n A rule add from 10.0.0.0/8 table 10 priority 5", "a: rule 5: from 10.0.0.0/8 lookup 10 added"},
		{"neighbour", "-n A neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev wan", "a:wan neighbour 10.0.0.9 at 02:00:00:00:00:09 added: permanent"},
		{"off, and the routes are gone", "-n A link set wan down", `
			a:wan is down
			a:wan neighbour 10.0.0.9 deleted
			b:eth1 has lost its carrier
			a: route 10.0.0.0/24 dev wan deleted
			a: route 10.1.0.0/16 nexthop via 10.0.0.3 dev wan nexthop via 10.0.0.4 dev wan deleted`},
		{"a namespace", "netns add C", "c added"},
		{"moved", "-n B link set eth1 netns C", `
			b:eth1 is down
			b:eth1 has moved to c:eth1`},
		{"moved back", "-n C link set eth1 netns B", "c:eth1 has moved to b:eth1"},
		{"moved to the other end", "-n B link set eth1 netns A", "b:eth1 has moved to a:eth1"},
		{"moved away again", "-n A link set eth1 netns B", "a:eth1 has moved to b:eth1"},
		{"the namespace is deleted", "netns del C", "c deleted"},
		{"gone", "-n A link del wan", `
			a:wan address 10.0.0.1/24 deleted
			a:wan deleted
			b:eth1 deleted`},
	} {
		t.Run(step.name, func(t *testing.T) {
			var want []string
			for line := range strings.Lines(strings.TrimSpace(step.want)) {
				want = append(want, strings.TrimSpace(line))
			}
			f.events = nil
			commands(t, strings.NewReplacer("A", a, "B", b, "C", c).Replace(step.commands))
			f.settle(len(want))
			got := slices.Sorted(slices.Values(f.events))
			slices.Sort(want)
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
	// Following added no nsids: a and b have each other's for their veth pair only.
	f.Close()
	if after := nsidsOf(t, a, b, state.Host); strings.Count(after, "nsid") != 2 || before == after {
		t.Errorf("nsids before:\n%s\nafter:\n%s", before, after)
	}
}

// After an overflow of the socket buffer, with lost notifications, the view is correct.
func TestFollowerLostNotifications(t *testing.T) {
	netnstest.Need(t)
	f := follow(t, kernel.MonitorOptions{Buffer: 4096})
	const n = 200
	s := state.New()
	for i := range n {
		peer := state.Endpoint{Namespace: netnstest.Name(t, fmt.Sprint(i^1)), Link: "eth0"}
		s.Add(netnstest.Name(t, fmt.Sprint(i))).Links["eth0"] = &state.Link{
			Name: "eth0", Index: 100 + i, Kind: state.Veth{Peer: peer}, Up: true,
			Addresses: state.Addresses{netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, byte(i / 2), byte(1 + i%2)}), 24)},
		}
	}
	if err := kernel.Apply(t.Context(), plan.Diff(state.New(), s), state.New(), kernel.Options{}); err != nil {
		t.Fatal(err)
	}
	var difference string
	for end := time.Now().Add(10 * time.Second); ; {
		f.settle(0)
		fresh := follow(t, kernel.MonitorOptions{})
		fresh.Close()
		if difference = viewDifference(fresh.View, f.View, others(t)); difference == "" || time.Now().After(end) {
			break
		}
	}
	if difference != "" {
		t.Errorf("(-fresh +followed):\n%s", difference)
	}
	if nodes := len(slices.DeleteFunc(f.View.Nodes(), others(t))); nodes != n {
		t.Errorf("%d nodes", nodes)
	}
	if !slices.ContainsFunc(f.events, func(e string) bool { return strings.HasPrefix(e, "events were lost") }) {
		t.Error("no notification was lost")
	}
}

// others reports whether a node is not of this test: other tests and users change theirs.
func others(t *testing.T) func(live.Node) bool {
	return func(n live.Node) bool { return !strings.HasPrefix(n.Name, netnstest.LabName(t)) }
}

// viewDifference returns the differences of two views, except for skipped nodes and
// neighbour entries.
func viewDifference(a, b *live.View, skip func(live.Node) bool) string {
	return cmp.Diff(slices.DeleteFunc(a.Nodes(), skip), slices.DeleteFunc(b.Nodes(), skip), cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{}),
		cmpopts.IgnoreFields(live.Node{}, "ID", "Neighbours"))
}

package hostmap_test

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/hostmap"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

func TestMain(m *testing.M) { netnstest.Main(m) }

func apply(tb testing.TB, made plan.Plan) {
	tb.Helper()
	if err := kernel.Apply(context.WithoutCancel(tb.Context()), made, state.New(), kernel.Options{}); err != nil {
		tb.Fatal(err)
	}
}

func take(tb interface {
	Helper()
	Fatal(...any)
},
) *hostmap.Map {
	tb.Helper()
	m, err := hostmap.Take(context.Background(), hostmap.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

func end(namespace, link string) plan.VethEnd {
	return plan.VethEnd{Link: state.Endpoint{Namespace: namespace, Link: link}}
}

// In random wirings the map has the right peer of every veth, even if interface indexes
// repeat over namespaces.
func TestPairsOfRandomWirings(t *testing.T) {
	if !netnstest.Isolated(t) {
		return
	}
	netnstest.Need(t)
	const enough = 2 * time.Second
	start := time.Now()
	rapid.Check(t, func(rt *rapid.T) {
		if time.Since(start) > enough {
			return
		}
		count := rapid.IntRange(1, 5).Draw(rt, "namespaces")
		names := []string{state.Host}
		var made plan.Plan
		for n := range count {
			names = append(names, fmt.Sprintf("%s-%d", netnstest.LabName(t), n))
			made = append(made, plan.AddNamespace{Name: names[n+1]})
		}
		defer func() {
			if _, err := kernel.Remove(context.WithoutCancel(t.Context()), names[1:]); err != nil {
				rt.Fatal(err)
			}
		}()
		want := map[string]string{}
		for c := range rapid.IntRange(0, 8).Draw(rt, "cables") {
			a, b := rapid.SampledFrom(names).Draw(rt, "a"), rapid.SampledFrom(names[1:]).Draw(rt, "b")
			ends := [2]plan.VethEnd{end(a, fmt.Sprintf("a%d", c)), end(b, fmt.Sprintf("b%d", c))}
			made = append(made, plan.AddVeth{Ends: ends})
			if a != state.Host || b != state.Host {
				want[nameOf(ends[0])], want[nameOf(ends[1])] = nameOf(ends[1]), nameOf(ends[0])
			}
		}
		if err := kernel.Apply(context.WithoutCancel(t.Context()), made, state.New(), kernel.Options{}); err != nil {
			rt.Fatal(err)
		}
		// Ends in the host namespace are deleted with their peers.
		got := map[string]string{}
		for _, ns := range take(rt).Namespaces {
			for _, i := range ns.Interfaces {
				if i.Peer != nil {
					got[ns.Name+"/"+i.Name] = i.Peer.String()
				}
			}
		}
		for from, to := range want {
			if got[from] != to {
				rt.Fatalf("the peer of %s is %q, want %q (of %v)", from, got[from], to, got)
			}
		}
		if len(got) != len(want) {
			rt.Fatalf("%d veth ends, want %d: %v", len(got), len(want), got)
		}
	})
}

func nameOf(e plan.VethEnd) string {
	if e.Link.Namespace == state.Host {
		return hostmap.HostName + "/" + e.Link.Link
	}
	return e.Link.Namespace + "/" + e.Link.Link
}

// Namespaces without a name are found, and the map leaves nothing behind: neither a
// descriptor nor an nsid of the host namespace.
func TestHiddenNamespaces(t *testing.T) {
	if !netnstest.Isolated(t) {
		return
	}
	netnstest.Need(t)
	named := netnstest.Name(t, "named")
	apply(t, plan.Plan{plan.AddNamespace{Name: named}})

	// A namespace held by another process.
	sleeper := exec.Command("sleep", "60")
	sleeper.SysProcAttr = &unix.SysProcAttr{Cloneflags: unix.CLONE_NEWNET, Pdeathsig: unix.SIGKILL}
	started, done := make(chan error), make(chan bool)
	go func() {
		_ = netns.OnNewThread(func() error {
			started <- sleeper.Start()
			<-done
			return nil
		})
	}()
	if err := <-started; err != nil {
		t.Fatal(err)
	}
	defer close(done)
	defer sleeper.Wait()
	defer sleeper.Process.Kill()

	// A namespace held by a descriptor of this process only, which the census leaves
	// out; it is found as the far end of a veth of the host namespace.
	hidden, err := netns.CreateUnnamed()
	if err != nil {
		t.Fatal(err)
	}
	defer hidden.Close()
	const link = "vt-hidden"
	cable := exec.Command("ip", "link", "add", link, "type", "veth", "peer", "name", "inner", "netns", fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), hidden.Fd()))
	if out, err := cable.CombinedOutput(); err != nil {
		t.Skipf("needs ip of iproute2: %v %s", err, out)
	}
	runtime.KeepAlive(hidden)

	ids := func() string {
		out, err := exec.Command("ip", "netns", "list-id").CombinedOutput()
		if err != nil {
			t.Fatalf("%v %s", err, out)
		}
		return string(out)
	}
	idsBefore := ids()
	before := descriptors(t)
	m := take(t)
	if now := ids(); now != idsBefore {
		t.Errorf("nsids of the host namespace: %q, before: %q", now, idsBefore)
	}
	if after := descriptors(t); after > before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
	if ns := m.Namespace(named); ns == nil || ns.Engine != "netns" {
		t.Errorf("%s is mapped as %+v, want engine netns", named, ns)
	}
	found, err := m.Find(fmt.Sprint(sleeper.Process.Pid))
	if err != nil || len(found) != 1 || !found[0].Namespace.Isolated() {
		t.Errorf("the namespace of sleep: %v, %v, want one isolated namespace", found, err)
	}
	peer := m.Namespace(hostmap.HostName).Interface(link).Peer
	if peer == nil || peer.Interface != "inner" || m.Namespace(peer.Namespace).Inode != 0 {
		t.Errorf("the peer of %s is %v, want inner in a namespace without inode", link, peer)
	}
}

func descriptors(t *testing.T) int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// The map has the bridge port, address and default route of a lab.
func TestLinesAndSentence(t *testing.T) {
	if !netnstest.Isolated(t) {
		return
	}
	netnstest.Need(t)
	name := netnstest.Name(t, "web")
	eth0, port := state.Endpoint{Namespace: name, Link: "eth0"}, state.Endpoint{Link: "v0"}
	bridge := state.Endpoint{Link: "br7"}
	apply(t, plan.Plan{
		plan.AddNamespace{Name: name},
		plan.AddLink{Link: bridge, Kind: state.Bridge{}},
		plan.AddVeth{Ends: [2]plan.VethEnd{{Link: port}, {Link: eth0}}},
		plan.SetLink{Link: port, Master: new("br7"), Up: new(true)},
		plan.SetLink{Link: bridge, Up: new(true)},
		plan.SetLink{Link: eth0, Up: new(true)},
		plan.AddAddress{Link: eth0, Address: netip.MustParsePrefix("10.7.0.2/24")},
		plan.AddRoute{Namespace: name, Route: state.Route{To: netip.MustParsePrefix("0.0.0.0/0"), Via: netip.MustParseAddr("10.7.0.1")}},
	})
	m := take(t)
	lines := m.Namespace(name).Lines(false)
	if len(lines) != 1 || lines[0].Note != "→ host/v0, default via 10.7.0.1" || !slices.Equal(lines[0].Address, []string{"10.7.0.2/24"}) {
		t.Errorf("%+v", lines)
	}
	found, err := m.Find("v0")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := found[0].Sentence(), "host/v0 is the peer of "+name+"/eth0; it is a port of br7"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// BenchmarkTake maps a machine of 500 pairs: 1,000 namespaces with 1,000 veths.
func BenchmarkTake(b *testing.B) {
	netnstest.Need(b)
	const pairs = 500
	var made plan.Plan
	var names []string
	for n := range 2 * pairs {
		names = append(names, fmt.Sprintf("%s-%d", netnstest.LabName(b), n))
		made = append(made, plan.AddNamespace{Name: names[n]})
	}
	for n := range pairs {
		made = append(made, plan.AddVeth{Ends: [2]plan.VethEnd{end(names[2*n], "eth0"), end(names[2*n+1], "eth0")}})
	}
	apply(b, made)
	b.Cleanup(func() {
		if _, err := kernel.Remove(context.WithoutCancel(b.Context()), names); err != nil {
			b.Error(err)
		}
	})
	for b.Loop() {
		take(b)
	}
}

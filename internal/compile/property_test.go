package compile_test

import (
	"encoding/json"
	"net/netip"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/topotest"
	"github.com/vethlab/vethlab/topo"
)

// drawAny draws a lab of any kind.
func drawAny(t *rapid.T) *topo.Topology {
	if rapid.Bool().Draw(t, "many routers") {
		return drawRouted(t)
	}
	return topotest.Draw(t, topotest.Options{HostLinks: true})
}

func mustCompile(t interface {
	Helper()
	Fatal(...any)
}, top *topo.Topology,
) *compile.Lab {
	t.Helper()
	lab, err := compile.Compile(top)
	if err != nil {
		t.Fatal(err)
	}
	return lab
}

// Packets reach exactly the addresses that the graph of the lab reaches, by a shortest
// path.
func TestForwarding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		top := drawAny(t)
		setUp(top)
		lab := mustCompile(t, top)
		if top.Routing == topo.RoutingNone {
			t.Skip("no routes")
		}
		w := newNetwork(lab)
		for _, n := range lab.Nodes {
			for _, ipv6 := range []bool{false, true} {
				far := w.distances(n.Name, ipv6)
				for _, to := range w.targets() {
					if to.p.Addr().Is6() == ipv6 && to.node != n.Name {
						comparePath(t, w, n.Name, to, far)
					}
				}
			}
		}
	})
}

// setUp sets all interfaces up: routes do not avoid links that are down.
func setUp(top *topo.Topology) {
	for i := range top.Nodes {
		for j := range top.Nodes[i].Interfaces {
			top.Nodes[i].Interfaces[j].Down = false
		}
	}
}

func comparePath(t *rapid.T, w *network, from string, to target, far map[segmentSubnet]int) {
	want, reachable := far[w.subnetOf(to)]
	got, arrived := w.send(from, to.p.Addr())
	if arrived != reachable {
		t.Fatalf("%s to %s %s: arrived: %v, want %v", from, to.node, to.p, arrived, reachable)
	}
	// A packet to the far side of a router need not pass it.
	if got > want {
		t.Fatalf("%s to %s %s: passed %d routers, want %d", from, to.node, to.p, got, want)
	}
}

// No node has more than one route per subnet, except for a host's default route, and only
// hosts have a default route.
func TestNumberOfRoutes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lab := mustCompile(t, drawRouted(t))
		w := newNetwork(lab)
		for _, n := range lab.Nodes {
			for _, ipv6 := range []bool{false, true} {
				checkFew(t, w, n, ipv6)
			}
		}
	})
}

func checkFew(t *rapid.T, w *network, n compile.Node, ipv6 bool) {
	limit := 0
	for _, d := range w.distances(n.Name, ipv6) {
		if d > 0 {
			limit++
		}
	}
	for _, r := range w.lab.State.Namespaces[n.Namespace].Routes {
		switch {
		case r.To.Addr().Is6() != ipv6:
			continue
		case r.To.Bits() > 0:
			limit--
		case n.Kind == topo.Router || n.Namespace == state.Host:
			t.Fatalf("%s has the default route %v", n.Name, r)
		}
	}
	if limit < 0 {
		t.Fatalf("%s has %d routes too many", n.Name, -limit)
	}
}

func TestUnique(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lab := mustCompile(t, drawAny(t))
		macs, addrs := map[topo.MAC]state.Endpoint{}, map[netip.Addr]state.Endpoint{}
		for _, name := range lab.State.Names() {
			for _, link := range lab.State.Namespaces[name].LinkNames() {
				e := state.Endpoint{Namespace: name, Link: link}
				l := lab.State.Link(e)
				if other, taken := macs[l.MAC]; taken && !l.Kind.Traits().NoMAC {
					t.Fatalf("%s and %s have the MAC %s", e, other, l.MAC)
				}
				macs[l.MAC] = e
				for _, a := range l.Addresses {
					if other, taken := addrs[a.Addr()]; taken {
						t.Fatalf("%s and %s have the address %s", e, other, a)
					}
					addrs[a.Addr()] = e
				}
			}
		}
	})
}

func TestDeterministic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		top := drawAny(t)
		a, b := mustCompile(t, top), mustCompile(t, top.Clone())
		if x, y := toJSON(t, a), toJSON(t, b); x != y {
			t.Fatalf("two results:\n%s\n%s", x, y)
		}
	})
}

func toJSON(t *rapid.T, lab *compile.Lab) string {
	b, err := json.Marshal([]any{lab.State, lab.Nodes, lab.Links, lab.Segments, lab.Tests})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Appending to a file changes no names, MACs and addresses.
func TestAppend(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		top := drawAny(t)
		longer := top.Clone()
		appendSome(t, longer)
		before := mustCompile(t, top)
		after, err := compile.Compile(longer)
		if err != nil {
			t.Skip("a subnet is full")
		}
		for i, l := range before.Links {
			if after.Links[i].Endpoints != l.Endpoints {
				t.Fatalf("link %d was %v, is %v", i, l.Endpoints, after.Links[i].Endpoints)
			}
		}
		for name, ns := range before.State.Namespaces {
			for link, l := range ns.Links {
				now := after.State.Link(state.Endpoint{Namespace: name, Link: link})
				if followsPorts(before.State, l) {
					now.MTU = l.MTU
					if len(l.Addresses) == 0 { // a switch without links has no subnet
						now.Addresses = l.Addresses
					}
				}
				compareLink(t, l, now)
			}
		}
	})
}

// followsPorts reports whether a link is the bridge of a switch, whose MTU is the smallest of
// its ports, or on it.
func followsPorts(s *state.State, l *state.Link) bool {
	for l.Name != topo.BridgeName {
		lower := l.Kind.Lower()
		if len(lower) == 0 {
			return false
		}
		l = s.Link(lower[0])
	}
	return true
}

func compareLink(t *rapid.T, before, after *state.Link) {
	if x, y := *before, *after; x.MAC != y.MAC || x.MTU != y.MTU || x.Kind != y.Kind ||
		!slices.Equal(x.Addresses, y.Addresses) {
		t.Fatalf("was %+v, is %+v", x, y)
	}
}

// appendSome appends nodes and links without settings. It does not link switches, which
// would join two segments.
func appendSome(t *rapid.T, top *topo.Topology) {
	var hosts, all []string
	for _, n := range top.Nodes {
		all = append(all, n.Name)
		if n.Kind != topo.Switch {
			hosts = append(hosts, n.Name)
		}
	}
	for i := range rapid.IntRange(1, 4).Draw(t, "appended") {
		name := "new" + string(rune('a'+i))
		kind := rapid.SampledFrom([]topo.Kind{topo.Host, topo.Router, topo.Switch}).Draw(t, "new kind")
		peers := append([]string{topo.HostNode}, all...)
		if kind == topo.Switch {
			peers = append([]string{topo.HostNode}, hosts...)
		}
		top.Nodes = append(top.Nodes, topo.Node{Name: name, Kind: kind})
		top.Links = append(top.Links, cable(name, rapid.SampledFrom(peers).Draw(t, "peer")))
	}
	for range rapid.IntRange(0, 3).Draw(t, "more links") {
		if a, b := rapid.SampledFrom(append(hosts, "x")).Draw(t, "a"), rapid.SampledFrom(append(hosts, "y")).Draw(t, "b"); a != b {
			top.Links = append(top.Links, cable(a, b))
		}
	}
}

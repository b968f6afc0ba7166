package compile_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// routes returns the IPv4 routes of a node as text.
func routes(lab *compile.Lab, name string) []string {
	n, _ := lab.Node(name)
	var ss []string
	for _, r := range lab.State.Namespaces[n.Namespace].Routes {
		if r.To.Addr().Is4() {
			ss = append(ss, fmt.Sprintf("%s via %s dev %s metric %d", r.To, r.Via, r.Dev, r.Metric))
		}
	}
	return ss
}

func TestWrittenRoutes(t *testing.T) {
	route := func(to, via, dev string, metric int) topo.Route {
		a, _ := netip.ParseAddr(via)
		return topo.Route{To: netip.MustParsePrefix(to), Via: a, Dev: dev, Metric: metric}
	}
	top := func(routing topo.Routing, rs ...topo.Route) *topo.Topology {
		return &topo.Topology{
			Name: "lab", Routing: routing,
			Nodes: topo.Nodes{{Name: "a", Routes: rs}, {Name: "r", Kind: topo.Router}},
			Links: []topo.Link{cable("a", "r"), cable("r", "b")},
		}
	}
	tests := []struct {
		name string
		top  *topo.Topology
		want []string
	}{
		{"automatic", top(""), []string{"0.0.0.0/0 via 10.0.0.2 dev eth0 metric 0"}},
		{"none", top(topo.RoutingNone), nil},
		{"added", top("", route("10.9.0.0/16", "10.0.0.2", "", 5)), []string{
			"0.0.0.0/0 via 10.0.0.2 dev eth0 metric 0", "10.9.0.0/16 via 10.0.0.2 dev eth0 metric 5",
		}},
		{"in place of", top("", route("0.0.0.0/0", "10.0.0.3", "", 7)), []string{"0.0.0.0/0 via 10.0.0.3 dev eth0 metric 7"}},
		{"by device", top(topo.RoutingNone, route("10.9.0.0/16", "", "eth0", 0)), []string{"10.9.0.0/16 via invalid IP dev eth0 metric 0"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, routes(mustCompile(t, tt.top), "a")); d != "" {
				t.Error(d)
			}
		})
	}
}

// The kernel's default metric is 0 in a State, in both families.
func TestDefaultMetric(t *testing.T) {
	r := topo.Route{To: netip.MustParsePrefix("fd99::/16"), Via: netip.MustParseAddr("fd00::2"), Metric: 1024}
	lab := mustCompile(t, &topo.Topology{
		Name: "lab", Nodes: topo.Nodes{{Name: "a", Routes: []topo.Route{r}}}, Links: []topo.Link{cable("a", "b")},
	})
	if got := lab.State.Namespaces["lab.a"].Routes; len(got) != 1 || got[0].Metric != 0 {
		t.Errorf("got %v, want metric 0", got)
	}
}

// A host with two routers sends by the nearer one.
func TestHostBetweenRouters(t *testing.T) {
	lab := mustCompile(t, &topo.Topology{
		Name:  "lab",
		Nodes: topo.Nodes{{Name: "r1", Kind: topo.Router}, {Name: "r2", Kind: topo.Router}},
		Links: []topo.Link{cable("h", "r1"), cable("h", "r2"), cable("r1", "a"), cable("r2", "b"), cable("host", "r1")},
	})
	want := []string{"0.0.0.0/0 via 10.0.0.2 dev eth0 metric 0", "10.0.0.12/30 via 10.0.0.6 dev eth1 metric 0"}
	if d := cmp.Diff(want, routes(lab, "h")); d != "" {
		t.Error(d)
	}
	// The host namespace has one route per subnet, and no others.
	n, _ := lab.Node(topo.HostNode)
	dev := n.Interfaces[0]
	want = []string{"10.0.0.0/30 via 10.0.0.18 dev " + dev + " metric 0", "10.0.0.8/30 via 10.0.0.18 dev " + dev + " metric 0"}
	if d := cmp.Diff(want, routes(lab, topo.HostNode)); d != "" {
		t.Error(d)
	}
}

func TestChainHasFewRoutes(t *testing.T) {
	lab := mustCompile(t, chain(100))
	if got, want := routes(lab, "r0"), []string{"10.0.0.0/23 via 10.0.0.6 dev eth1 metric 0"}; !slices.Equal(got, want) {
		t.Errorf("the first router has %v, want %v", got, want)
	}
	// One route for one side, and another one for each bit at the border.
	for _, n := range lab.Nodes {
		if got := len(routes(lab, n.Name)); got > 8 {
			t.Errorf("%s has %d routes, want at most 8", n.Name, got)
		}
	}
}

func TestSysctls(t *testing.T) {
	lab := mustCompile(t, &topo.Topology{Name: "lab", Nodes: topo.Nodes{
		{Name: "h", Sysctls: map[string]string{state.ForwardIPv4: "0", "net.core.somaxconn": "77"}},
		{Name: "r", Kind: topo.Router, Sysctls: map[string]string{state.ForwardIPv6: "0"}},
	}})
	for name, want := range map[string]map[string]string{
		"lab.h": {"net.core.somaxconn": "77"},
		"lab.r": {state.ForwardIPv4: "1"},
	} {
		if d := cmp.Diff(want, lab.State.Namespaces[name].Sysctls); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

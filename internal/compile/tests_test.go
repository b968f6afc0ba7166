package compile_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/topo"
)

// describeTests returns the tests of a lab as text.
func describeTests(lab *compile.Lab) []string {
	var ss []string
	for _, t := range lab.Tests {
		ss = append(ss, fmt.Sprintf("%s %s %v %s", t.From, t.To, t.Addresses, t.Expect))
	}
	return ss
}

func TestWrittenTests(t *testing.T) {
	lab := mustCompile(t, &topo.Topology{
		Name: "lab",
		Nodes: topo.Nodes{
			{Name: "sw", Kind: topo.Switch},
			node("four", topo.Interface{Name: "eth0", Addresses: prefixes("192.168.0.1/24")}),
			node("six", topo.Interface{Name: "eth0", Addresses: prefixes("2001:db8::1/64")}),
			node("b", topo.Interface{Name: "v", Addresses: prefixes("192.168.1.1/24", "192.168.1.2/24", "fd01::1/64")}),
		},
		Links: []topo.Link{cable("a", "b"), cable("four", "x"), cable("six", "y"), ends("b", "v", "z", ""), cable("sw", "w")},
		Tests: []topo.Test{
			{From: "a", To: "b"},
			{From: "four", To: "b"},
			{From: "a", To: "b:v", Expect: topo.Unreachable},
			{From: "four", To: "six", Expect: topo.Unreachable},
			{From: topo.HostNode, To: "a", Expect: topo.Unreachable},
			{From: "a", To: "fd09::9"},
			{From: "a", To: "sw", Expect: topo.Unreachable},
		},
	})
	want := []string{
		"a b [10.0.0.2 fd00::2] reachable",
		"four b [10.0.0.2] reachable",
		"a b:v [192.168.1.1 fd01::1] unreachable",
		"four six [2001:db8::1] unreachable",
		"host a [10.0.0.1 fd00::1] unreachable",
		"a fd09::9 [fd09::9] reachable",
		"a sw [] unreachable",
	}
	if d := cmp.Diff(want, describeTests(lab)); d != "" {
		t.Error(d)
	}
}

func TestRing(t *testing.T) {
	lab := mustCompile(t, &topo.Topology{
		Name: "lab",
		Nodes: topo.Nodes{
			{Name: "r", Kind: topo.Router},
			{Name: "sw", Kind: topo.Switch},
			{Name: "lone"},
			node("six", topo.Interface{Name: "eth0", Addresses: prefixes("2001:db8::1/64")}),
		},
		Links: []topo.Link{cable("a", "r"), cable("r", "sw"), cable("sw", "b"), cable("p", "q"), cable("six", "r")},
	})
	want := []string{
		"r six [2001:db8::1] reachable",
		"six a [fd00::1] reachable",
		"a b [10.1.0.2 fd00:0:0:1::2] reachable",
		"b r [10.0.0.2 fd00::2] reachable",
		"p q [10.0.0.6 fd00:0:0:2::2] reachable",
		"q p [10.0.0.5 fd00:0:0:2::1] reachable",
	}
	if d := cmp.Diff(want, describeTests(lab)); d != "" {
		t.Error(d)
	}
}

// A test that would outlive a packet's time to live goes to a neighbour.
func TestRingOfLongChain(t *testing.T) {
	for _, tt := range []struct {
		routers int
		want    []string // the tests of the last node
	}{
		{60, []string{"b r0 [10.0.0.2 fd00::2] reachable"}},
		{62, []string{"b r61 [10.0.0.249 fd00:0:0:3e::1] reachable"}},
	} {
		tests := describeTests(mustCompile(t, chain(tt.routers)))
		got := slices.DeleteFunc(tests, func(s string) bool { return s[:2] != "b " })
		if !slices.Equal(got, tt.want) {
			t.Errorf("%d routers: got %v, want %v", tt.routers, got, tt.want)
		}
	}
}

// Without routing only what shares a subnet is expected to be reached.
func TestRingWithoutRouting(t *testing.T) {
	lab := mustCompile(t, &topo.Topology{
		Name: "lab", Routing: topo.RoutingNone,
		Nodes: topo.Nodes{{Name: "a"}, {Name: "b"}, {Name: "r", Kind: topo.Router}},
		Links: []topo.Link{cable("a", "r"), cable("r", "b")},
	})
	want := []string{
		"a r [10.0.0.2 fd00::2] reachable",
		"b r [10.0.0.5 fd00:0:0:1::1] reachable",
		"r a [10.0.0.1 fd00::1] reachable",
	}
	if d := cmp.Diff(want, describeTests(lab)); d != "" {
		t.Error(d)
	}
}

func TestHosts(t *testing.T) {
	lab := mustCompile(t, &topo.Topology{
		Name:  "lab",
		Nodes: topo.Nodes{node("a", topo.Interface{Name: "eth0", Addresses: prefixes("10.0.0.1/24", "fe80::1/64")})},
		Links: []topo.Link{cable("a", "b"), cable("b", "c")},
	})
	var got []string
	for _, e := range lab.Hosts() {
		got = append(got, fmt.Sprintf("%s %v", e.Addr, e.Names))
	}
	want := []string{"10.0.0.1 [a]", "10.0.0.2 [b]", "10.0.1.1 [b]", "fd00::1 [b]", "10.0.1.2 [c]", "fd00::2 [c]"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if got := lab.Address("b", false).String() + " " + lab.Address("b", true).String(); got != "10.0.0.2 fd00::1" {
		t.Errorf("addresses of b are %s", got)
	}
	if a := lab.Address("nobody", false); a.IsValid() {
		t.Errorf("nobody has the address %s", a)
	}
}

package compile_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/topo"
)

// describeTests returns the tests of a lab as text.
func describeTests(lab *compile.Lab) []string {
	var ss []string
	for _, t := range lab.Tests {
		for _, p := range t.Pairs {
			ss = append(ss, fmt.Sprintf("%s %s %v %s", p.From, p.To, p.Addresses, t.Outcome()))
		}
	}
	return ss
}

func TestTestsOfFile(t *testing.T) {
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
			{From: []string{"a"}, To: []string{"b"}},
			{From: []string{"four"}, To: []string{"b"}},
			{From: []string{"a"}, To: []string{"b:v"}, Expect: topo.Unreachable},
			{From: []string{"four"}, To: []string{"six"}, Expect: topo.Unreachable},
			{From: []string{topo.HostNode}, To: []string{"a"}, Expect: topo.Unreachable},
			{From: []string{"a"}, To: []string{"fd09::9"}},
			{From: []string{"a"}, To: []string{"sw"}, Expect: topo.Unreachable},
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

func TestSubnetTests(t *testing.T) {
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

// A test whose path exceeds the default TTL has a nearer target.
func TestSubnetTestsOfLongChain(t *testing.T) {
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

// Without routing only nodes of one subnet are expected to be reachable.
func TestSubnetTestsWithoutRouting(t *testing.T) {
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

// groupsLab has two groups, a switch in one of them, a node without addresses, and
// nodes of one family.
const groupsLab = `
nodes:
  r: {kind: router}
  lan: {kind: switch, group: left}
  a: {group: left}
  b: {group: [left, odd]}
  c: {interfaces: {eth0: 10.9.0.3/24, eth1: "2001:db8::3/64"}, group: odd}
  mute: {interfaces: {eth0: []}, group: odd}
links:
  - [a, lan]
  - [b, lan]
  - [lan, r]
  - [r:c0, c]
  - [r:c1, c]
  - [mute, r]
tests:
`

func TestExpansion(t *testing.T) {
	for _, tt := range []struct {
		test string
		want []string
	}{
		{"{from: left, to: r}", []string{
			"a r [10.0.0.3 fd00::3] reachable", "b r [10.0.0.3 fd00::3] reachable",
		}},
		{"{from: [b, left], to: left}", []string{
			"b a [10.0.0.1 fd00::1] reachable", "a b [10.0.0.2 fd00::2] reachable",
		}},
		{"{from: a, to: odd, expect: unreachable}", []string{
			"a b [10.0.0.2 fd00::2] unreachable", "a c [10.9.0.3 2001:db8::3] unreachable", "a mute [] unreachable",
		}},
		{"{from: c, to: all}", []string{
			"c r [10.0.0.3 fd00::3] reachable", "c a [10.0.0.1 fd00::1] reachable", "c b [10.0.0.2 fd00::2] reachable",
		}},
		{"{from: a, to: [r, 192.0.2.1, \"c:eth1\", c, \"2001:db8::3\"], matrix: true}", []string{
			"a r [10.0.0.3 fd00::3 10.9.0.1 2001:db8::1 10.1.0.10 fd00:0:0:3::2] reachable",
			"a 192.0.2.1 [192.0.2.1] reachable", "a c:eth1 [2001:db8::3] reachable",
			"a c [10.9.0.3 2001:db8::3] reachable", "a 2001:db8::3 [2001:db8::3] reachable",
		}},
		{"{from: a, to: a}", []string{"a a [10.0.0.1 fd00::1] reachable"}},
		{"{from: a, to: 10.0.0.1}", []string{"a 10.0.0.1 [10.0.0.1] reachable"}},
		{"{from: [a, b], to: [10.0.0.1, \"b:eth0\"]}", []string{
			"a b:eth0 [10.0.0.2 fd00::2] reachable", "b 10.0.0.1 [10.0.0.1] reachable",
		}},
		{"{from: [host, a], to: b}", []string{
			"host b [10.0.0.2 fd00::2] reachable", "a b [10.0.0.2 fd00::2] reachable",
		}},
		{"{from: mute, to: a}", []string{"mute a [10.0.0.1 fd00::1] reachable"}},
		{"{from: a, via: \"http://c:8080/\"}", []string{"a c [10.9.0.3 2001:db8::3] reachable"}},
		{"{run: \"true\", on: [odd, lan, odd2, host]}", nil},
	} {
		text := strings.ReplaceAll(groupsLab+"  - "+tt.test, "odd2, ", "")
		lab := mustCompile(t, topo.MustParse(text))
		if d := cmp.Diff(tt.want, describeTests(lab)); d != "" {
			t.Errorf("%s\n%s", tt.test, d)
		}
	}
}

func TestWhereCommandsRun(t *testing.T) {
	lab := mustCompile(t, topo.MustParse(groupsLab+`  - {run: "true", on: [odd, lan, host, all]}`))
	want := []string{"b", "c", "mute", "lan", "host", "r", "a"}
	if d := cmp.Diff(want, lab.Tests[0].RunNodes); d != "" {
		t.Error(d)
	}
}

// Probes use one address family if a node lacks the other.
func TestExpansionChoosesFamily(t *testing.T) {
	lab := mustCompile(t, topo.MustParse(`
nodes:
  four: {interfaces: {eth0: 192.0.2.1/24}}
  six: {interfaces: {eth0: "2001:db8::1/64"}}
links: [[four, x], [six, y], [p, q]]
tests:
  - {from: [four, six], to: p, matrix: true}
`))
	want := []string{"four p [10.0.0.9] reachable", "six p [fd00:0:0:2::1] reachable"}
	if d := cmp.Diff(want, describeTests(lab)); d != "" {
		t.Error(d)
	}
}

func TestExpansionFindsOwner(t *testing.T) {
	lab := mustCompile(t, topo.MustParse("links: [[a, b]]\ntests: [{from: a, to: [b, 10.0.0.2, \"b:eth0\", 192.0.2.1]}]"))
	var got []string
	for _, p := range lab.Tests[0].Pairs {
		got = append(got, p.Node)
	}
	if want := []string{"b", "b", "b", ""}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func BenchmarkAllPairs(b *testing.B) {
	var text strings.Builder
	text.WriteString("nodes: {sw: {kind: switch}}\ntests: [{from: all, to: all}]\nlinks:\n")
	for i := range 300 {
		fmt.Fprintf(&text, "  - [h%d, sw]\n", i)
	}
	lab := topo.MustParse(text.String())
	b.ReportAllocs()
	for b.Loop() {
		c, err := compile.Compile(lab)
		if err != nil {
			b.Fatal(err)
		}
		if n := len(c.Tests[0].Pairs); n != 300*299 {
			b.Fatalf("%d pairs", n)
		}
	}
}

// A test of too many pairs is refused before they are made.
func TestTooManyPairs(t *testing.T) {
	text := "routing: none\nnodes:\n"
	for i := range 1001 {
		text += fmt.Sprintf("  n%d: {}\n", i)
	}
	links := "links:\n"
	for i := range 1000 {
		links += fmt.Sprintf("- [n%d, n%d]\n", i, i+1)
	}
	_, err := compile.Compile(topo.MustParse(text + links + "tests:\n- {from: all, to: all}\n"))
	if err == nil || !strings.Contains(err.Error(), "lab:2006:3: the test has 1002001 pairs of source and target, the limit is 1000000") {
		t.Errorf("got %v", err)
	}
}

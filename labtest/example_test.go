package labtest_test

import (
	"testing"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/labtest"
	"github.com/vethlab/vethlab/topo"
)

// t is what a test function gets.
var t *testing.T

func ExampleMain() {
	// func TestMain(m *testing.M) { labtest.Main(m) }
}

func ExampleStart() {
	ctx := t.Context()
	lab := labtest.Start(t, topo.MustParse(`
nodes: {r: {kind: router}}
links: [[a, r], [r, b]]
tests: [{from: a, to: b}]
`))
	ln, err := lab.Node("b").Listen(ctx, "tcp", ":80")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	conn, err := lab.Node("a").Dial(ctx, "tcp", "b:80")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if report := lab.Verify(ctx); !report.OK() {
		t.Error(report)
	}
}

// The lab of the other example, in Go.
func ExampleStart_literal() {
	labtest.Start(t, &topo.Topology{
		Nodes: topo.Nodes{{Name: "r", Kind: topo.Router}},
		Links: []topo.Link{
			{Endpoints: [2]topo.Endpoint{{Node: "a"}, {Node: "r"}}},
			{Endpoints: [2]topo.Endpoint{{Node: "r"}, {Node: "b"}}},
		},
		Tests: []topo.Test{{From: []string{"a"}, To: []string{"b"}}},
	})
}

func ExampleLab_Link() {
	ctx := t.Context()
	lab := labtest.Start(t, topo.MustParse(`links: [[a, b], [b, c]]`))
	lab.Link("a", "b").Down(ctx)      // both ends, like an unplugged cable
	lab.Link("a", "b").Up(ctx)        // restores its addresses and routes too
	lab.Link("a", "b").Down(ctx, "b") // only b's end
}

func ExampleLab_Apply() {
	lab := labtest.Start(t, topo.MustParse(`links: [[a, b]]`))
	edited := lab.Topology().Clone()
	edited.Links[0].MTU = 1400
	edited.Links = append(edited.Links, topo.Link{Endpoints: [2]topo.Endpoint{{Node: "b"}, {Node: "c"}}})
	lab.Apply(t.Context(), edited)
}

func ExampleLab_Fill() {
	lab := labtest.Start(t, topo.MustParse(`links: [[client, server]]`))
	var n struct{ Client, Server *vethlab.Node }
	lab.Fill(&n)
	out, err := n.Client.Command(t.Context(), "ping", "-c1", "server").CombinedOutput()
	if err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

func ExampleNeed() {
	labtest.Need(t, "netem") // as `vethlab doctor` calls it
}

// Verify also runs tests that the topology does not have.
func ExampleLab_Verify() {
	lab := labtest.Start(t, topo.MustParse(`links: [[a, b]]`))
	report := lab.Verify(t.Context(), topo.Test{
		From: []string{"a"}, To: []string{"b"}, Via: topo.Via{Protocol: topo.TCP, Port: 22}, Expect: topo.Refused,
	})
	for _, r := range report.Results {
		if !r.OK {
			t.Error(r.Title(), r.Found)
		}
	}
}

// State returns the lab's interfaces, addresses and routes.
func ExampleLab_Node() {
	lab := labtest.Start(t, topo.MustParse(`links: [[a, b]]`))
	state, err := lab.State()
	if err != nil {
		t.Fatal(err)
	}
	if eth0, ok := state.Interface("b", "eth0"); !ok || eth0.MTU != 1500 {
		t.Errorf("b has %+v", eth0)
	}
	conn, err := lab.Node("a").Dial(t.Context(), "udp", "b:53")
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
}

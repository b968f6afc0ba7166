package vethlab

import (
	"net/netip"
	"testing"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// A step has a line where the description asks for it, and none where it removes or
// resets what the description lacks.
func TestStepLines(t *testing.T) {
	const text = "name: l\nnodes:\n  a: {sysctls: {net.ipv4.ip_forward: 1}}\nlinks:\n- [a, b]\n"
	file, err := topo.Parse("l.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	lab, err := New(file)
	if err != nil {
		t.Fatal(err)
	}
	x1 := state.Endpoint{Namespace: "l.a", Link: "x1"}
	eth0 := state.Endpoint{Namespace: "l.a", Link: "eth0"}
	down := false
	for _, c := range []struct {
		op   plan.Op
		line int
	}{
		{plan.DelLink{Link: x1}, 0},
		{plan.SetLink{Link: x1, Up: &down}, 0},
		{plan.SetLink{Link: eth0, Up: &down}, 5},
		{plan.DelRoute{Namespace: "l.a", Route: state.Route{To: netip.MustParsePrefix("192.0.2.0/24"), Dev: "eth0"}}, 0},
		{plan.AddRoute{Namespace: "l.a", Route: state.Route{To: netip.MustParsePrefix("192.0.2.0/24"), Dev: "eth0"}}, 5},
		{plan.SetSysctl{Namespace: "l.a", Key: "net.ipv4.ip_default_ttl", Value: "64"}, 0},
		{plan.SetSysctl{Namespace: "l.a", Key: "net.ipv4.ip_forward", Value: "1"}, 3},
	} {
		p := &Plan{description: lab.compiled.Load(), ops: plan.Plan{c.op}}
		if s := p.Steps()[0]; s.Line != c.line || s.Node != "a" || (s.File == "") != (c.line == 0) {
			t.Errorf("%s: got node %q, file %q, line %d, want line %d", s, s.Node, s.File, s.Line, c.line)
		}
	}
}

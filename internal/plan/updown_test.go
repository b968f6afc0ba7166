package plan_test

import (
	"testing"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// Links that are set down and up again are as described, with the IPv6 addresses and the
// routes that the kernel deletes meanwhile; what was changed by hand in other namespaces stays.
func TestWithLinksDownAndUp(t *testing.T) {
	lab, err := compile.CompileChecked(topo.MustParse("links: [[a, r], [r, b]]\nnodes: {r: {kind: router}}\n").CheckAs("l"))
	if err != nil {
		t.Fatal(err)
	}
	end := state.Endpoint{Namespace: "l.a", Link: "eth0"}
	down := plan.WithLinksDown(lab.State, []state.Endpoint{end})
	if link := down.Link(end); link.Up || len(link.Addresses) >= len(lab.State.Link(end).Addresses) || len(down.Namespaces["l.a"].Routes) > 0 {
		t.Errorf("set down: %+v", link)
	}
	if !lab.State.Link(end).Up {
		t.Error("the State itself was changed")
	}
	byHand := state.Endpoint{Namespace: "l.b", Link: "eth0"}
	down.Link(byHand).MTU = 1400
	up := plan.WithLinksUp(down, lab.State, []state.Endpoint{end})
	if ops := plan.Diff(up, lab.State); len(ops) != 1 || ops[0].At() != byHand {
		t.Errorf("after down and up these Ops are left: %v, want only one for the MTU of %s", ops, byHand)
	}
}

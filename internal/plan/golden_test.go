package plan_test

import (
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/golden"
	"github.com/vethlab/vethlab/internal/iproute2"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// tutorial is the usual first lab of books on containers: two namespaces and a veth pair.
const tutorial = `
name: veth-pair
prefix: ""
nodes:
  ns1: {interfaces: {veth0: 172.18.0.2/24}}
  ns2: {interfaces: {veth1: 172.18.0.3/24}}
links:
  - [ns1:veth0, ns2:veth1]
`

// TestPlans compares printed plans with golden files.
func TestPlans(t *testing.T) {
	none := state.New()
	lab := wanted(t, tutorial)
	there := state.New()
	if err := plan.Diff(none, lab).Apply(there); err != nil {
		t.Fatal(err)
	}
	damaged := there.Clone()
	damage := plan.Plan{
		plan.SetLink{Link: at("ns1", "veth0"), MTU: 1300},
		plan.DelAddress{Link: at("ns1", "veth0"), Address: prefix("172.18.0.2/24")},
		plan.AddAddress{Link: at("ns1", "veth0"), Address: prefix("172.18.0.9/24")},
		plan.SetLink{Link: at("ns2", "veth1"), Up: new(false)},
		plan.SetSysctl{Namespace: "ns2", Key: state.ForwardIPv4, Value: "1"},
	}
	if err := damage.Apply(damaged); err != nil {
		t.Fatal(err)
	}
	longer := wanted(t, tutorial+"  - [ns2, ns3]\n")
	tests := []struct {
		name       string
		seen, want *state.State
	}{
		{"tutorial-up", none, lab},
		{"tutorial-again", there, lab},
		{"tutorial-repair", damaged, lab},
		{"tutorial-edit", there, longer},
		{"tutorial-down", there, none},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got strings.Builder
			for _, op := range plan.Diff(tt.seen, tt.want) {
				got.WriteString(iproute2.Print(op) + "\n")
			}
			golden.Compare(t, "testdata/"+tt.name+".golden", got.String())
		})
	}
}

func wanted(t *testing.T, file string) *state.State {
	t.Helper()
	c, err := compile.Compile(topo.MustParse(file))
	if err != nil {
		t.Fatal(err)
	}
	return c.State
}

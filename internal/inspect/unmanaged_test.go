package inspect

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// Each addition of others is found, with its node, and nothing in a lab without any.
func TestFindUnmanaged(t *testing.T) {
	lab, err := compile.Compile(topo.MustParse("{name: l, links: [[a, b], [a, \"host:up0\"]]}"))
	if err != nil {
		t.Fatal(err)
	}
	eth0 := state.Endpoint{Namespace: "l.a", Link: "eth0"}
	initial := dump.Model(lab.State, "l.a").Rules
	for _, c := range []struct {
		name   string
		change func(*kernel.Snapshot)
		want   []Unmanaged
	}{
		{"a lab as described", func(v *kernel.Snapshot) {
			v.Extras = map[string]kernel.Extra{"l.a": {Rules: initial}, "l.b": {Rules: initial}}
		}, nil},
		{"rules and their tables", func(v *kernel.Snapshot) {
			own := dump.Rule{Family: 2, Priority: 100, From: netip.MustParsePrefix("10.0.0.0/24"), Table: 7, Action: 1}
			v.Extras = map[string]kernel.Extra{"l.b": {Rules: append(slices.Clone(initial), own), Routes: map[uint32]int{7: 1, 9: 2}}}
		}, []Unmanaged{
			{"b", "rules of policy routing", "100: from 10.0.0.0/24 lookup 7"},
			{"b", "routes in tables that rules of policy routing look up", "table 7 (1 route), table 9 (2 routes)"},
		}},
		{"a deleted rule", func(v *kernel.Snapshot) {
			v.Extras = map[string]kernel.Extra{"l.a": {Rules: slices.Delete(slices.Clone(initial), 1, 2)}}
		}, []Unmanaged{{"a", "rules of policy routing", "without 32766: from all lookup main"}}},
		{"ARP off", func(v *kernel.Snapshot) {
			v.Runtime = map[state.Endpoint]kernel.Runtime{eth0: {NoARP: true}}
		}, []Unmanaged{{"a", "interfaces with ARP off", "eth0"}}},
		{"options of a bridge port", func(v *kernel.Snapshot) {
			port := *dump.NewPort()
			port.State, port.Locked, port.Flood, port.Cost = 0, true, false, 2
			v.Runtime = map[state.Endpoint]kernel.Runtime{eth0: {Port: &port, UsualPort: dump.NewPort()}}
		}, []Unmanaged{{"a", "options of bridge ports", "eth0 state disabled, eth0 flood off, eth0 locked on"}}},
		{"entries of an FDB", func(v *kernel.Snapshot) {
			at := lab.State.Link(state.Endpoint{Namespace: "l.b", Link: "eth0"}).Index
			mac := dump.HWAddr{2, 0, 0, 0, 0, 1}
			v.Extras = map[string]kernel.Extra{"l.b": {Rules: initial, FDB: []dump.FDBEntry{
				{Address: mac, Index: at, Master: 9, State: 64}, {Address: mac, Index: at, Master: 9, State: 128}, {Address: mac, Index: at, Master: 9, Flags: 16},
			}}}
		}, []Unmanaged{{"b", "entries of a bridge's FDB", "02:00:00:00:00:01 dev eth0 static, 02:00:00:00:00:01 dev eth0 permanent, 02:00:00:00:00:01 dev eth0 extern_learn"}}},
		{"in the host namespace", func(v *kernel.Snapshot) {
			v.Others.Routes = state.Routes{{To: netip.MustParsePrefix("192.0.2.0/24"), Dev: "up0"}}
			v.Others.Neighbours = state.Neighbours{{Address: netip.MustParseAddr("10.0.0.9"), Dev: "up0", MAC: topo.MAC{2, 5: 9}}}
		}, []Unmanaged{
			{"host", "routes through interfaces of the lab", "192.0.2.0/24 dev up0"},
			{"host", "permanent neighbour entries on interfaces of the lab", "10.0.0.9 lladdr 02:00:00:00:00:09 dev up0"},
		}},
	} {
		view := &kernel.Snapshot{State: lab.State}
		c.change(view)
		if got := FindUnmanaged(view, nil); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// What changes reset, or delete together with a link or a namespace, is not unmanaged.
func TestFindUnmanagedLeavesOutChanges(t *testing.T) {
	lab, err := compile.Compile(topo.MustParse("{name: l, links: [[\"a:x0\", b]]}"))
	if err != nil {
		t.Fatal(err)
	}
	const ttl, filter, all = "net.ipv4.ip_default_ttl", "net.ipv4.conf.x0.rp_filter", "net.ipv4.conf.all.rp_filter"
	x0 := state.Endpoint{Namespace: "l.a", Link: "x0"}
	lab.State.Namespaces["l.a"].Sysctls[ttl] = "32"
	view := &kernel.Snapshot{
		State:   lab.State,
		Runtime: map[state.Endpoint]kernel.Runtime{x0: {NoARP: true}},
		Extras: map[string]kernel.Extra{
			"l.a": {Settings: []dump.Setting{{Key: ttl, Value: "32"}, {Key: filter, Value: "1"}, {Key: all, Value: "1"}}},
			"l.b": {Settings: []dump.Setting{{Key: all, Value: "1"}}},
		},
	}
	view.Extras["l.a"] = withDefaultRules(view.Extras["l.a"], lab.State, "l.a")
	view.Extras["l.b"] = withDefaultRules(view.Extras["l.b"], lab.State, "l.b")
	for _, c := range []struct {
		changes plan.Plan
		want    []Unmanaged
	}{
		{nil, []Unmanaged{
			{"a", "interfaces with ARP off", "x0"},
			{"a", "changed sysctls", filter + " = 1, " + all + " = 1"},
			{"b", "changed sysctls", all + " = 1"},
		}},
		{plan.Plan{plan.DelLink{Link: x0}, plan.DelNamespace{Name: "l.b"}}, []Unmanaged{{"a", "changed sysctls", all + " = 1"}}},
	} {
		if got := FindUnmanaged(view, c.changes); !slices.Equal(got, c.want) {
			t.Errorf("with %v: got %q, want %q", c.changes, got, c.want)
		}
	}
}

func withDefaultRules(x kernel.Extra, s *state.State, namespace string) kernel.Extra {
	x.Rules = dump.Model(s, namespace).Rules
	return x
}

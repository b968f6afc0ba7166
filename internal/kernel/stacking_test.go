//go:build linux

package kernel_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// A stacking is Ops on links on one another, of which the kernel refuses the last, or none.
type stacking struct {
	name    string
	ops     plan.Plan
	refused bool
}

// stackings are in two namespaces; a has the link eth0, whose peer is in b.
func stackings(a, b string) []stacking {
	in := func(link string) state.Endpoint { return state.Endpoint{Namespace: a, Link: link} }
	macvlan := func(ns, link, on, mode string) plan.Op {
		return plan.AddLink{Link: state.Endpoint{Namespace: ns, Link: link}, Kind: state.Macvlan{On: in(on), Mode: mode}}
	}
	bridge := func(link string) plan.Op { return plan.AddLink{Link: in(link), Kind: state.Bridge{}} }
	port := func(link, of string) plan.Op { return plan.SetLink{Link: in(link), Master: new(of)} }
	mode := func(link, mode string) plan.Op {
		return plan.SetKind{Link: in(link), Change: state.MacvlanChange{Mode: mode}}
	}
	tower := plan.Plan{bridge("br0")} // br0, m0 on it, br1 with the port m0, m1 on that, …
	for k := range 3 {
		on, next := fmt.Sprintf("br%d", k), fmt.Sprintf("br%d", k+1)
		tower = append(tower, macvlan(a, fmt.Sprintf("m%d", k), on, "bridge"), bridge(next), port(fmt.Sprintf("m%d", k), next))
	}
	with := func(ops ...plan.Op) plan.Plan { return append(slices.Clip(tower), ops...) }
	return []stacking{
		{"a bridge for a lower device", plan.Plan{bridge("br0"), macvlan(b, "m0", "eth0", "bridge"), port("eth0", "br0")}, true},
		{"a macvlan on a port", plan.Plan{bridge("br0"), port("eth0", "br0"), macvlan(a, "m0", "eth0", "bridge")}, true},
		{"a macvlan on a bridge", plan.Plan{bridge("br0"), port("eth0", "br0"), macvlan(b, "m0", "br0", "private")}, false},
		{"a macvlan as a port", plan.Plan{bridge("br0"), macvlan(a, "m0", "eth0", "vepa"), port("m0", "br0")}, false},
		{"another bridge", plan.Plan{bridge("br0"), bridge("br1"), port("eth0", "br0"), port("eth0", "br1")}, false},
		{"a bridge in a bridge", plan.Plan{bridge("br0"), bridge("br1"), port("br0", "br1")}, true},
		{"lo in a bridge", plan.Plan{bridge("br0"), port("lo", "br0")}, true},
		{"a macvlan on lo", plan.Plan{macvlan(a, "m0", "lo", "bridge")}, true},
		{"a cycle", plan.Plan{bridge("br0"), macvlan(a, "m0", "br0", "bridge"), port("m0", "br0")}, true},
		{"a long cycle", with(port("eth0", "br3"), bridge("br4"), macvlan(a, "m4", "br3", "bridge"), port("m4", "br0")), true},
		{"eight devices", with(port("eth0", "br0")), false},
		{"nine, by the lowest", with(macvlan(a, "m3", "br3", "bridge"), port("eth0", "br0")), true},
		{"nine, by the highest", with(port("eth0", "br0"), macvlan(b, "m3", "br3", "bridge")), true},
		{"passthru beside another", plan.Plan{macvlan(a, "m0", "eth0", "bridge"), macvlan(b, "m1", "eth0", "passthru")}, true},
		{"another beside passthru", plan.Plan{macvlan(a, "m0", "eth0", "passthru"), macvlan(b, "m1", "eth0", "vepa")}, true},
		{"passthru alone", plan.Plan{macvlan(b, "m0", "eth0", "passthru")}, false},
		{"modes in place", plan.Plan{macvlan(a, "m0", "eth0", "bridge"), mode("m0", "private"), mode("m0", "vepa"), mode("m0", "bridge")}, false},
		{"to passthru", plan.Plan{macvlan(a, "m0", "eth0", "bridge"), mode("m0", "passthru")}, true},
		{"from passthru", plan.Plan{macvlan(a, "m0", "eth0", "passthru"), mode("m0", "bridge")}, true},
		{"a greater MTU", plan.Plan{macvlan(a, "m0", "eth0", "bridge"), plan.SetLink{Link: in("m0"), MTU: 1501}}, true},
		{"on another macvlan", plan.Plan{macvlan(a, "m0", "eth0", "bridge"), macvlan(b, "m1", "m0", "bridge"), plan.DelLink{Link: in("m0")}}, false},
	}
}

// sharedStackings are of ipvlans, which share their mode and change their MTU with their lower
// device.
func sharedStackings(a, b string) []stacking {
	in := func(link string) state.Endpoint { return state.Endpoint{Namespace: a, Link: link} }
	ipvlan := func(ns, link, on, mode string) plan.Op {
		return plan.AddLink{Link: state.Endpoint{Namespace: ns, Link: link}, Kind: kernel.IPVlanOn(in(on), mode)}
	}
	size := func(link string, mtu int) plan.Op { return plan.SetLink{Link: in(link), MTU: mtu} }
	two := plan.Plan{ipvlan(a, "i0", "eth0", "l2"), ipvlan(b, "i1", "eth0", "l2")}
	with := func(ops ...plan.Op) plan.Plan { return append(two[:2:2], ops...) }
	bridge := plan.AddLink{Link: in("br0"), Kind: state.Bridge{}}
	return []stacking{
		{"a mode", with(plan.SetKind{Link: in("i0"), Change: kernel.IPVlanMode("l3s")}), false},
		{"a mode by another link", with(ipvlan(a, "i2", "eth0", "l3")), false},
		{"on another ipvlan", with(ipvlan(a, "i2", "i0", "l2")), false},
		{"a greater MTU below", with(size("eth0", 9000)), false},
		{"a lower MTU below", with(size("eth0", 1300)), false},
		{"MTUs of their own", with(size("eth0", 1300), size("i0", 1200)), false},
		{"a greater MTU", with(size("i0", 1600)), false},
		{"a greater MTU, and one below", with(size("i0", 1600), size("eth0", 1450)), false},
		{"beside a macvlan", with(plan.AddLink{Link: in("m0"), Kind: state.Macvlan{On: in("eth0"), Mode: "bridge"}}), true},
		{"on a port", plan.Plan{bridge, plan.SetLink{Link: in("eth0"), Master: new("br0")}, ipvlan(a, "i0", "eth0", "l2")}, true},
		{"a bridge for its lower device", with(bridge, plan.SetLink{Link: in("eth0"), Master: new("br0")}), true},
	}
}

// The model refuses the links on one another that the kernel refuses, and the others are in
// the kernel as in the model.
func TestStackingAgreesWithModel(t *testing.T) {
	netnstest.Need(t)
	lab := netnstest.LabName(t)
	a, b := lab+".a", lab+".b"
	checkStackings(t, "macvlan", lab, stackings(a, b))
}

// The same holds for a kind whose links share settings.
func TestSharedStackingAgreesWithModel(t *testing.T) {
	netnstest.Need(t)
	kernel.UpperKinds(t)
	lab := netnstest.LabName(t)
	checkStackings(t, "ipvlan", lab, sharedStackings(lab+".a", lab+".b"))
}

// checkStackings checks stackings of a kind that the kernel may lack.
func checkStackings(t *testing.T, kind, lab string, list []stacking) {
	t.Helper()
	if err := kernel.TryLink(kind); err != nil {
		t.Skipf("this kernel lacks links of kind %s: %v", kind, err)
	}
	a, b := lab+".a", lab+".b"
	for _, c := range list {
		t.Run(c.name, func(t *testing.T) {
			model := labOfPair(t, lab, a, b)
			steps := c.ops
			if c.refused {
				steps = steps[:len(steps)-1]
			}
			applyBoth(t, steps, model)
			if c.refused {
				last := c.ops[len(steps)]
				err := kernel.Apply(t.Context(), plan.Plan{last}, model, kernel.Options{})
				if refusal := last.Apply(model.Clone()); refusal == nil || err == nil {
					t.Fatalf("the model: %v, the kernel: %v, want two errors", refusal, err)
				}
			}
			seen, err := kernel.Observe(lab, model, nil)
			if err != nil {
				t.Fatal(err)
			}
			drop := cmpopts.IgnoreFields(state.Link{}, "MAC") // the kernel's choice
			if d := cmp.Diff(model.Normal(), seen.State.Normal(), cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{}), drop); d != "" {
				t.Errorf("(-model +kernel)\n%s", d)
			}
		})
	}
}

// labOfPair makes a lab of two namespaces, which are joined by a pair, until the test ends.
func labOfPair(t *testing.T, lab, a, b string) *state.State {
	t.Helper()
	p := plan.Plan{plan.AddNamespace{Name: a}, plan.AddNamespace{Name: b}}
	for _, ns := range []string{a, b} {
		mark := state.Mark{Lab: lab, Node: strings.TrimPrefix(ns, lab+".")}.String()
		p = append(p, plan.SetLink{Link: state.Endpoint{Namespace: ns, Link: state.Lo}, Alias: &mark})
	}
	p = append(p, plan.AddVeth{Ends: [2]plan.VethEnd{
		{Link: state.Endpoint{Namespace: a, Link: "eth0"}, MTU: 1500},
		{Link: state.Endpoint{Namespace: b, Link: "eth0"}, MTU: 1500},
	}})
	t.Cleanup(func() {
		if err := netns.Remove(a, b); err != nil {
			t.Error(err)
		}
	})
	s := state.New()
	applyBoth(t, p, s)
	return s
}

// applyBoth applies a plan to the kernel and to the model.
func applyBoth(t *testing.T, p plan.Plan, model *state.State) {
	t.Helper()
	for _, op := range p { // one by one, so that the error names its Op
		if err := kernel.Apply(t.Context(), plan.Plan{op}, model, kernel.Options{}); err != nil {
			t.Fatalf("%+v: %v", op, err)
		}
		if err := op.Apply(model); err != nil {
			t.Fatal(err)
		}
	}
}

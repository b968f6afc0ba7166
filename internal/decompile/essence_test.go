package decompile_test

import (
	"errors"
	"net/netip"
	"slices"
	"testing"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/decompile"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// Each change of a State either counts or does not, in both directions.
func TestEssence(t *testing.T) {
	linkLocal := func(s *state.State, node, name string) netip.Prefix {
		return state.LinkLocal(link(s, node, name).MAC)
	}
	for _, c := range []struct {
		name, lab string
		change    func(*state.State)
		counts    bool
	}{
		{"mark", pair, func(s *state.State) { link(s, "a", "lo").Alias = "vethlab:y/z" }, false},
		{"alias", pair, func(s *state.State) { link(s, "a", "eth0").Alias = "uplink" }, true},
		{"who makes the link-local address", pair, func(s *state.State) {
			link(s, "a", "eth0").AutoLinkLocal = true
			link(s, "a", "lo").AutoLinkLocal = !link(s, "a", "lo").AutoLinkLocal
		}, false},
		{"link-local address of the MAC", pair, func(s *state.State) {
			l := link(s, "a", "eth0")
			l.Addresses = append(l.Addresses, linkLocal(s, "a", "eth0"))
		}, false},
		{"link-local address of another MAC", pair, func(s *state.State) {
			l := link(s, "a", "eth0")
			l.Addresses = append(l.Addresses, linkLocal(s, "b", "eth0"))
		}, true},
		{"lo is down", pair, func(s *state.State) { link(s, "a", "lo").Up = false }, false},
		{"link is down", pair, func(s *state.State) { link(s, "a", "eth0").Up = false }, true},
		{"MAC", pair, func(s *state.State) { link(s, "a", "eth0").MAC = topo.MAC{2, 0, 0, 0, 0, 1} }, true},
		{"forward delay without STP", lan, func(s *state.State) { link(s, "sw", "br0").Kind = state.Bridge{ForwardDelay: 700} }, false},
		{"STP", lan, func(s *state.State) { link(s, "sw", "br0").Kind = state.Bridge{STP: true} }, true},
		{"IPv6 forwarding of an IPv4 router", router, func(s *state.State) {
			delete(s.Namespaces["x.r"].Sysctls, state.ForwardIPv6)
		}, false},
		{"IPv6 forwarding beside an IPv6 address", `{name: x, nodes: {r: {kind: router}}, links: [[a, r], [r, b]]}`, func(s *state.State) {
			delete(s.Namespaces["x.r"].Sysctls, state.ForwardIPv6)
		}, true},
		{"IPv6 forwarding without IPv4 forwarding", pair, func(s *state.State) {
			s.Namespaces["x.a"].Sysctls = map[string]string{state.ForwardIPv6: "1"}
		}, true},
		{"namespace", pair, func(s *state.State) { s.Add("x.c") }, true},
		{"lo of a namespace has an address", pair, func(s *state.State) {
			link(s, "a", "lo").Addresses = []netip.Prefix{netip.MustParsePrefix("192.0.2.9/32")}
		}, true},
	} {
		lab, err := compile.Compile(topo.MustParse(c.lab))
		if err != nil {
			t.Fatal(err)
		}
		s := lab.State.Clone()
		c.change(s)
		if there, back := decompile.Same(lab.State, s), decompile.Same(s, lab.State); there == c.counts || back == c.counts {
			t.Errorf("%s: same is %v and %v, want %v", c.name, there, back, !c.counts)
		}
	}
}

// withoutMACs returns a State as before the kernel has chosen MACs.
func withoutMACs(s *state.State) *state.State {
	return decompile.KeepingMACs(s, func(state.Endpoint) bool { return false })
}

// A State without MACs is the same as a lab with any, but not the other way round; and
// the link-local addresses of its MACs go with them.
func TestWithoutMACs(t *testing.T) {
	lab, err := compile.Compile(topo.MustParse(`{name: x, links: [[a, b]]}`))
	if err != nil {
		t.Fatal(err)
	}
	without := withoutMACs(lab.State)
	if !decompile.Same(without, lab.State) || decompile.Same(lab.State, without) {
		t.Error("want the same only from the State without MACs to the lab")
	}
	l := link(without, "a", "eth0")
	if !l.MAC.IsZero() || slices.ContainsFunc(l.Addresses, func(p netip.Prefix) bool { return p.Addr().IsLinkLocalUnicast() }) {
		t.Errorf("got %+v", l)
	}
	if link(lab.State, "a", "eth0").MAC.IsZero() {
		t.Error("the argument has changed")
	}
}

// The first end of a link, and the order of links, are those of Options.Order; ends that
// are not in it come last, sorted.
func TestLinkOrder(t *testing.T) {
	lab, err := compile.Compile(topo.MustParse(`{name: x, addressing: {ipv6: none}, links: [[a, b], [c, d], [e, f]]}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		order []state.Endpoint
		want  []string
	}{
		{nil, []string{"a-b", "c-d", "e-f"}},
		{[]state.Endpoint{at("d", "eth0"), at("b", "eth0")}, []string{"d-c", "b-a", "e-f"}},
		{[]state.Endpoint{at("f", "eth0"), at("f", ""), at("b", "")}, []string{"f-e", "b-a", "c-d"}},
	} {
		before := slices.Clone(c.order)
		top, _ := decompile.Decompile(lab.State, decompile.Options{Name: "x", Order: c.order})
		var got []string
		for _, l := range top.Links {
			got = append(got, l.Endpoints[0].Node+"-"+l.Endpoints[1].Node)
		}
		if !slices.Equal(got, c.want) || !slices.Equal(c.order, before) {
			t.Errorf("%v: got %v, want %v", c.order, got, c.want)
		}
	}
}

// A namespace that is renamed keeps its place in the order, and the caller's order stays
// as it was.
func TestOrderOfRenamed(t *testing.T) {
	lab, err := compile.Compile(topo.MustParse(pair))
	if err != nil {
		t.Fatal(err)
	}
	s := lab.State.Clone()
	move(s, "b", "host")
	order := []state.Endpoint{{Namespace: "host"}, {Namespace: "host", Link: "eth0"}, {Namespace: "x.a"}}
	top, _ := decompile.Decompile(s, decompile.Options{Name: "x", Order: order})
	if len(top.Nodes) != 2 || top.Nodes[0].Name != "host-ns" || top.Links[0].Endpoints[0].Node != "host-ns" {
		t.Errorf("got\n%s", top.Format())
	}
	if order[0].Namespace != "host" || order[1].Namespace != "host" {
		t.Errorf("the order has become %v", order)
	}
}

// A written lab has no positions: it comes from no file.
func TestNoPositions(t *testing.T) {
	lab, err := compile.Compile(topo.MustParse(`{name: x, routing: none, nodes: {a: {interfaces: {d0: {dummy: {}}}, routes: [{to: 198.51.100.0/24, dev: eth0}]}}, links: [[a, b]]}`))
	if err != nil {
		t.Fatal(err)
	}
	top, _ := decompile.Decompile(lab.State, decompile.Options{Name: "x"})
	for _, n := range top.Nodes {
		positions := []topo.Pos{n.Pos}
		for _, i := range n.Interfaces {
			positions = append(positions, i.Pos)
		}
		for _, r := range n.Routes {
			positions = append(positions, r.Pos)
		}
		if slices.ContainsFunc(positions, func(p topo.Pos) bool { return p != topo.Pos{} }) {
			t.Errorf("node %s: got the positions %v", n.Name, positions)
		}
	}
	for _, l := range top.Links {
		if l.Pos != (topo.Pos{}) || l.Endpoints[0].Pos != (topo.Pos{}) || l.Endpoints[1].Pos != (topo.Pos{}) {
			t.Errorf("got %+v", l)
		}
	}
}

// A name that no lab can have is an error without a place in the State: the lab is empty,
// and the error is the loss.
func TestImpossibleLab(t *testing.T) {
	lab, err := compile.Compile(topo.MustParse(pair))
	if err != nil {
		t.Fatal(err)
	}
	top, losses := decompile.Decompile(lab.State, decompile.Options{Name: "a/b"})
	if top == nil || top.Name != "lab" || len(top.Nodes)+len(top.Links) > 0 || len(losses) == 0 || losses[len(losses)-1].At != (state.Endpoint{}) {
		t.Errorf("got %v, %v", top, losses)
	}
	if errs := topo.Errors(nil); errors.As(top.Validate(), &errs) {
		t.Errorf("the empty lab is invalid: %v", errs)
	}
}

// What decompile does not know of is a loss of the namespace that has it, and of no other.
func TestUnknownPart(t *testing.T) {
	lab, err := compile.Compile(topo.MustParse(pair))
	if err != nil {
		t.Fatal(err)
	}
	s := lab.State.Clone()
	b := s.Namespaces["x.b"]
	b.Neighbours = append(b.Neighbours, state.Neighbour{Dev: "eth7", Address: netip.MustParseAddr("10.0.0.9"), MAC: topo.MAC{2, 0, 0, 0, 0, 9}})
	_, losses := decompile.Decompile(s, decompile.Options{Name: "x"})
	want := []decompile.Loss{{At: at("b", ""), Why: "a lab file cannot express all of it"}}
	if !slices.Equal(losses, want) {
		t.Errorf("got %v, want %v", losses, want)
	}
}

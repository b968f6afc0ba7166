package kernel

import (
	"maps"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// macvtap is a kind of link with a lower link, of which no table but that of this package
// needs to know anything.
type macvtap struct {
	state.Other
	on state.Endpoint
}

func (macvtap) Traits() state.Traits                            { return state.Traits{Made: true} }
func (macvtap) Kind() string                                    { return "macvtap" }
func (m macvtap) Lower() []state.Endpoint                       { return []state.Endpoint{m.on} }
func (m macvtap) Equal(o state.Kind) bool                       { return o == state.Kind(m) }
func (m macvtap) Changes(o state.Kind) ([]state.Change, bool)   { return nil, m.Equal(o) }
func (m macvtap) Carrier(s *state.State, _ state.Endpoint) bool { return s.Carrier(m.on) }

func (m macvtap) Renamed(from, to state.Endpoint) state.Kind {
	if m.on == from {
		m.on = to
	}
	return m
}

// ipvlan is a kind of link that has the MAC of its lower link.
type ipvlan struct{ macvtap }

func (ipvlan) Traits() state.Traits                          { return state.Traits{Made: true, NoMAC: true} }
func (ipvlan) Kind() string                                  { return "ipvlan" }
func (i ipvlan) Equal(o state.Kind) bool                     { return o == state.Kind(i) }
func (i ipvlan) Changes(o state.Kind) ([]state.Change, bool) { return nil, i.Equal(o) }
func (i ipvlan) Renamed(from, to state.Endpoint) state.Kind {
	if i.on == from {
		i.on = to
	}
	return i
}

// upperKinds are rows for kinds with a lower link.
var upperKinds = map[state.Kind]linkKind{
	macvtap{}: {
		encode: func(b *batch, _ state.Kind) { b.u32(unix.IFLA_MACVLAN_MODE, 4) }, // MACVLAN_MODE_BRIDGE
		kind:   alwaysKind(macvtap{}),
	},
	ipvlan{}: {
		encode: func(b *batch, _ state.Kind) { b.attr(unix.IFLA_IPVLAN_MODE, native.AppendUint16(nil, 0)) }, // IPVLAN_MODE_L2
		kind:   alwaysKind(ipvlan{}),
	},
}

// UpperKinds returns kinds with a lower link, which have a row until the test ends.
func UpperKinds(t *testing.T) []state.Kind {
	before := maps.Clone(linkKinds)
	t.Cleanup(func() { linkKinds = before })
	var kinds []state.Kind
	for kind, row := range upperKinds {
		linkKinds[kind.Kind()] = row
		kinds = append(kinds, kind)
	}
	return kinds
}

// The lower link of a link is observed, in its own namespace and in another one, by the
// kind's row alone.
func TestLowerLinksAreObserved(t *testing.T) {
	netnstest.Need(t)
	if err := TryLink("macvtap"); err != nil {
		t.Skipf("this kernel lacks links of kind macvtap: %v", err)
	}
	UpperKinds(t)
	lab := netnstest.LabName(t)
	want := state.New()
	name := func(s string) *state.Namespace {
		ns := want.Add(netnstest.Name(t, s))
		ns.Links[state.Lo].Alias = state.Mark{Lab: lab, Node: s}.String()
		return ns
	}
	a, b := name("a"), name("b")
	add := func(ns *state.Namespace, link string, mac byte, k state.Kind) state.Endpoint {
		ns.Links[link] = &state.Link{Name: link, Kind: k, MTU: state.DefaultMTU, MAC: [6]byte{2, 0x6c, 5: mac}, Up: true}
		return state.Endpoint{Namespace: ns.Name, Link: link}
	}
	far := state.Endpoint{Namespace: b.Name, Link: "eth0"}
	near := add(a, "eth0", 1, state.Veth{Peer: far})
	add(b, "eth0", 2, state.Veth{Peer: near})
	here := add(a, "mv0", 3, macvtap{on: near})
	there := add(b, "mv1", 4, macvtap{on: near})

	observed := func(want *state.State) *state.State {
		t.Helper()
		seen, err := Observe(lab, want, nil)
		if err != nil {
			t.Fatal(err)
		}
		return seen.State
	}
	apply := func(now, want *state.State) {
		t.Helper()
		if err := Apply(t.Context(), plan.Diff(now, want), now, Options{}); err != nil {
			t.Fatal(err)
		}
	}
	apply(state.New(), want)
	now := observed(want)
	for _, e := range []state.Endpoint{here, there} {
		if l := now.Link(e); l == nil || !l.Kind.Equal(macvtap{on: near}) {
			t.Errorf("%s is observed as %+v", e, l)
		}
	}
	if again := plan.Diff(now, want); len(again) > 0 {
		t.Errorf("a second plan: %+v", again)
	}
	less := want.Clone()
	delete(less.Namespaces[a.Name].Links, "eth0")
	delete(less.Namespaces[a.Name].Links, "mv0")
	delete(less.Namespaces[b.Name].Links, "eth0")
	delete(less.Namespaces[b.Name].Links, "mv1")
	apply(now, less)
	if left := plan.Diff(observed(less), less); len(left) > 0 {
		t.Errorf("after the lower link is deleted: %+v", left)
	}
}

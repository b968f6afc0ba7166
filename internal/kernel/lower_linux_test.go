package kernel

import (
	"maps"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
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

// ipvlan is a kind of link that has the MAC of its lower link, and whose mode all links of the
// kind on one lower link share.
type ipvlan struct {
	macvtap

	mode string
}

func (ipvlan) Traits() state.Traits {
	return state.Traits{Made: true, NoMAC: true, OnReal: true, RxHandler: true, MTUWithLower: true, SharedSettings: true}
}
func (ipvlan) Kind() string              { return "ipvlan" }
func (i ipvlan) Equal(o state.Kind) bool { return o == state.Kind(i) }

func (i ipvlan) Changes(o state.Kind) ([]state.Change, bool) {
	w, ok := o.(ipvlan)
	if !ok || w.on != i.on || w.mode == i.mode {
		return nil, i.Equal(o)
	}
	return []state.Change{ipvlanChange{w.mode}}, true
}

func (i ipvlan) Renamed(from, to state.Endpoint) state.Kind {
	if i.on == from {
		i.on = to
	}
	return i
}

type ipvlanChange struct{ mode string }

func (ipvlanChange) Kind() string { return "ipvlan" }

func (c ipvlanChange) Apply(k state.Kind) (state.Kind, error) {
	i, _ := k.(ipvlan)
	i.mode = c.mode
	return i, nil
}

// IPVlanOn returns an ipvlan, and IPVlanMode a change of its mode.
func IPVlanOn(on state.Endpoint, mode string) state.Kind { return ipvlan{macvtap{on: on}, mode} }

func IPVlanMode(mode string) state.Change { return ipvlanChange{mode} }

func (b *batch) ipvlanMode(name string) {
	for mode, known := range ipvlanModes {
		if known == name {
			b.attr(unix.IFLA_IPVLAN_MODE, native.AppendUint16(nil, mode))
		}
	}
}

// upperKinds are rows for kinds with a lower link.
var upperKinds = map[state.Kind]linkKind{
	macvtap{}: {
		encode: func(b *batch, _ state.Kind) { b.u32(unix.IFLA_MACVLAN_MODE, 4) }, // MACVLAN_MODE_BRIDGE
		kind:   alwaysKind(macvtap{}),
	},
	ipvlan{mode: "l2"}: {
		encode: encodes(func(b *batch, i ipvlan) { b.ipvlanMode(i.mode) }),
		change: changes(func(b *batch, c ipvlanChange) { b.ipvlanMode(c.mode) }),
		decode: decodeIPVlan,
		kind:   kindFrom(func(v dump.IPVlan) state.Kind { return ipvlan{mode: v.Mode} }),
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

//go:build linux

package kernel_test

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// A link of each kind can be created, is observed as wanted, comes up, and can be
// created in the host namespace with its mark in the same message. Kinds with a lower device
// get one end of a veth pair.
func TestKinds(t *testing.T) {
	for _, kind := range append(state.Kinds(), kernel.UpperKinds(t)...) {
		if _, paired := kind.PeerEnd(); paired || !kind.Traits().Made {
			continue
		}
		t.Run(kind.Kind(), func(t *testing.T) {
			netnstest.Need(t)
			if err := kernel.TryLink(kind.Kind()); err != nil {
				t.Skipf("this kernel lacks links of kind %s: %v", kind.Kind(), err)
			}
			lab := netnstest.LabName(t)
			mark := state.Mark{Lab: lab, Node: "n"}.String()
			want := state.New()
			ns := want.Add(netnstest.Name(t, "n"))
			ns.Links[state.Lo].Alias, ns.Links[state.Lo].Up = mark, true
			addKind(ns, "k0", kind, mark)
			ns.Links["k0"].MTU, ns.Links["k0"].Up = 1400, true
			ns.Links["k0"].Addresses = state.Addresses{netip.MustParsePrefix("192.0.2.1/24"), netip.MustParsePrefix("2001:db8::1/64")}
			applyAndObserve(t, lab, want)
			host := want.Clone()
			addKind(host.Add(state.Host), "vtk0", kind, mark)
			applyAndObserve(t, lab, host)
			if err := kernel.RemoveLinks(lab); err != nil {
				t.Fatal(err)
			}
			applyAndObserve(t, lab, want)
		})
	}
}

// addKind adds a link of a kind to a namespace, and a veth pair for its lower device if it
// has one.
func addKind(ns *state.Namespace, name string, kind state.Kind, mark string) {
	add := func(name string, kind state.Kind, mac byte) *state.Link {
		l := &state.Link{Name: name, Kind: kind, MTU: state.DefaultMTU}
		if !kind.Traits().NoMAC {
			l.MAC = topo.MAC{2, 0x6b, 0, 0, byte(len(ns.Name)), mac}
		}
		if ns.Name == state.Host {
			l.Alias = mark
		}
		ns.Links[name] = l
		return l
	}
	if len(kind.Lower()) > 0 {
		lower, peer := state.Endpoint{Namespace: ns.Name, Link: name + "l"}, state.Endpoint{Namespace: ns.Name, Link: name + "p"}
		add(lower.Link, state.Veth{Peer: peer}, 2).Up = true
		add(peer.Link, state.Veth{Peer: lower}, 3).Up = true
		kind = kind.Renamed(state.Endpoint{}, lower)
	}
	add(name, kind, 1)
}

// applyAndObserve applies a plan and compares the observed lab with the wanted one.
func applyAndObserve(t *testing.T, lab string, want *state.State) {
	t.Helper()
	seen, err := kernel.Observe(lab, want, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := kernel.Apply(t.Context(), plan.Diff(seen.State, want), seen.State, kernel.Options{}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := kernel.Settle(ctx, want); err != nil {
		t.Error(err)
	}
	now, err := kernel.Observe(lab, want, nil)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want.Normal(), now.State.Normal(), cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{})); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if again := plan.Diff(now.State, want); len(again) > 0 {
		t.Errorf("a second plan: %+v", again)
	}
}

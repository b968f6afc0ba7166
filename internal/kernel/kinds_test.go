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
)

// A link of each kind can be created, is observed as wanted, comes up, and can be
// created in the host namespace with its mark in the same message.
func TestKinds(t *testing.T) {
	for _, kind := range state.Kinds() {
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
			ns.Links["k0"] = &state.Link{
				Name: "k0", Kind: kind, MTU: 1400, Up: true, MAC: [6]byte{2, 0x6b, 0, 0, 0, 1},
				Addresses: state.Addresses{netip.MustParsePrefix("192.0.2.1/24"), netip.MustParsePrefix("2001:db8::1/64")},
			}
			applyAndObserve(t, lab, want)
			host := want.Clone()
			host.Add(state.Host).Links["vtk0"] = &state.Link{Name: "vtk0", Kind: kind, MTU: state.DefaultMTU, MAC: [6]byte{2, 0x6b, 0, 0, 0, 2}, Alias: mark}
			applyAndObserve(t, lab, host)
			if err := kernel.RemoveLinks(lab); err != nil {
				t.Fatal(err)
			}
			applyAndObserve(t, lab, want)
		})
	}
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

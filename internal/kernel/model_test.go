//go:build linux

package kernel_test

import (
	"net/netip"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/kernel/kerneltest"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/plan/plantest"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/topotest"
	"github.com/vethlab/vethlab/topo"
)

// budget is the time limit of one property, whatever -rapid.checks is.
const budget = 10 * time.Second

// check is rapid.Check with a time limit. After a failure there is none, so that rapid
// can shrink the case.
func check(t *testing.T, prop func(*rapid.T)) {
	t.Helper()
	checkFor(t, budget, prop)
}

// checkFor is check with a budget of its own.
func checkFor(t *testing.T, budget time.Duration, prop func(*rapid.T)) {
	t.Helper()
	end := time.Now().Add(budget)
	tried, failed := 0, false
	rapid.Check(t, func(t *rapid.T) {
		if !failed && time.Now().After(end) {
			return
		}
		tried++
		failed = true // unless prop returns
		prop(t)
		failed = t.Failed()
	})
	t.Logf("tried %d cases", tried)
}

// draw draws a small lab of that name.
func draw(t *rapid.T, lab string) *topo.Topology {
	top := topotest.Draw(t, topotest.Options{MaxNodes: 6, ExtraLinks: 2, Without: kerneltest.MissingKinds()})
	top.Name, top.Prefix = lab, nil
	return top
}

// filters reports whether drawn packet filters can be made, and run as a script by nft.
var filters = sync.OnceValue(func() bool {
	_, err := exec.LookPath("nft")
	return err == nil && kerneltest.HasFilters()
})

func compiled(t *rapid.T, top *topo.Topology) *state.State {
	c, err := compile.Compile(top)
	if err != nil {
		t.Skipf("the subnets are too small: %v", err)
	}
	for _, ns := range c.State.Namespaces {
		if !filters() {
			ns.Nftables = nil
		}
		for _, r := range ns.Routes {
			if ns.Owns(r.Via) {
				t.Skip("a gateway is the node itself, which the kernel refuses")
			}
		}
	}
	return c.State
}

// change makes a lab in the kernel equal to want and returns what is observed then.
func change(t *rapid.T, lab string, seen, want *state.State) *state.State {
	if len(seen.Namespaces) > 0 { // with settings that are no longer wanted
		seen = observe(t, lab, want, seen)
	}
	p := plan.Diff(seen, want)
	now := apply(t, lab, p, seen, want)
	if d := differences(want, now); d != "" {
		t.Fatalf("after %+v\nseen differs from wanted (-want +got):\n%s", p, d)
	}
	if again := plan.Diff(now, want); len(again) != 0 {
		t.Fatalf("a second plan: %+v", again)
	}
	model := seen.Clone()
	if err := p.Apply(model); err != nil {
		t.Fatal(err)
	}
	compareIndexes(t, model, now)
	return now
}

// apply applies a plan and returns what is observed then.
func apply(t *rapid.T, lab string, p plan.Plan, seen, want *state.State) *state.State {
	if err := kernel.Apply(t.Context(), p, seen, kernel.Options{}); err != nil {
		t.Fatalf("%v, in %+v", err, p)
	}
	return observe(t, lab, want, seen)
}

// observe returns the observed lab; last is the State that was wanted before.
func observe(t *rapid.T, lab string, want, last *state.State) *state.State {
	view, err := kernel.Observe(lab, want, last)
	if err != nil {
		t.Fatal(err)
	}
	return view.State
}

func differences(want, got *state.State) string {
	return cmp.Diff(want.Normal(), got.Normal(), cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{}))
}

// compareIndexes compares link indexes with the model's: links that were to stay were
// not recreated.
func compareIndexes(t *rapid.T, model, now *state.State) {
	for name, ns := range model.Namespaces {
		for link, l := range ns.Links {
			got := now.Link(state.Endpoint{Namespace: name, Link: link})
			if l.Index != 0 && got.Index != l.Index {
				t.Fatalf("%s:%s has the index %d, want %d", name, link, got.Index, l.Index)
			}
		}
	}
}

// clear removes all namespaces of a lab, also those left by damage.
func clear(t *rapid.T, lab string) {
	all, err := netns.List()
	if err != nil {
		t.Fatal(err)
	}
	var ours []string
	for _, name := range all {
		if strings.HasPrefix(name, lab) {
			ours = append(ours, name)
		}
	}
	held, err := kernel.Remove(t.Context(), ours)
	if err != nil || len(held) > 0 {
		t.Fatalf("removal: %v, still held: %q", err, held)
	}
}

// After Apply the kernel has the wanted State, whatever State it had before.
func TestApplyAgreesWithModel(t *testing.T) {
	netnstest.Need(t)
	lab := netnstest.LabName(t)
	check(t, func(t *rapid.T) {
		defer clear(t, lab)
		top := draw(t, lab)
		seen := change(t, lab, state.New(), compiled(t, top))
		for range rapid.IntRange(1, 2).Draw(t, "edits") {
			top = topotest.Edit(t, top)
			seen = change(t, lab, seen, compiled(t, top))
		}
	})
}

// Changes by hand are observed as in the model, and repaired.
func TestRepairDamage(t *testing.T) {
	netnstest.Need(t)
	lab := netnstest.LabName(t)
	check(t, func(t *rapid.T) {
		defer clear(t, lab)
		want := compiled(t, draw(t, lab))
		seen := change(t, lab, state.New(), want)
		damage := plantest.Damage(t, seen)
		damaged := apply(t, lab, damage, seen, want)
		if err := damage.Apply(seen); err != nil {
			t.Fatal(err)
		}
		if d := differences(seen, damaged); d != "" {
			t.Fatalf("after %+v\nseen differs from the model (-want +got):\n%s", damage, d)
		}
		change(t, lab, damaged, want)
	})
}

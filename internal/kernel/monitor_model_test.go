//go:build linux

package kernel_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/live"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/plan/plantest"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/topotest"
)

// liveBudget is the time limit of the test with random labs.
const liveBudget = 3 * time.Second

// A followed view equals a new one while labs are created, edited, damaged by hand and
// removed at random.
func TestFollowerAgreesWithDump(t *testing.T) {
	netnstest.Need(t)
	lab := netnstest.LabName(t)
	scope := live.Scope{Lab: lab}
	kept, err := kernel.Follow(kernel.NamespaceFiles, scope, kernel.MonitorOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	end, tried := time.Now().Add(liveBudget), 0
	rapid.Check(t, func(t *rapid.T) {
		if tried > 0 && time.Now().After(end) {
			return
		}
		tried++
		defer func() {
			clear(t, lab)
			waitForEqualViews(t, kept, scope)
		}()
		top := draw(t, lab)
		seen := apply(t, lab, plan.Diff(state.New(), compiled(t, top)), state.New(), compiled(t, top))
		waitForEqualViews(t, kept, scope)
		want := compiled(t, topotest.Edit(t, top))
		seen = apply(t, lab, plan.Diff(seen, want), seen, want)
		waitForEqualViews(t, kept, scope)
		apply(t, lab, plantest.Damage(t, seen), seen, want)
		waitForEqualViews(t, kept, scope)
	})
	t.Logf("tried %d cases", tried)
}

// waitForEqualViews reads notifications until the followed view equals a new one.
func waitForEqualViews(t *rapid.T, kept *kernel.Follower, scope live.Scope) {
	var difference string
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		for ctx.Err() == nil {
			if _, err := kept.Next(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
				t.Fatal(err)
			}
		}
		cancel()
		fresh, err := kernel.Follow(kernel.NamespaceFiles, scope, kernel.MonitorOptions{})
		if err != nil {
			t.Fatal(err)
		}
		fresh.Close()
		host := func(n live.Node) bool { return n.Name == live.HostName } // which other tests change too
		if difference = viewDifference(fresh.View, kept.View, host); difference == "" {
			return
		}
	}
	t.Fatalf("(-fresh +kept):\n%s", difference)
}

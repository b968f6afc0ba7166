//go:build linux

package kernel_test

import (
	"os"
	"os/exec"
	"testing"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/plan/plantest"
	"github.com/vethlab/vethlab/internal/state"
)

// Whatever people type in the namespaces of a lab: after one plan a second one is empty.
// It is a hunt, since one of some 1,000 cases still fails: of a changed addr_gen_mode, where
// the kernel makes the fe80:: address only after the first plan was made. What else was
// found is in plan's tables.
func TestOnePlanConverges(t *testing.T) {
	if os.Getenv("VETHLAB_STRESS") == "" {
		t.Skip("a hunt: set VETHLAB_STRESS")
	}
	netnstest.Need(t)
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("needs iproute2")
	}
	lab := netnstest.LabName(t)
	check(t, func(t *rapid.T) {
		defer clear(t, lab)
		want := compiled(t, draw(t, lab))
		seen := change(t, lab, state.New(), want)
		commands := plantest.ByHand(t, seen)
		for _, c := range commands {
			_ = netns.Do(c.Namespace, func() error { return exec.Command("sh", "-c", c.Line).Run() }) // not all succeed
		}
		damaged := observe(t, lab, want, want)
		repair := plan.Diff(damaged, want)
		if err := kernel.Apply(t.Context(), repair, damaged, kernel.Options{}); err != nil {
			t.Fatalf("after %q: %v\nin %+v", commands, err, repair)
		}
		now := observe(t, lab, want, want)
		if again := plan.Diff(now, want); len(again) != 0 {
			t.Fatalf("after %q\nand the plan %+v\na second plan: %+v", commands, repair, again)
		}
	})
}

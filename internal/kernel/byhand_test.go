//go:build linux

package kernel_test

import (
	"context"
	"errors"
	"flag"
	"os/exec"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/plan/plantest"
	"github.com/vethlab/vethlab/internal/state"
)

// byHandBudget is the time limit without -rapid.checks.
const byHandBudget = 8 * time.Second

// After any commands in the namespaces of a lab, `up` repairs it: a further plan is empty.
// It applies one plan, waits for the links, and applies what the kernel has changed
// meanwhile, such as an fe80:: address after a change of addr_gen_mode.
func TestOnePlanConverges(t *testing.T) {
	netnstest.Need(t)
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("needs iproute2")
	}
	lab := netnstest.LabName(t)
	limit := byHandBudget
	flag.Visit(func(f *flag.Flag) {
		if f.Name == "rapid.checks" {
			limit = time.Hour
		}
	})
	checkFor(t, limit, func(t *rapid.T) {
		defer clear(t, lab)
		want := compiled(t, draw(t, lab))
		seen := change(t, lab, state.New(), want)
		commands := plantest.ByHand(t, seen)
		for _, c := range commands {
			_ = netns.Do(c.Namespace, func() error { return exec.Command("sh", "-c", c.Line).Run() }) // not all succeed
		}
		repair := converge(t, lab, want, commands)
		settled(t, want)
		rest := converge(t, lab, want, commands)
		settled(t, want)
		now := observe(t, lab, want, want)
		if again := plan.Diff(now, want); len(again) != 0 {
			t.Fatalf("after %q\nand the plans %+v\nand %+v\na further plan: %+v", commands, repair, rest, again)
		}
	})
}

// converge applies the difference between what is seen and what is wanted.
func converge(t *rapid.T, lab string, want *state.State, commands []plantest.Command) plan.Plan {
	seen := observe(t, lab, want, want)
	p := plan.Diff(seen, want)
	if err := kernel.Apply(t.Context(), p, seen, kernel.Options{}); err != nil {
		t.Fatalf("after %q: %v\nin %+v", commands, err, p)
	}
	return p
}

// settled waits for the links of a State, as `up` does, but not for those of bridges that
// delay their carrier.
func settled(t *rapid.T, want *state.State) {
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	late := (*kernel.UnsettledError)(nil)
	if err := kernel.Settle(ctx, want); err != nil && !errors.As(err, &late) {
		t.Fatal(err)
	}
}

//go:build linux

package kernel_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/iproute2"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/plan/plantest"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/topotest"
)

// needPrograms skips the test if a program is missing.
func needPrograms(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("needs the program %s: %v", name, err)
		}
	}
}

// runScript runs the commands of a plan and returns what is observed then.
func runScript(t *rapid.T, lab, script string, want *state.State) *state.State {
	cmd := exec.CommandContext(t.Context(), "sh")
	cmd.Stdin = strings.NewReader(script)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s\n%s", err, out, script)
	}
	view, err := kernel.Observe(lab, want, nil)
	if err != nil {
		t.Fatal(err)
	}
	return view.State
}

// The printed script has the same effect as the plan: it creates, edits and repairs labs.
func TestScriptAgreesWithModel(t *testing.T) {
	netnstest.Need(t)
	needPrograms(t, "sh", "ip", "sysctl")
	lab := netnstest.LabName(t)
	check(t, func(t *rapid.T) {
		defer clear(t, lab)
		top := draw(t, lab)
		seen := state.New()
		step := func(want *state.State) {
			p := plan.Diff(seen, want)
			if removes(p) {
				apply(t, lab, p, seen, want) // a script can't wait for the kernel to clean up
				p = nil
			}
			script := iproute2.Script(p)
			if len(seen.Namespaces) == 0 && rapid.Bool().Draw(t, "the long way") {
				script = iproute2.Tutorial(plan.Tutorial(p))
			}
			seen = runScript(t, lab, script, want)
			if d := differences(want, seen); d != "" {
				t.Fatalf("seen differs from wanted (-want +got):\n%s\n%s", d, script)
			}
		}
		step(compiled(t, top))
		step(compiled(t, topotest.Edit(t, top)))
		damage := plantest.Damage(t, seen)
		if !removes(damage) && !moves(damage) {
			step(play(t, damage, seen))
		}
	})
}

func removes(p plan.Plan) bool {
	for _, op := range p {
		if _, ok := op.(plan.DelNamespace); ok {
			return true
		}
	}
	return false
}

// moves reports whether a plan moves or renames links: the result may be a State that
// creation can't produce.
func moves(p plan.Plan) bool {
	return slices.ContainsFunc(p, func(op plan.Op) bool {
		_, ok := op.(plan.MoveLink)
		return ok
	})
}

// play returns a State with a plan applied.
func play(t *rapid.T, p plan.Plan, s *state.State) *state.State {
	c := s.Clone()
	if err := p.Apply(c); err != nil {
		t.Fatal(err)
	}
	return c
}

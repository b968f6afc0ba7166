package explain

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// The steps of every example have views, in the direct plan and in the tutorial's, and
// no view repeats the last one.
func TestViewsOfExamples(t *testing.T) {
	files, err := filepath.Glob("../../examples/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		top, err := topo.Parse(file, text)
		if err != nil {
			t.Fatal(err)
		}
		c, err := compile.Compile(top)
		if err != nil {
			t.Fatal(err)
		}
		ops := plan.Diff(state.New(), c.State)
		for kind, ops := range map[string]plan.Plan{"direct": ops, "tutorial": plan.Tutorial(ops)} {
			steps := Tour(ops)
			views, err := Views(steps)
			if err != nil {
				t.Errorf("%s, %s: %v", file, kind, err)
			}
			checkViews(t, file+", "+kind, steps, views)
		}
	}
}

func checkViews(t *testing.T, lab string, steps []Step, views []View) {
	t.Helper()
	shown, last := 0, ""
	for i, v := range views {
		if !v.New {
			if v.Shown != "" {
				t.Errorf("%s: step %d has output but is not new", lab, i)
			}
			continue
		}
		seen := steps[i].Notes[0].Look.String() + v.Shown
		if seen == last {
			t.Errorf("%s: step %d repeats the last view:\n%s", lab, i, seen)
		}
		shown, last = shown+1, seen
	}
	if shown < 5 || shown == len(steps) {
		t.Errorf("%s: %d of %d steps have views, want at least 5 and not all", lab, shown, len(steps))
	}
}

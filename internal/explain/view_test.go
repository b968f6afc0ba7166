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

// Whatever a lab is made of can be looked at, on either way, and nothing is seen
// twice in a row.
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
		for way, ops := range map[string]plan.Plan{"direct": ops, "long": plan.Tutorial(ops)} {
			steps := Tour(ops)
			views, err := Views(steps)
			if err != nil {
				t.Errorf("%s, %s: %v", file, way, err)
			}
			checkViews(t, file+", "+way, steps, views)
		}
	}
}

func checkViews(t *testing.T, lab string, steps []Step, views []View) {
	t.Helper()
	shown, last := 0, ""
	for i, v := range views {
		if !v.New {
			if v.Shown != "" {
				t.Errorf("%s: step %d has been looked at in vain", lab, i)
			}
			continue
		}
		seen := steps[i].Notes[0].Look.String() + v.Shown
		if seen == last {
			t.Errorf("%s: step %d shows once more:\n%s", lab, i, seen)
		}
		shown, last = shown+1, seen
	}
	if shown < 5 || shown == len(steps) {
		t.Errorf("%s: %d of %d steps are looked at", lab, shown, len(steps))
	}
}

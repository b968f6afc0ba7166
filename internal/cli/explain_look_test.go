package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/words"
	"github.com/vethlab/vethlab/topo"
)

// Whatever a lab is made of can be looked at, on either way, and nothing is seen
// twice in a row.
func TestLookAtExamples(t *testing.T) {
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
		for way, ops := range map[string]plan.Plan{"direct": ops, "long": plan.LongWay(ops)} {
			steps := explainAll(ops, make([]vethlab.Step, len(ops)), words.English)
			if err := lookAll(ops, steps); err != nil {
				t.Errorf("%s, %s: %v", file, way, err)
			}
			checkViews(t, file+", "+way, steps)
		}
	}
}

func checkViews(t *testing.T, lab string, steps []explained) {
	t.Helper()
	views, last := 0, ""
	for i, s := range steps {
		if !s.looks {
			if s.Shown != "" {
				t.Errorf("%s: step %d has been looked at in vain", lab, i)
			}
			continue
		}
		seen := s.Look + s.Shown
		if seen == last {
			t.Errorf("%s: step %d shows once more:\n%s", lab, i, seen)
		}
		views, last = views+1, seen
	}
	if views < 5 || views == len(steps) {
		t.Errorf("%s: %d of %d steps are looked at", lab, views, len(steps))
	}
}

//go:build linux

package vethlab_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/feature"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// Every example goes up, a second time without a change, passes its tests, is
// edited, passes them again, and goes down without a trace.
func TestExamples(t *testing.T) {
	files, err := filepath.Glob("examples/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			if !netnstest.Isolated(t) {
				return
			}
			needKernel(t, file)
			before := look(t)
			lab := mustOpen(t, file)
			up(t, lab)
			again, err := lab.Up(t.Context())
			if err != nil || !again.Empty() {
				t.Errorf("a second up changes %v, %v", again.Steps(), err)
			}
			passes(t, file)
			edited := lab.Topology().Clone()
			edited.Links = append(edited.Links, topo.Link{Endpoints: [2]topo.Endpoint{{Node: "new1"}, {Node: "new2"}}})
			edited.Links[0].MTU = 1400
			up(t, newLab(t, edited))
			passes(t, file)
			up(t, mustOpen(t, file))
			down(t, lab)
			before.unchanged(t)
		})
	}
}

// needKernel skips a lab of which this kernel can't make something, by name.
func needKernel(t *testing.T, file string) {
	t.Helper()
	c, err := compile.Compile(mustOpen(t, file).Topology())
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range plan.Diff(state.New(), c.State) {
		for _, f := range feature.NeededBy(op) {
			if err := f.Err(); err != nil {
				t.Skipf("this kernel lacks %s: %v", f.Name, err)
			}
		}
	}
}

// passes runs the tests of a lab file.
func passes(t *testing.T, file string) {
	t.Helper()
	report := mustOpen(t, file).Verify(t.Context())
	if len(report.Results) == 0 {
		t.Error("no tests")
	}
	if !report.OK() {
		t.Error(report)
	}
}

package draw_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/draw"
	"github.com/vethlab/vethlab/internal/golden"
	"github.com/vethlab/vethlab/topo"
)

// TestPictures compares docs/pictures with the drawings of the examples; -update writes
// them.
func TestPictures(t *testing.T) {
	examples, err := filepath.Glob("../../examples/*.yaml")
	if err != nil || len(examples) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	const folder = "../../docs/pictures"
	drawn := map[string]bool{}
	for _, example := range examples {
		name := strings.TrimSuffix(filepath.Base(example), ".yaml") + ".svg"
		drawn[name] = true
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(example)
			if err != nil {
				t.Fatal(err)
			}
			lab, err := topo.Parse(example, text) // which names the lab, as in the command
			if err != nil {
				t.Fatal(err)
			}
			compiled, err := compile.Compile(lab)
			if err != nil {
				t.Fatal(err)
			}
			golden.Compare(t, filepath.Join(folder, name), draw.SVG(draw.Fold(draw.FromState(compiled.State, nil))))
		})
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !drawn[e.Name()] {
			t.Errorf("%s/%s does not belong to an example", folder, e.Name())
		}
	}
}

package draw_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/draw"
)

// TestPictures holds that docs/pictures has each example as it is drawn; -update
// draws them.
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
			compare(t, filepath.Join(folder, name), draw.SVG(draw.Fold(draw.FromState(stateOf(t, string(text))))))
		})
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !drawn[e.Name()] {
			t.Errorf("%s/%s is of no example", folder, e.Name())
		}
	}
}

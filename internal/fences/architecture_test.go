package fences

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// docs/architecture.md names every internal package, and the lines of its diagram are in
// the order of the imports, the right half without the left one.
func TestArchitectureShowsPackages(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(root, "docs", "architecture.md"))
	if err != nil {
		t.Fatal(err)
	}
	page := string(data)
	for _, dir := range internalPackages(t) {
		if !strings.Contains(page, "**"+dir+"**") {
			t.Errorf("architecture.md does not describe %s", dir)
		}
	}
	_, diagram, _ := strings.Cut(page, "## Packages")
	_, diagram, _ = strings.Cut(diagram, "```\n")
	diagram, _, _ = strings.Cut(diagram, "```")
	places := diagramPlaces(diagram)
	if len(places) < 30 {
		t.Fatalf("found only %d packages in the diagram", len(places))
	}
	for name, own := range places {
		for _, dep := range deps(t, name) {
			inner, ours := strings.CutPrefix(dep, module+"/")
			at, shown := places[inner]
			switch {
			case !ours || !shown || inner == name:
			case at.line <= own.line:
				t.Errorf("%s imports %s, which is not on a lower line", name, inner)
			case own.pure && !at.pure:
				t.Errorf("%s, on the right, depends on %s, on the left", name, inner)
			}
		}
	}
}

// A diagramPlace is where the diagram has a package.
type diagramPlace struct {
	line int
	pure bool // in the right half
}

func diagramPlaces(diagram string) map[string]diagramPlace {
	places := map[string]diagramPlace{}
	for i, line := range strings.Split(diagram, "\n") {
		if strings.Contains(line, "the library") {
			continue // the package at the root
		}
		left, right, _ := strings.Cut(line, "│")
		for half, names := range []string{left, right} {
			for name := range strings.FieldsSeq(names) {
				places[packagePath(name)] = diagramPlace{line: i, pure: half == 1}
			}
		}
	}
	return places
}

// packagePath returns the path of a package from its short name in the diagram.
func packagePath(name string) string {
	if _, err := os.Stat(filepath.Join(root, name)); err == nil {
		return name
	}
	return "internal/" + name
}

// internalPackages returns the folders directly below internal.
func internalPackages(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(root, "internal"))
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		if e.IsDir() && regexp.MustCompile(`^[a-z0-9]+$`).MatchString(e.Name()) {
			list = append(list, "internal/"+e.Name())
		}
	}
	return list
}

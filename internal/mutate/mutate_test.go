package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestMeasure measures a package with one function without tests: all of its mutants
// survive, and none of the other function.
func TestMeasure(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip(err)
	}
	dir, err := filepath.Abs("testdata/module")
	if err != nil {
		t.Fatal(err)
	}
	before := read(t, dir)
	t.Chdir(dir)
	var out strings.Builder
	score, err := measure(t.Context(), &out, ".", options{count: 1000, seed: 1, workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	if after := read(t, dir); before != after {
		t.Error("the package was changed")
	}
	var survivors []string
	for _, m := range regexp.MustCompile(`subject\.go:(\d+): (.*)\n`).FindAllStringSubmatch(out.String(), -1) {
		survivors = append(survivors, m[1]+" "+m[2])
	}
	want := []string{
		"30 negate result: no test reaches it", "30 move boundary: no test reaches it", "30 change constant: no test reaches it",
	}
	if strings.Join(survivors, "\n") != strings.Join(want, "\n") {
		t.Errorf("survivors:\n%s\nwant\n%s\nin\n%s%s", strings.Join(survivors, "\n"), strings.Join(want, "\n"), out.String(), score)
	}
	if !strings.Contains(out.String(), "not run, as they fail without a mutant: TestFailsWithoutMutant") {
		t.Errorf("the skipped test is not reported: %s", out.String())
	}
}

func read(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(e.Name() + "\n" + string(data))
	}
	return b.String()
}

// Edits at one offset nest like the syntax, in whatever order they were added.
func TestRewritten(t *testing.T) {
	edits := []edit{
		{at: 0, text: "f(", depth: 1},
		{at: 5, text: ")", closing: true, depth: 1},
		{at: 0, text: "g(", depth: 2},
		{at: 1, text: ")", closing: true, depth: 2},
		{at: 2, remove: 1, text: ",", depth: 1},
		{at: 4, text: "h(", depth: 3},
		{at: 5, text: ")", closing: true, depth: 3},
	}
	if got := string(rewritten([]byte("a + b"), edits)); got != "f(g(a) , h(b))" {
		t.Errorf("%s", got)
	}
}

// The same seed draws the same mutants.
func TestSample(t *testing.T) {
	var sites []*site
	for i := range 50 {
		sites = append(sites, &site{id: i})
	}
	a, b, c := sampleOf(sites, 1), sampleOf(sites, 1), sampleOf(sites, 2)
	same := 0
	for i := range a {
		if a[i] != b[i] {
			t.Fatalf("mutant %d differs between two samples with the same seed", i)
		}
		if a[i] == c[i] {
			same++
		}
	}
	if same > 25 {
		t.Errorf("another seed gives %d of 50 the same positions", same)
	}
}

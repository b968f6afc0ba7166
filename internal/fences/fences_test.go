// Package fences has no code. Its tests check rules on the whole module that linters
// cannot: transitive dependencies between the packages of docs/architecture.md, tables
// of kinds of link, and words.
package fences

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/vethlab/vethlab"

// pure are the packages that work on every operating system and access nothing outside
// the program, each with the packages that it may import; their own dependencies are
// allowed too.
var pure = map[string][]string{
	"internal/parallel":      {},
	"internal/words":         {"internal/escape"},
	"internal/escape":        {},
	"internal/iputils":       {},
	"internal/nft":           {"internal/words"},
	"internal/messages":      {"internal/words"},
	"internal/xtables":       {"internal/escape"},
	"topo":                   {"internal/nft", "internal/escape"},
	"internal/state":         {"topo"},
	"internal/hosts":         {"topo", "internal/state", "internal/escape"},
	"internal/plan":          {"topo", "internal/state"},
	"internal/dump":          {"topo", "internal/state"},
	"internal/walk":          {"topo", "internal/state", "internal/dump"},
	"internal/live":          {"topo", "internal/words", "internal/state", "internal/dump"},
	"internal/monitor":       {"topo", "internal/escape", "internal/words", "internal/state", "internal/dump", "internal/live"},
	"internal/iproute2/argv": {"topo"},
	"internal/iproute2":      {"topo", "internal/state", "internal/plan", "internal/iproute2/argv"},
	"internal/ipshow":        {"topo", "internal/state", "internal/plan", "internal/dump", "internal/iproute2/argv"},
	"internal/compile":       {"topo", "internal/state"},
	"internal/decompile":     {"topo", "internal/state", "internal/compile"},
	"internal/explain": {
		"topo", "internal/words", "internal/nft", "internal/state", "internal/plan", "internal/dump", "internal/ipshow",
	},
	"internal/report": {"topo", "internal/escape"},
	"internal/lesson": {"topo", "internal/words", "internal/state"},
	"internal/tutor": {
		"topo", "internal/words", "internal/state", "internal/plan", "internal/iproute2",
		"internal/lesson",
	},
	"internal/draw": {"topo", "internal/words", "internal/state", "internal/hosts"},
}

// outside are packages of the standard library that access files, processes or the
// network.
var outside = []string{"os/exec", "os/signal", "net/http", "golang.org/x/sys/unix", "C"}

func TestPureImportsPure(t *testing.T) {
	for pkg, below := range pure {
		t.Run(pkg, func(t *testing.T) {
			for _, dep := range deps(t, pkg) {
				inner, ours := strings.CutPrefix(dep, module+"/")
				switch {
				case slices.Contains(outside, dep):
					t.Errorf("depends on %s", dep)
				case ours && inner != pkg && !slices.Contains(under(below), inner):
					t.Errorf("depends on %s, may on %v", inner, below)
				}
			}
		})
	}
}

// under returns packages and all packages that they may depend on.
func under(packages []string) []string {
	all := slices.Clone(packages)
	for _, pkg := range packages {
		all = append(all, under(pure[pkg])...)
	}
	return all
}

// The packages that interpret scripts must not depend on packages that could run
// commands.
func TestScriptsAreNotRun(t *testing.T) {
	for _, pkg := range []string{"internal/shell", "internal/importer"} {
		all := deps(t, pkg)
		if slices.Contains(all, "mvdan.cc/sh/v3/interp") {
			t.Errorf("%s depends on an interpreter", pkg)
		}
		for _, other := range []string{"internal/kernel", "internal/netns", "internal/sandbox", "internal/probe"} {
			if slices.Contains(all, module+"/"+other) {
				t.Errorf("%s depends on %s", pkg, other)
			}
		}
	}
}

// Only the command line and labtest import the library.
func TestInternalImportsNoLibrary(t *testing.T) {
	above := []string{module + "/internal/cli", module + "/internal/placement"}
	for _, pkg := range packages(t) {
		if slices.Contains(above, pkg) || !strings.HasPrefix(pkg, module+"/internal/") {
			continue
		}
		if slices.Contains(deps(t, strings.TrimPrefix(pkg, module+"/")), module) {
			t.Errorf("%s depends on the library, which depends on it", pkg)
		}
	}
}

// packages returns the import paths of all packages of the module.
func packages(t *testing.T) []string { return list(t, module+"/...") }

// deps returns the import paths of all packages that a package depends on.
func deps(t *testing.T, pkg string) []string { return list(t, "-deps", module+"/"+pkg) }

func list(t *testing.T, args ...string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"list"}, args...)...)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v", cmd, err)
	}
	return strings.Fields(string(out))
}

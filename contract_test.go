//go:build linux

package vethlab_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/golden"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
)

// measured matches values that differ in each run.
var measured = regexp.MustCompile(`\b[0-9.]+ (ms|s)\b|[0-9]+ of 20\b`)

// found matches what is found, where that was measured.
var found = regexp.MustCompile(`(found |loss |\), )[0-9.]+(%|[kmgt]?bit)`)

// steady returns a report without measured values. The question of a test, before the
// second double space, stays.
func steady(report string) string {
	var b strings.Builder
	for line := range strings.Lines(report + "\n") {
		asked, rest := "", line
		if strings.HasPrefix(line, "ok") || strings.HasPrefix(line, "FAIL") {
			i := strings.LastIndex(line[:len(line)/2], "  ") + 1
			asked, rest = line[:i], line[i:]
		}
		b.WriteString(asked + found.ReplaceAllString(measured.ReplaceAllString(rest, "#"), "$1#"))
	}
	return b.String()
}

// Each kind of assertion has a lab that passes and one that fails; the golden files
// have their reports.
func TestContract(t *testing.T) {
	files, err := filepath.Glob("testdata/contract/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no labs: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			if !netnstest.Isolated(t) {
				return
			}
			lab := mustOpen(t, file)
			up(t, lab)
			defer down(t, lab)
			golden.Compare(t, strings.TrimSuffix(file, ".yaml")+".golden", steady(lab.Verify(t.Context()).String()))
		})
	}
}

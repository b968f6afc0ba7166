package fences

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// The longest files, in lines. The linter bounds functions.
const (
	maxFileLines     = 450
	maxTestFileLines = 700
)

// No file is too long to read at once; tables of tests may be longer.
func TestFileLength(t *testing.T) {
	for _, path := range goFiles(t) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		most := maxFileLines
		if strings.HasSuffix(path, "_test.go") {
			most = maxTestFileLines
		}
		if lines := bytes.Count(text, []byte("\n")); lines > most {
			t.Errorf("%s has %d lines (want at most %d)", fromRoot(path), lines, most)
		}
	}
}

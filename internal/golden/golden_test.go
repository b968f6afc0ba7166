package golden

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A recorder records the failures of a test.
type recorder struct {
	testing.TB
	failed string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) { r.failed += fmt.Sprintf(format, args...) }

// Compare reports a difference with both texts and the file, and writes a file, in a new
// folder too, that it then finds equal.
func TestCompare(t *testing.T) {
	file := filepath.Join(t.TempDir(), "folder", "a.golden")
	compare := func(got string, writes bool) string {
		*update = writes
		defer func() { *update = false }()
		r := &recorder{TB: t}
		Compare(r, file, got)
		return r.failed
	}
	for _, got := range []string{"one\n", "two\n"} {
		if failed := compare(got, true); failed != "" {
			t.Errorf("-update: %s", failed)
		}
		if failed := compare(got, false); failed != "" {
			t.Errorf("an equal text: %s", failed)
		}
	}
	failed := compare("three\n", false)
	for _, part := range []string{file, "two", "three", "-update"} {
		if !strings.Contains(failed, part) {
			t.Errorf("a difference is reported without %q: %s", part, failed)
		}
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "two\n" {
		t.Errorf("without -update the file was written: %q, %v", text, err)
	}
}

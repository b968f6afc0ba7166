package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/escape"
)

// annotations returns a workflow command of GitHub Actions for each failed test,
// which is shown at its line of the lab file. GitHub reads them from stdout and
// stderr alike; they are talk, so they go to stderr.
func annotations(r *vethlab.Report) []byte {
	var b bytes.Buffer
	for i := range r.Results {
		t := &r.Results[i]
		if t.OK {
			continue
		}
		place := ""
		if t.Pos.IsValid() {
			place = fmt.Sprintf("file=%s,line=%d,col=%d,", property(inWorkspace(t.Pos.File)), t.Pos.Line, t.Pos.Col)
		}
		fmt.Fprintf(&b, "::error %stitle=%s::%s\n", place, property(r.Lab+": "+t.Title()), message(details(t)))
	}
	return b.Bytes()
}

// inWorkspace returns a file's path as GitHub knows it: from the root of what
// was checked out.
func inWorkspace(file string) string {
	abs, err := filepath.Abs(file)
	if err != nil {
		return file
	}
	rel, err := filepath.Rel(os.Getenv("GITHUB_WORKSPACE"), abs)
	if err != nil || strings.HasPrefix(rel, "..") {
		return file
	}
	return rel
}

// message and property escape what would end a command or a property of it. No
// line that GitHub reads begins with what others have written.
func message(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(escape.Lines(s))
}

func property(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(message(escape.Line(s)))
}

package report

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/escape"
)

// Annotations returns a workflow command of GitHub Actions for each failed test,
// which is shown at its line of the lab file, for [Report.Err], and for each note. Workspace is the directory
// of the checkout, GITHUB_WORKSPACE.
func Annotations(r Report, workspace string) []byte {
	var b bytes.Buffer
	for _, t := range slices.Concat(r.Tests, r.incomplete()) {
		if t.OK {
			continue
		}
		location := ""
		if t.Pos.IsValid() {
			location = fmt.Sprintf("file=%s,line=%d,col=%d,", property(inWorkspace(t.Pos.File, workspace)), t.Pos.Line, t.Pos.Col)
		}
		fmt.Fprintf(&b, "::error %stitle=%s::%s\n", location, property(r.Lab+": "+t.Title), message(t.failure()))
	}
	for _, note := range r.Notes {
		fmt.Fprintf(&b, "::notice title=%s::%s\n", property(r.Lab), message(escape.Line(note)))
	}
	return b.Bytes()
}

// inWorkspace returns a file's path relative to the workspace, if it is below it.
func inWorkspace(file, workspace string) string {
	abs, err := filepath.Abs(file)
	if err != nil {
		return file
	}
	rel, err := filepath.Rel(workspace, abs)
	if err != nil || strings.HasPrefix(rel, "..") {
		return file
	}
	return rel
}

// message and property escape the delimiters of a workflow command and of its
// properties, so that no line of output begins with untrusted text.
func message(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(escape.Lines(s))
}

func property(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(message(escape.Line(s)))
}

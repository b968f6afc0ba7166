package report

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/escape"
)

// TAP returns a report in the Test Anything Protocol, version 14
// (testanything.org). A plan of no tests (1..0) would count as skipped.
func TAP(r Report) []byte {
	var b bytes.Buffer
	tests := slices.Concat(r.Tests, r.incomplete())
	fmt.Fprintf(&b, "TAP version 14\n1..%d\n", len(tests))
	for i, t := range tests {
		verdict := "ok"
		if !t.OK {
			verdict = "not ok"
		}
		fmt.Fprintf(&b, "%s %d - %s\n", verdict, i+1, tapText(t.Title))
		tapDetails(&b, t)
	}
	for _, note := range r.Notes {
		fmt.Fprintf(&b, "# note  %s\n", tapLine(note))
	}
	if r.Err != nil {
		fmt.Fprintf(&b, "Bail out! %s\n", tapLine(r.Err.Error()))
	}
	return b.Bytes()
}

// tapDetails writes what was found, as YAML.
func tapDetails(b *bytes.Buffer, t Test) {
	fmt.Fprintf(b, "  ---\n  duration_ms: %.3f\n", 1000*t.Took.Seconds())
	if t.At != "" {
		fmt.Fprintf(b, "  at: %s\n", escape.YAMLQuoted(t.At))
	}
	if t.Subject != "" {
		fmt.Fprintf(b, "  subject: %s\n", escape.YAMLQuoted(t.Subject))
	}
	if t.OK {
		fmt.Fprintf(b, "  found: %s\n", escape.YAMLQuoted(t.Found))
	} else {
		b.WriteString("  message: " + tapLines(t.failure()))
	}
	b.WriteString("  ...\n")
}

// tapText escapes the characters with a meaning in the line of a test.
func tapText(s string) string {
	return strings.NewReplacer(`\`, `\\`, "#", `\#`).Replace(tapLine(s))
}

func tapLine(s string) string { return strings.Join(strings.Fields(escape.Line(s)), " ") }

// tapLines returns a text as a YAML value: as a block if possible, else quoted.
func tapLines(s string) string {
	if s += "\n"; escape.IsYAMLBlock(s) {
		return escape.YAMLBlock(s, "    ")
	}
	return escape.YAMLQuoted(s) + "\n"
}

// Package report writes what the tests of a lab found in the formats of CI systems:
// JUnit's XML, the Test Anything Protocol, annotations of GitHub Actions. It is pure
// and independent of how labs are tested.
package report

import (
	"strings"
	"time"

	"github.com/vethlab/vethlab/internal/escape"
	"github.com/vethlab/vethlab/topo"
)

// A Report is the outcome of the tests of a lab.
type Report struct {
	Lab   string
	Tests []Test
	Notes []string // what may be the reason of failures
	Took  time.Duration
	Err   error // why not all tests were run; nil if they were
}

// A Test is the outcome of one test.
type Test struct {
	Title   string
	Subject string   // what is tested if Title is a name; else ""
	At      string   // Pos as text; or ""
	Pos     topo.Pos // in the lab file
	OK      bool
	Found   string
	Details []string // of a failure: what was expected, and each pair that failed
	Took    time.Duration
}

// incomplete returns, if not all tests were run, a failed test that says so: most CI
// systems judge a report by its tests alone.
func (r Report) incomplete() []Test {
	if r.Err == nil {
		return nil
	}
	return []Test{{Title: "all tests are run", Found: r.Err.Error(), Took: r.Took}}
}

// failed returns how many tests failed.
func (r Report) failed() int {
	n := 0
	for _, t := range r.Tests {
		if !t.OK {
			n++
		}
	}
	return n
}

// failure returns what a failed test found and its details, one per line.
func (t Test) failure() string {
	return strings.Join(append([]string{t.Found}, t.Details...), "\n")
}

// noteLines returns the notes as the text report prints them, "" if there are none.
func (r Report) noteLines() string {
	var lines []string
	for _, note := range r.Notes {
		lines = append(lines, "note  "+escape.Line(note))
	}
	return strings.Join(lines, "\n")
}

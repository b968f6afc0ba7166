// Package report writes what the tests of a lab found in the formats of CI systems:
// JUnit's XML, the Test Anything Protocol, annotations of GitHub Actions. It is pure
// and knows neither labs nor how they are tested.
package report

import (
	"strings"
	"time"

	"github.com/vethlab/vethlab/topo"
)

// A Report is the outcome of the tests of a lab.
type Report struct {
	Lab   string
	Tests []Test
	Took  time.Duration
	Err   error // why not every test was run; nil: all were
}

// A Test is the outcome of one test.
type Test struct {
	Title   string
	Asks    string   // what the test asks, where Title is a name; or ""
	At      string   // where it stands, as "file:line"; or ""
	Pos     topo.Pos // the same
	OK      bool
	Found   string
	Details []string // of a failure: what was expected, and each pair that failed
	Took    time.Duration
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

// failure returns what a failed test found and its details, one in a line.
func (t Test) failure() string {
	return strings.Join(append([]string{t.Found}, t.Details...), "\n")
}

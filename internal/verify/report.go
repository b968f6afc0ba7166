package verify

import (
	"encoding/json"
	"net/netip"
	"time"

	"github.com/vethlab/vethlab/internal/draw"
	"github.com/vethlab/vethlab/topo"
)

// A Report is what the tests of a lab found. Printed, it is what `vethlab test`
// prints; as JSON it is what `vethlab test -o json` writes, see docs/report.md.
type Report struct {
	Lab     string        `json:"lab"`
	Results []TestResult  `json:"results"` // one for each test, in their order
	Took    time.Duration `json:"took"`    // in nanoseconds

	// Notes are what nodes have that no file can ask for and that may be the reason, if a
	// test failed.
	Notes []string `json:"notes,omitempty"`

	// Err is why not all tests were run; nil if they were.
	Err error `json:"-"`
}

// OK reports whether there were tests, all were run, and all passed.
func (r *Report) OK() bool { return r.Err == nil && len(r.Results) > 0 && r.Failed() == 0 }

// Failed returns how many tests failed.
func (r *Report) Failed() int {
	n := 0
	for i := range r.Results {
		if !r.Results[i].OK {
			n++
		}
	}
	return n
}

// MarshalJSON adds "ok", "failed" and, if Err is set, "error".
func (r *Report) MarshalJSON() ([]byte, error) {
	type plain Report
	v := struct {
		OK     bool `json:"ok"`
		Failed int  `json:"failed"`
		*plain
		Error string `json:"error,omitempty"`
	}{OK: r.OK(), Failed: r.Failed(), plain: (*plain)(r)}
	if r.Err != nil {
		v.Error = r.Err.Error()
	}
	return json.Marshal(v)
}

// A TestResult is what one test found.
type TestResult struct {
	Name    string `json:"name,omitempty"` // as in the file
	Subject string `json:"subject"`        // what is tested: "a → web via tcp/80"
	Wants   string `json:"wants"`          // what is expected: "reachable within 20ms"
	OK      bool   `json:"ok"`             // all is as expected
	Found   string `json:"found"`          // in one line

	Pairs    int       `json:"pairs"`              // source–target pairs; for a command, nodes
	Failed   int       `json:"failed"`             // pairs or nodes that failed
	Failures []Failure `json:"failures,omitempty"` // a pair can have several

	RTT      Distribution `json:"rtt,omitzero"`       // of all answers
	Sent     int          `json:"sent,omitempty"`     // probes
	Received int          `json:"received,omitempty"` // answers

	Matrix  *Matrix       `json:"matrix,omitempty"`  // of a test with `matrix: true`
	Serving []string      `json:"serving,omitempty"` // where vethlab listened: "b tcp/80"
	Tries   int           `json:"tries"`             // more than 1 if the first ones failed
	Took    time.Duration `json:"took"`              // of the last try; as JSON in nanoseconds

	Pos topo.Pos `json:"-"`            // in the file; invalid if the test is derived from the links
	At  string   `json:"at,omitempty"` // Pos as text
}

// Title returns the name or, without one, Subject.
func (t *TestResult) Title() string {
	if t.Name != "" {
		return t.Name
	}
	return t.Subject
}

// A Failure is a result that differs from the expected one.
type Failure struct {
	From    string     `json:"from"`             // the node that sent probes, or ran a command
	To      string     `json:"to,omitempty"`     // the target as in the file
	Address netip.Addr `json:"address,omitzero"` // the target's address; invalid: the target has none, or all failed

	Key   string `json:"key"`           // the key of the file that is not met: expect, within, loss, …
	Want  string `json:"want"`          // with its unit: "reachable", "within 20ms"
	Found string `json:"found"`         // with its unit: "unreachable", "31 ms"
	Why   string `json:"why,omitempty"` // the reason, in one line

	Output string `json:"output,omitempty"` // of a command: the last 2,000 bytes of its output
}

// A Distribution summarizes round-trip times, as JSON in nanoseconds. All are 0
// without an answer.
type Distribution struct {
	Count  int           `json:"count"` // answers
	Min    time.Duration `json:"min"`
	Median time.Duration `json:"median"`
	Max    time.Duration `json:"max"`
	Mean   time.Duration `json:"mean"`
	StdDev time.Duration `json:"stddev"`
}

// A Matrix has the outcome of each source–target pair. As JSON each row is a text
// with a sign for each column: "●" reached, "○" not reached and expected so, "✗"
// not as expected, "·" not probed.
type Matrix struct {
	From []string `json:"from"` // the rows
	To   []string `json:"to"`   // the columns

	cells [][]draw.Cell
}

// At returns the sign of a row and a column.
func (m *Matrix) At(from, to int) string { return string(m.cells[from][to].Sign()) }

// Rows returns the signs of each row.
func (m *Matrix) Rows() []string {
	rows := make([]string, len(m.cells))
	for i, cells := range m.cells {
		for _, c := range cells {
			rows[i] += string(c.Sign())
		}
	}
	return rows
}

// MarshalJSON writes the rows.
func (m *Matrix) MarshalJSON() ([]byte, error) {
	type plain Matrix
	return json.Marshal(struct {
		*plain
		Rows []string `json:"rows"`
	}{(*plain)(m), m.Rows()})
}

// Text draws the matrix at most width columns wide, folded if it is wider.
func (m *Matrix) Text(width int) string { return m.text(width, nil) }

// text is [Matrix.Text] with the legend translated, if translate is not nil.
func (m *Matrix) text(width int, translate func(string) string) string {
	return (&draw.Matrix{Rows: m.From, Columns: m.To, Cells: m.cells, Translate: translate}).Text(width)
}

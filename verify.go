package vethlab

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/inspect"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/verify"
	"github.com/vethlab/vethlab/topo"
)

// A Report is what the tests of a lab found. Printed, it is what `vethlab test` prints; as
// JSON it is what `vethlab test -o json` writes.
//
//	Lab     string
//	Results []TestResult  // one for each test, in their order
//	Took    time.Duration
//	Notes   []string      // settings that vethlab did not make and that can make tests fail
//	Err     error         // why not all tests were run; nil if they were
//
//	func (*Report) OK() bool                    // there were tests, all were run, and all passed
//	func (*Report) Failed() int                 // how many tests failed
//	func (*Report) Summary() string             // the last line of the printed report
//	func (*Report) Text(o TextOptions) string   // as printed, without a final newline
//	func (*Report) String() string              // Text without colours
type Report = verify.Report

// A TestResult is what one test found.
//
//	Name  string    // as in the file
//	Subject  string    // what is tested: "a → web via tcp/80"
//	Wants string    // what is expected: "reachable within 20ms"
//	OK    bool      // all is as expected
//	Found string    // in one line
//	Pos   topo.Pos  // in the file; invalid if the test is derived from the links
//	At    string    // Pos as text
//
//	Pairs    int            // source–target pairs; for a command, nodes
//	Failed   int            // pairs or nodes that failed
//	Failures []Failure      // a pair can have several
//	Sent     int            // probes
//	Received int            // answers
//	RTT      Distribution   // of all answers
//	Matrix   *Matrix        // of a test with `matrix: true`
//	Serving  []string       // where vethlab listened: "b tcp/80"
//	Tries    int            // more than 1 if the first ones failed
//	Took     time.Duration  // of the last try
//
//	func (*TestResult) Title() string      // Name or, without one, Subject
//	func (*TestResult) Details() []string  // the lines after Found: failures, output of commands
type TestResult = verify.TestResult

// A Failure is a result that differs from the expected one.
//
//	From    string      // the node that sent probes, or ran a command
//	To      string      // the target as in the file
//	Address netip.Addr  // the target's address; invalid: the target has none, or all failed
//	Key     string      // the key of the file that is not met: expect, within, loss, …
//	Want    string      // with its unit: "reachable", "within 20ms"
//	Found   string      // with its unit: "unreachable", "31 ms"
//	Why     string      // the reason, in one line
//	Output  string      // of a command: the last 2,000 bytes of its output
type Failure = verify.Failure

// A Distribution summarizes round-trip times. All are 0 without an answer.
//
//	Count  int            // answers
//	Min    time.Duration
//	Median time.Duration
//	Max    time.Duration
//	Mean   time.Duration
//	StdDev time.Duration
type Distribution = verify.Distribution

// A Matrix has the outcome of each pair of a test with `matrix: true`, as a sign: "●"
// reached, "○" not reached and expected so, "✗" found other than expected, "·" not probed.
//
//	From []string  // the rows
//	To   []string  // the columns
//
//	func (*Matrix) At(from int, to int) string   // the sign of a pair
//	func (*Matrix) Rows() []string              // the signs of each row
//	func (*Matrix) Text(width int) string       // a drawing, at most width columns wide
type Matrix = verify.Matrix

// TextOptions say how Report.Text writes a report. The zero value writes it 100 columns
// wide and without colours.
//
//	Width int                                   // columns of the terminal; 0: 100
//	Paint func(good bool, word string) string   // colours a word, if not nil
//	Translate func(sentence string) string      // translates a sentence, if not nil
type TextOptions = verify.TextOptions

// Verify runs the tests of the description on a running lab, with real packets,
// and reports what was found. It waits for links to come up first. Without tests
// in the description each host and router must reach the next one; in a lab whose
// description is not known each node must reach the next one of its subnets. If that
// leaves nothing to test, the report fails with [ErrNothingToTest].
//
// If tests are given, Verify runs those instead. A test of the description that expects no
// answer fails where its source or target differs from the description; given tests are
// about the lab as it is.
//
// Errors are in the report: its OK reports whether all is as expected.
func (l *Lab) Verify(ctx context.Context, tests ...topo.Test) *Report {
	start := time.Now()
	r := &Report{Lab: l.name, Results: []TestResult{}}
	r.Err = l.verify(ctx, r, tests)
	r.Took = time.Since(start)
	return r
}

func (l *Lab) verify(ctx context.Context, r *Report, tests []topo.Test) error {
	view, err := l.view()
	if err != nil {
		return err
	}
	if len(view.State.Namespaces) == 0 {
		return fmt.Errorf("lab %s is %w", l.name, ErrNotRunning)
	}
	compiled, err := l.tests(view.State, tests)
	if err != nil {
		return err
	}
	if len(compiled) == 0 {
		return l.nothingToTest()
	}
	if err := l.settleSeen(ctx, view.State); err != nil {
		return err
	}
	described := l.wanted()
	if len(tests) > 0 { // they are about the lab as it is now
		described = nil
	}
	r.Results = append(r.Results, verify.Run(ctx, l.name, view, described, compiled)...)
	if r.Failed() > 0 {
		r.Notes = l.notes()
	}
	return ctx.Err()
}

// maxNotes is how many notes a report has.
const maxNotes = 10

// notes returns what the nodes have that vethlab did not set and that may decide about
// packets.
func (l *Lab) notes() []string {
	view, err := kernel.ObserveWithExtras(l.name, l.wanted(), l.record().State())
	if err != nil {
		return nil // the results say what was found
	}
	var notes []string
	for _, u := range inspect.FindUnmanaged(view, nil) {
		notes = append(notes, fmt.Sprintf("%s has %s, which vethlab did not set: %s", u.Node, u.What, u.Detail))
	}
	if more := len(notes) - maxNotes; more > 0 {
		notes = append(notes[:maxNotes], fmt.Sprintf("and %d more; vethlab show NODE shows what a node has", more))
	}
	return notes
}

// ErrNothingToTest is the error of a [Report] without a test: a lab without tests in its
// description in which no two nodes can be expected to reach each other.
var ErrNothingToTest = errors.New("nothing to test")

// nothingToTest returns [ErrNothingToTest] with the reason.
func (l *Lab) nothingToTest() error {
	if l.compiled.Load() == nil {
		return fmt.Errorf("%w in lab %s: its tests are unknown, and no two of its nodes have addresses in one subnet (want the lab's file): %w",
			ErrNothingToTest, l.name, l.why)
	}
	return fmt.Errorf("%w in lab %s: its file has no tests, and no two of its nodes share a subnet (want tests in the file)",
		ErrNothingToTest, l.name)
}

// settleSeen waits for the links that can work. A link that does not come up is not an
// error here: tests fail on it.
func (l *Lab) settleSeen(ctx context.Context, s *state.State) error {
	wait, cancel := context.WithTimeout(ctx, settleTime+s.CarrierDelay())
	defer cancel()
	err := kernel.Settle(wait, s)
	if unsettled := (*kernel.UnsettledError)(nil); errors.As(err, &unsettled) {
		return ctx.Err()
	}
	return err
}

// tests returns the tests to run: the given ones, or else those of the
// description.
func (l *Lab) tests(s *state.State, given []topo.Test) ([]compile.Test, error) {
	d := l.compiled.Load()
	switch {
	case d == nil && len(given) == 0:
		return verify.SubnetTests(s), nil
	case len(given) == 0:
		return d.Tests, nil
	}
	nodes := verify.NodesOf(s)
	if d != nil {
		if err := d.Checked.CheckTests(given); err != nil {
			return nil, err
		}
		nodes = d.TestNodes
	}
	tests, errs := nodes.Tests(given)
	if len(errs) > 0 {
		return nil, errs
	}
	return tests, nil
}

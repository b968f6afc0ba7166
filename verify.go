package vethlab

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/verify"
	"github.com/vethlab/vethlab/topo"
)

// What [Lab.Verify] returns.
type (
	// A Report is what the tests of a lab found: the name of the Lab, the Results of
	// its tests in their order, the time that all Took, and Err, the reason why it
	// could not be tested, or not to the end. Its method OK reports whether all is
	// as expected, Failed how many tests failed. Printed, it is what `vethlab test`
	// prints; as JSON it is what `vethlab test -o json` writes.
	Report = verify.Report

	// A TestResult is what one test found: its Name, what it Asks, Wants and Found, a
	// line each; OK; how many Pairs of nodes it has and how many of them Failed, with
	// their Failures; how many probes were Sent and Received, and the RTT of the
	// answers; a Matrix if the test has one; where vethlab listened for it (Serving);
	// the number of Tries, and the time that the last one Took; and its place in the
	// file (Pos).
	TestResult = verify.TestResult

	// A Failure is a result other than expected: From which node To
	// which target and at which Address of it; the Key of the file that is not met,
	// such as "expect"; what it Wants and Found, with units, and Why; and of a
	// command the last 2,000 bytes of its Output.
	Failure = verify.Failure

	// A Distribution summarizes round-trip times: the Count of answers, and the Min,
	// Median, Max, Mean and StdDev, which are 0 without an answer.
	Distribution = verify.Distribution

	// A Matrix has the outcome of each pair of a test with `matrix: true`. From are
	// its rows and To its columns; the method At returns the sign of a pair: "●"
	// reached, "○" not reached and expected so, "✗" found other than expected, "·"
	// not probed. Text draws it.
	Matrix = verify.Matrix

	// TextOptions say how [Report.Text] writes a report. The zero value writes it
	// 100 columns wide and without colours.
	TextOptions = verify.TextOptions
)

// Verify runs the tests of the description on a running lab, with real packets,
// and reports what was found. It waits for links to come up first. Without tests
// in the description each host and router must reach the next one; in a lab whose
// description is not known each node must reach the next one of its subnets. If that
// leaves nothing to test, the report fails with [ErrNothingToTest].
//
// If tests are given, Verify runs those instead. A test of the description that expects no
// answer fails where its source or target is other than described; given tests are about
// the lab as it is.
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
	r.Results = append(r.Results, verify.Run(ctx, l.name, view.State, described, compiled)...)
	return ctx.Err()
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

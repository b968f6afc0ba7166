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
	// A Report is what the tests of a lab found. Printed, it is what `vethlab test`
	// prints; as JSON it is what `vethlab test -o json` writes.
	Report = verify.Report

	// A TestResult is what one test found.
	TestResult = verify.TestResult

	// A Failure is what one pair of nodes, or one command, found other than expected.
	Failure = verify.Failure

	// A Distribution summarizes round-trip times.
	Distribution = verify.Distribution

	// A Matrix has the outcome of each pair of a test with `matrix: true`.
	Matrix = verify.Matrix

	// TextOptions say how [Report.Text] writes a report. The zero value writes it
	// 100 columns wide and without colours.
	TextOptions = verify.TextOptions
)

// Verify holds a running lab to its contract: it asks with real packets what
// the tests of the description say, and reports what was found. What can be
// asked is asked side by side, once the links that can work do. Without tests
// in the description each host and router must reach the next one; a lab that
// was found running is tested along its subnets.
//
// Given tests of one's own, Verify holds the lab to those instead.
//
// It fails only within the report: [Report.OK] reports whether all is well.
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
	if err := l.settleSeen(ctx, view.State); err != nil {
		return err
	}
	r.Results = append(r.Results, verify.Run(ctx, l.name, view.State, compiled)...)
	return ctx.Err()
}

// settleSeen waits for the links that can work. One that does not is no error
// here: the tests will tell.
func (l *Lab) settleSeen(ctx context.Context, s *state.State) error {
	wait, cancel := context.WithTimeout(ctx, settleTime)
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
		described := *d.Topology
		described.Tests = given
		if err := described.Validate(); err != nil {
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

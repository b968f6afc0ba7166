package vethlab

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/probe"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// A Report is what the tests of a lab found.
type Report struct {
	Lab     string        `json:"lab"`
	Results []TestResult  `json:"results"`
	Took    time.Duration `json:"took"` // in nanoseconds
}

// OK reports whether all tests found what they expected.
func (r *Report) OK() bool { return r.Failed() == 0 }

// Failed returns how many tests found something else than they expected.
func (r *Report) Failed() int {
	n := 0
	for _, t := range r.Results {
		if !t.OK {
			n++
		}
	}
	return n
}

// A TestResult is what one test found.
type TestResult struct {
	From   string      `json:"from"`
	To     string      `json:"to"`
	Expect topo.Expect `json:"expect"`
	Found  topo.Expect `json:"found"`
	OK     bool        `json:"ok"` // found as expected

	// Probes are the addresses that To stands for, one of each family.
	Probes []ProbeResult `json:"probes"`

	Pos topo.Pos `json:"-"`
}

// A ProbeResult is what came of asking one address.
type ProbeResult struct {
	Address  netip.Addr    `json:"address"`
	Answered bool          `json:"answered"`
	RTT      time.Duration `json:"rtt,omitempty"`    // in nanoseconds
	Reason   string        `json:"reason,omitempty"` // why there was no answer
}

// Reasons joins the reasons why there was no answer.
func (t *TestResult) Reasons() string {
	var reasons []string
	for _, p := range t.Probes {
		if p.Reason != "" {
			reasons = append(reasons, fmt.Sprintf("%s: %s", p.Address, p.Reason))
		}
	}
	return strings.Join(reasons, "; ")
}

// Test sends ICMP echo requests from inside the nodes, all side by side, and
// compares the outcome with what the description expects. Without tests in the
// description each node must reach the next one. A lab that was found running
// is tested along its subnets.
//
// A node is reachable if it answers at all the addresses that the test stands
// for, unreachable if at none.
func (l *Lab) Test(ctx context.Context) (*Report, error) {
	start := time.Now()
	view, err := l.State()
	if err != nil {
		return nil, err
	}
	if len(view.State.Namespaces) == 0 {
		return nil, fmt.Errorf("lab %s is %w", l.name, ErrNotRunning)
	}
	if err := l.settleSeen(ctx, view.State); err != nil {
		return nil, err
	}
	tests := ringTests(view.State)
	if c := l.compiled.Load(); c != nil {
		tests = c.Tests
	}
	report := &Report{Lab: l.name, Results: l.probeAll(ctx, view.State, tests)}
	report.Took = time.Since(start)
	return report, ctx.Err()
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

// probeAll asks all addresses of all tests at the same time.
func (l *Lab) probeAll(ctx context.Context, s *state.State, tests []compile.Test) []TestResult {
	var questions []question
	namespaces := namespacesByNode(s)
	for _, t := range tests {
		from, running := namespaces[t.From]
		for _, a := range t.Addresses {
			q := question{Target: probe.Target{From: from, To: a}}
			if !running {
				q.moot = t.From + " is not running"
			}
			questions = append(questions, q)
		}
	}
	answers := ask(ctx, l.name, questions)
	results := make([]TestResult, len(tests))
	for i, t := range tests {
		n := len(t.Addresses)
		results[i] = judge(t, answers[:n])
		answers = answers[n:]
	}
	return results
}

// A question is a probe to be sent, unless the answer is known already.
type question struct {
	probe.Target
	moot string // why there can be no answer
}

// ask asks all questions that are not moot. From the machine itself it asks
// only what lies in the lab: nothing is ever sent into the machine's own
// network.
func ask(ctx context.Context, lab string, questions []question) []ProbeResult {
	results := make([]ProbeResult, len(questions))
	var targets []probe.Target
	var at []int
	for i, q := range questions {
		results[i].Address = q.To
		if q.moot == "" {
			q.moot = outside(lab, q.Target)
		}
		if q.moot != "" {
			results[i].Reason = q.moot
			continue
		}
		targets, at = append(targets, q.Target), append(at, i)
	}
	for k, r := range probe.Reach(ctx, targets, probe.Options{}) {
		p := &results[at[k]]
		p.Answered, p.RTT = r.OK, r.RTT
		if r.Err != nil {
			p.Reason = r.Err.Error()
		}
	}
	return results
}

// outside says why a probe would not go into the lab, or "".
func outside(lab string, t probe.Target) string {
	if t.From != state.Host {
		return ""
	}
	way, err := kernel.HostWay(t.To)
	switch {
	case err != nil:
		return fmt.Sprintf("the host has no way there: %v", err)
	case way.Lab == "" && way.Dev != state.Lo:
		return fmt.Sprintf("the host would send it out of %s, not into the lab", way.Dev)
	case way.Lab != "" && way.Lab != lab:
		return fmt.Sprintf("the host would send it into lab %s", way.Lab)
	}
	return ""
}

// judge compares what was found with what was expected.
func judge(t compile.Test, answers []ProbeResult) TestResult {
	answered := 0
	for _, a := range answers {
		if a.Answered {
			answered++
		}
	}
	r := TestResult{From: t.From, To: t.To, Expect: t.Expect, Probes: answers, Pos: t.Pos}
	switch {
	case answered == 0:
		r.Found = topo.Unreachable
	case answered == len(answers):
		r.Found = topo.Reachable
	default:
		r.Found = partly
	}
	r.OK = r.Found == r.Expect
	return r
}

// partly is found where one family answers and the other does not.
const partly topo.Expect = "partly"

// namespacesByNode returns the namespace of each node that is there.
func namespacesByNode(s *state.State) map[string]string {
	m := map[string]string{topo.HostNode: state.Host}
	for name, ns := range s.Namespaces {
		if name != state.Host {
			m[ns.Mark().Node] = name
		}
	}
	return m
}

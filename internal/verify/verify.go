package verify

import (
	"context"
	"net/netip"
	"time"

	"github.com/vethlab/vethlab/internal/hosts"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/draw"
	"github.com/vethlab/vethlab/internal/probe"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// Run runs tests against the running lab of that name, which looks like s, and
// returns their results in the same order. Probes of all tests are sent
// concurrently; tests that fail are tried again until their RetryFor is over.
// When ctx ends, results are those until then.
func Run(ctx context.Context, lab string, s *state.State, tests []compile.Test) []TestResult {
	e := newEngine(lab, s)
	for _, test := range tests {
		e.runs = append(e.runs, &testRun{Test: test})
	}
	e.hold(ctx)
	var results []TestResult
	for _, c := range e.runs {
		results = append(results, c.result)
	}
	return results
}

// An engine runs tests against a lab.
type engine struct {
	lab        string
	state      *state.State
	namespaces map[string]string     // by node
	owners     map[netip.Addr]string // the node that has an address
	runs       []*testRun
}

func newEngine(lab string, s *state.State) *engine {
	return &engine{lab: lab, state: s, namespaces: hosts.Namespaces(s), owners: hosts.Owners(s)}
}

// A testRun is a test and what is found.
type testRun struct {
	compile.Test
	result TestResult

	// What is found in one try.
	failures      []Failure
	failed        map[int]bool // pairs or, of a command, nodes that have failures
	rtts          probe.RTTs
	serving       []string
	taken         map[string]bool // nodes where somebody else listens
	throughput    []float64       // bits per second
	matrix        *Matrix
	rows, columns map[string]int // of the matrix
	tries         int
	took          time.Duration
}

// retryPause is how long a test that failed is left alone before it is tried
// again.
const retryPause = 100 * time.Millisecond

// hold tries all runs, and those that fail again as long as they allow it.
func (t *engine) hold(ctx context.Context) {
	start := time.Now()
	left := t.runs
	for len(left) > 0 {
		began := time.Now()
		t.try(ctx, left)
		var again []*testRun
		for _, c := range left {
			if len(c.failures) > 0 && time.Since(start) < time.Duration(c.RetryFor) {
				again = append(again, c)
			}
		}
		left = again
		if len(left) > 0 && pause(ctx, retryPause-time.Since(began)) != nil {
			break
		}
	}
	for _, c := range t.runs {
		c.conclude()
	}
}

// pause waits, or fails with the error of a context that ends before.
func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// try tries runs once. What could disturb the rest comes after it: commands,
// then measurements that fill links, one after another.
func (t *engine) try(ctx context.Context, runs []*testRun) {
	start := time.Now()
	for _, c := range runs {
		c.begin()
	}
	t.ask(ctx, runs)
	t.survey(ctx, runs)
	for _, c := range runs {
		c.took = time.Since(start)
	}
	for _, c := range runs {
		if c.Run != nil {
			c.time(func() { t.command(ctx, c) })
		}
	}
	for _, c := range runs {
		if c.Throughput.IsSet() {
			c.time(func() { t.measure(ctx, c) })
		}
	}
}

func (c *testRun) begin() {
	*c = testRun{Test: c.Test, tries: c.tries + 1, failed: map[int]bool{}, taken: map[string]bool{}}
	if c.Matrix && c.Run == nil {
		c.layOut()
	}
	if c.Run == nil && len(c.Pairs) == 0 || c.Run != nil && len(c.Where) == 0 {
		c.fail(0, Failure{Key: "to", Want: "somebody to ask", Found: "nobody", Why: "the words of this test stand for no two nodes"})
	}
}

// time adds the time that fn takes.
func (c *testRun) time(fn func()) {
	start := time.Now()
	fn()
	c.took += time.Since(start)
}

// fail notes a failure of the n-th pair or, of a command, node.
func (c *testRun) fail(n int, f Failure) {
	c.failures = append(c.failures, f)
	c.failed[n] = true
}

// failPair notes a failure of the n-th pair.
func (c *testRun) failPair(n int, addr netip.Addr, key, want, found, why string) {
	p := c.Pairs[n]
	c.fail(n, Failure{From: p.From, To: p.To, Address: addr, Key: key, Want: want, Found: found, Why: why})
}

// layOut makes an empty matrix for the pairs.
func (c *testRun) layOut() {
	c.matrix = &Matrix{From: []string{}, To: c.Asked}
	c.rows, c.columns = map[string]int{}, map[string]int{}
	for i, name := range c.Asked {
		c.columns[name] = i
	}
	for _, p := range c.Pairs {
		if _, ok := c.rows[p.From]; !ok {
			c.rows[p.From] = len(c.rows)
			c.matrix.From = append(c.matrix.From, p.From)
			c.matrix.cells = append(c.matrix.cells, make([]draw.Cell, len(c.columns)))
		}
	}
}

// mark notes in the matrix whether the n-th pair is as expected. What is wrong
// once stays so.
func (c *testRun) mark(n int, ok bool) {
	if c.matrix == nil {
		return
	}
	cell := &c.matrix.cells[c.rows[c.Pairs[n].From]][c.columns[c.Pairs[n].To]]
	switch {
	case !ok || *cell == draw.Wrong:
		*cell = draw.Wrong
	case c.Outcome() == topo.Reachable:
		*cell = draw.Reached
	default:
		*cell = draw.Kept
	}
}

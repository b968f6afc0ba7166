package verify

import (
	"context"
	"iter"
	"net/netip"
	"slices"
	"time"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/hosts"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/state"
)

// An engine runs tests against a lab.
type engine struct {
	lab        string
	state      *state.State
	described  *state.State          // nil: unknown, or the tests are not of the description
	namespaces map[string]string     // by node
	owners     map[netip.Addr]string // the node that has an address
	misplaced  map[netip.Addr]string // the node that has an address, other than described

	locals map[string][]netip.Prefix // by namespace, see [kernel.Snapshot]
}

// retryPause is the time between the beginnings of two tries of a test.
const retryPause = 100 * time.Millisecond

// Run runs tests against the running lab of that name, which was seen as view, and
// returns their results in the same order. Probes of all tests are sent
// concurrently; tests that fail are tried again until their RetryFor is over.
// When ctx ends, the results are those until then.
//
// If described is not nil, the tests are of a file that describes that: a test that
// expects no answer fails where its source or target is other than described, and one that
// expects an answer where another node has an address of the target.
func Run(ctx context.Context, lab string, view *kernel.Snapshot, described *state.State, tests []compile.Test) []TestResult {
	s := view.State
	e := &engine{
		lab: lab, state: s, described: described, namespaces: hosts.Namespaces(s), owners: hosts.Owners(s),
		misplaced: misplaced(s, described), locals: view.Locals,
	}
	start := time.Now()
	results := make([]TestResult, len(tests))
	left := make([]int, len(tests)) // indexes of the tests to try
	for i := range left {
		left[i] = i
	}
	for n := 1; len(left) > 0; n++ {
		began := time.Now()
		var again []int
		for i, t := range e.try(ctx, pick(tests, left)) {
			at := left[i]
			results[at] = conclude(&tests[at], t, n)
			if !results[at].OK && time.Since(start) < time.Duration(tests[at].RetryFor) {
				again = append(again, at)
			}
		}
		left = again
		if len(left) > 0 && pause(ctx, retryPause-time.Since(began)) != nil {
			break
		}
	}
	return results
}

func pick(tests []compile.Test, which []int) []*compile.Test {
	picked := make([]*compile.Test, len(which))
	for i, at := range which {
		picked[i] = &tests[at]
	}
	return picked
}

// pause waits for d, or returns the error of a context that ends before.
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

// A try is what one try of a test found.
type try struct {
	findings []finding // in the order of time
	serving  []string  // where vethlab listened: "b tcp/80"
	took     time.Duration
}

// try tries tests once and returns what each found. What could disturb other
// probes comes after them: commands, then throughput, which fills links, one
// after another.
func (e *engine) try(ctx context.Context, tests []*compile.Test) []try {
	start := time.Now()
	tries := make([]try, len(tests))
	add := func(findings []finding) {
		for same := range sameTest(findings) {
			t := &tries[same[0].test]
			t.findings = append(t.findings, same...)
		}
	}
	add(unmatched(tests))
	findings, served := e.probe(ctx, tests)
	add(findings)
	for _, s := range served {
		tries[s.test].serving = append(tries[s.test].serving, s.at)
	}
	e.addLastHops(ctx, tries)
	e.addDrops(ctx, tests, tries)
	add(e.paths(ctx, tests, tries))
	for i := range tries {
		tries[i].took = time.Since(start)
	}
	timed := func(i int, fn func() []finding) {
		began := time.Now()
		add(fn())
		tries[i].took += time.Since(began)
	}
	for i, t := range tests {
		if t.Run != nil {
			timed(i, func() []finding { return e.command(ctx, i, t) })
		}
	}
	for i, t := range tests {
		if t.Throughput.IsSet() {
			timed(i, func() []finding { return e.throughput(ctx, i, t, tries[i].failed()) })
		}
	}
	return tries
}

// sameTest yields the runs of findings that are of one test: all-to-all tests have
// a hundred thousand.
func sameTest(findings []finding) iter.Seq[[]finding] {
	return func(yield func([]finding) bool) {
		for len(findings) > 0 {
			n := slices.IndexFunc(findings, func(f finding) bool { return f.test != findings[0].test })
			if n < 0 {
				n = len(findings)
			}
			if !yield(findings[:n]) {
				return
			}
			findings = findings[n:]
		}
	}
}

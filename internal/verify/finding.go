package verify

import (
	"net/netip"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/probe"
)

// A query is one address of one pair of a test, or one node that runs a command.
type query struct {
	test    int        // index in the tests of a try
	pair    int        // index in Pairs or, of a command, in RunNodes
	address netip.Addr // not valid: no address, or all of the pair
}

// A finding is what one probe, one measurement or one command found.
type finding struct {
	query
	failures []Failure // none: all as expected

	// silent says that nothing answered at all. There is one failure then.
	silent bool

	sent, received int // probes and their answers
	rtts           probe.RTTs
	rates          []float64 // of a throughput measurement, in bits per second
}

// failure returns a failure of a query.
func (q query) failure(t *compile.Test, key, want, found, why string) Failure {
	p := t.Pairs[q.pair]
	return Failure{From: p.From, To: p.To, Address: q.address, Key: key, Want: want, Found: found, Why: why}
}

// fails returns the finding that a query failed.
func (q query) fails(t *compile.Test, key, want, found, why string) finding {
	return finding{query: q, failures: []Failure{q.failure(t, key, want, found, why)}}
}

// failedSet has the queries of a test that failed.
type failedSet map[query]bool

// failed returns the queries that have failed up to now.
func (t try) failed() failedSet {
	failed := failedSet{}
	for i := range t.findings {
		if f := &t.findings[i]; len(f.failures) > 0 {
			failed[f.query] = true
		}
	}
	return failed
}

// has reports whether a query, or its pair as a whole, has failed.
func (s failedSet) has(q query) bool {
	return s[q] || s[query{test: q.test, pair: q.pair}]
}

// unmatched returns the failures of tests that match no pair of nodes or, of
// commands, no node.
func unmatched(tests []*compile.Test) []finding {
	var findings []finding
	for i, t := range tests {
		why := "this test matches no pair of nodes"
		if t.Run != nil {
			why = "this test matches no node"
		}
		if total(t) == 0 {
			findings = append(findings, finding{query: query{test: i}, failures: []Failure{{
				Key: "to", Want: "nodes", Found: "none", Why: why,
			}}})
		}
	}
	return findings
}

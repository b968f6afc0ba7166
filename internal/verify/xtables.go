package verify

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"time"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/hosts"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/words"
	"github.com/vethlab/vethlab/internal/xtables"
)

// A legacyFilter is the legacy iptables of the nodes that have such rules, which no State
// holds.
type legacyFilter struct {
	nodes map[string]string // by namespace
}

// newLegacyFilter finds the nodes of a running lab that have rules of legacy iptables,
// ip6tables or arptables.
func newLegacyFilter(s *state.State) legacyFilter {
	nodes := map[string]string{}
	for node, namespace := range hosts.Namespaces(s) {
		nodes[namespace] = node
	}
	f := legacyFilter{nodes: nodes}
	tables := f.read()
	maps.DeleteFunc(nodes, func(namespace, _ string) bool { return len(xtables.Summary(tables[namespace])) == 0 })
	return f
}

// read returns the tables by namespace; none where they can't be read.
func (f legacyFilter) read() map[string][]xtables.Table {
	tables, err := kernel.XtablesOf(slices.Sorted(maps.Keys(f.nodes)))
	if err != nil {
		return nil
	}
	return tables
}

// during says which rules and policies dropped packets of the address's family while fn
// repeated a probe, or else changed some; "" if none did. Without such rules it does not
// call fn.
// Other packets than those of fn count too.
func (f legacyFilter) during(to netip.Addr, fn func()) string {
	if len(f.nodes) == 0 {
		return ""
	}
	before := f.read()
	fn()
	after := f.read()
	rises := map[string][]xtables.Rise{}
	for namespace, node := range f.nodes {
		rises[node] = xtables.Rises(before[namespace], after[namespace])
	}
	if text := risesText(rises, to.Is4()); text != "" {
		return "when it was repeated, " + text
	}
	return ""
}

// String names the nodes; "" if there are none.
func (f legacyFilter) String() string {
	if len(f.nodes) == 0 {
		return ""
	}
	nodes := slices.SortedFunc(maps.Values(f.nodes), state.CompareNames)
	return "nodes with rules of legacy iptables: " + words.List(nodes, maxRises)
}

// maxRises is how many rules are named.
const maxRises = 3

// risesText says what rules of nodes counted: what was dropped or, if nothing was, what
// was changed.
func risesText(byNode map[string][]xtables.Rise, ipv4 bool) string {
	var dropped, changed []string
	for _, node := range slices.SortedFunc(maps.Keys(byNode), state.CompareNames) {
		for _, r := range byNode[node] {
			if ipv4 == (r.Family == xtables.IPv6) {
				continue
			}
			packets := words.Plural(int(r.Packets), "packet")
			if r.Drops() {
				dropped = append(dropped, fmt.Sprintf("legacy %s of %s dropped %s: %s", r.Family, node, packets, r))
			} else {
				changed = append(changed, fmt.Sprintf("legacy %s of %s handled %s: %s", r.Family, node, packets, r))
			}
		}
	}
	if len(dropped) > 0 {
		return words.List(dropped, maxRises)
	}
	return words.List(changed, maxRises)
}

// Bounds of the probes that are repeated to find out which rules drop them.
const (
	maxRepeats    = 8
	repeatTimeout = 500 * time.Millisecond
)

// addDrops adds to failures of probes what legacy iptables dropped while the probe was
// repeated alone. Where no node has such rules, nothing is repeated; of further failures
// it only names the nodes.
func (e *engine) addDrops(ctx context.Context, tests []*compile.Test, tries []try) {
	var failed []*finding
	for i := range tries {
		for j := range tries[i].findings {
			if f := &tries[i].findings[j]; f.unreached() {
				failed = append(failed, f)
			}
		}
	}
	if len(failed) == 0 {
		return
	}
	filter := newLegacyFilter(e.state)
	named := filter.String()
	for i, f := range failed {
		text := named
		if i < maxRepeats {
			text = filter.during(f.address, func() { e.repeat(ctx, tests, f.query) })
		}
		if text != "" {
			f.failures[0].Why += "; " + text
		}
	}
}

// unreached reports whether a probe was sent that should have been answered and was not.
func (f *finding) unreached() bool {
	if len(f.failures) == 0 || f.failures[0].Key != "expect" || !f.address.IsValid() {
		return false
	}
	found := f.failures[0].Found
	return found == unreachable.String() || found == refused.String()
}

// repeat sends one probe again.
func (e *engine) repeat(ctx context.Context, tests []*compile.Test, q query) {
	t := tests[q.test]
	p := t.Pairs[q.pair]
	question := e.question(t, p.From, q.address)
	question.Count, question.Timeout = 1, min(question.Timeout, repeatTimeout)
	if question.Timeout == 0 {
		question.Timeout = repeatTimeout
	}
	var one rounds
	socket, use := e.needs(t, p.Node)
	one.add(q, question, socket, use)
	e.run(ctx, tests, one[0])
}

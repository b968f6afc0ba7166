package live

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/vethlab/vethlab/internal/dump"
)

// Namespaces of other users are followed up to these bounds: such a user can add entries
// without end, and at no cost.
const (
	// maxForeignTable bounds each table of a namespace: a Kubernetes node without root has
	// some thousand services and routes.
	maxForeignTable = 1 << 14

	// maxForeignEntries bounds all entries of one user: labs of some 10,000 nodes.
	maxForeignEntries = 1 << 17
)

// foreign counts the links and entries of namespaces of other users.
type foreign struct {
	owners map[int32]string
	sum    map[string]int // by owner
	cut    map[int32]bool // namespaces of which something is left out, and was reported
}

// begin counts the entries of a namespace that enters the view; "" is a trusted owner.
func (f *foreign) begin(id int32, owner string, entries int) {
	if owner == "" {
		return
	}
	f.owners[id] = owner
	f.sum[owner] += entries
}

func (f *foreign) end(id int32, entries int) {
	f.remove(id, entries)
	delete(f.owners, id)
	delete(f.cut, id)
}

// add counts one entry of a table that has that many. False: it is to be left out.
func (f *foreign) add(id int32, entries int) bool {
	owner := f.owners[id]
	switch {
	case owner == "":
		return true
	case entries >= maxForeignTable, f.sum[owner] >= maxForeignEntries:
		return false
	}
	f.sum[owner]++
	return true
}

func (f *foreign) remove(id int32, entries int) {
	if owner := f.owners[id]; owner != "" {
		f.sum[owner] -= entries
	}
}

// entries counts the links and entries of a namespace.
func (v *View) entries(id int32) int {
	ns, t := v.wiring.Namespaces[id], v.tables[id]
	if ns == nil || t == nil {
		return 0
	}
	return len(ns.Links) + t.size()
}

func (t *tables) size() int {
	return len(t.addresses) + len(t.routes) + len(t.rules) + len(t.neighbours)
}

// full returns the event of the first entry of a namespace that is left out.
func (v *View) full(id int32, added Kind, kept int) []Event {
	what := map[Kind]string{
		LinkAdded: "links", AddressAdded: "addresses", RouteAdded: "routes", RuleAdded: "rules", NeighbourAdded: "neighbours",
	}[added]
	return v.cuts(id, []dump.Cut{{What: what, Read: kept}})
}

// cuts returns an event of each cut of a namespace in scope, the first time.
func (v *View) cuts(id int32, cuts []dump.Cut) []Event {
	name, ok := v.node(id)
	if !ok || v.foreign.cut[id] || len(cuts) == 0 {
		return nil
	}
	v.foreign.cut[id] = true
	var events []Event
	for _, c := range cuts {
		events = append(events, Event{Kind: LeftOut, Node: name, User: v.foreign.owners[id], What: c.What, Count: c.Read})
	}
	return events
}

// A FloodLimit leaves out the events of users who cause too many. The zero value is ready.
type FloodLimit struct {
	begun   time.Time
	passed  map[string]int // in this interval, by user
	leftOut map[string]int
}

const (
	floodInterval = time.Second

	// maxFlood is how many events of one user pass in an interval: a terminal shows no
	// more, and a lab of a hundred nodes that starts causes fewer.
	maxFlood = 2000
)

const whatEvents = "events"

// Owners returns the users who own the nodes in the view, by node, without root and the
// viewer.
func (v *View) Owners() map[string]string {
	owners := map[string]string{}
	for id, user := range v.foreign.owners {
		if name, ok := v.node(id); ok {
			owners[name] = user
		}
	}
	return owners
}

// Pass returns the events that are not left out, given the owners of nodes, and an event
// of how many were left out in an interval that is over.
func (l *FloodLimit) Pass(now time.Time, events []Event, owners map[string]string) []Event {
	passed := l.end(now)
	for _, e := range events {
		user := owners[e.Node]
		if user != "" && e.Kind != LeftOut {
			if l.passed[user] >= maxFlood {
				l.leftOut[user]++
				continue
			}
			l.passed[user]++
		}
		passed = append(passed, e)
	}
	return passed
}

// end begins another interval if it is time.
func (l *FloodLimit) end(now time.Time) []Event {
	if l.passed != nil && now.Sub(l.begun) < floodInterval {
		return nil
	}
	var events []Event
	for _, user := range slices.SortedFunc(maps.Keys(l.leftOut), strings.Compare) {
		events = append(events, Event{Kind: LeftOut, User: user, What: whatEvents, Count: l.leftOut[user]})
	}
	l.begun, l.passed, l.leftOut = now, map[string]int{}, map[string]int{}
	return events
}

// Due returns when events that were left out are to be reported. False: there are none.
func (l *FloodLimit) Due() (time.Time, bool) {
	return l.begun.Add(floodInterval), len(l.leftOut) > 0
}

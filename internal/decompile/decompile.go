// Package decompile makes a lab file from a State: the inverse of compile.
//
// The file is as short as possible. What a file can't express is returned beside it. Each
// abbreviation is tried: the file must compile to a State with the same [Essence].
//
// The package is pure. There is one file per kernel object, and one for the abbreviations.
package decompile

import (
	"errors"
	"regexp"
	"slices"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// Options are the options of [Decompile]. The zero value names the lab "lab" and sorts
// namespaces by name.
type Options struct {
	Name string // the lab's; default "lab"

	// Order lists namespaces and links in the order of the file. Others come after
	// them, sorted.
	Order []state.Endpoint
}

// A Loss is a part of a State that a lab file cannot express.
type Loss struct {
	At   state.Endpoint // the link, or with an empty Link the namespace
	What string         // in the syntax of commands, such as an address; "": all of At
	Why  string
}

// Decompile returns a lab file for a State, and the parts of the State that are not in
// it. Namespaces keep their names. The file is valid and compiles to the State without
// the losses, compared by [Essence].
func Decompile(s *state.State, o Options) (*topo.Topology, []Loss) {
	if o.Name == "" {
		o.Name = "lab"
	}
	o.Order = slices.Clone(o.Order)
	w := &writer{state: Essence(s), options: o, origins: map[int]origin{}, generated: map[state.Endpoint]bool{}}
	w.names()
	w.ranks = ranksOf(w.options.Order)
	for {
		w.dropUnsupported()
		t := w.topology()
		lab, err := compile.Compile(t)
		if err == nil && w.keepLinkLocal(lab.State) {
			continue
		}
		if err == nil {
			w.compare(lab.State)
			return withoutPositions(shorten(t, lab.State)), w.losses
		}
		if !w.drop(err) {
			// The error has no position in the lab, so nothing can be dropped: return
			// an empty lab.
			w.losses = append(w.losses, Loss{Why: err.Error()})
			return w.empty(), w.losses
		}
	}
}

// A writer makes a Topology from a State. If the Topology does not compile, the writer
// removes the cause from the State and starts again: each time the State gets smaller, but for
// what keepLinkLocal adds once for each link.
type writer struct {
	state   *state.State
	options Options
	losses  []Loss

	nodes   map[string]string      // node names by namespace
	ranks   map[state.Endpoint]int // of namespaces and links in options.Order
	origins map[int]origin         // by line number in the Topology's positions
	prefix  *string

	generated map[state.Endpoint]bool // has been given addr_gen_mode by keepLinkLocal
}

// An origin is the part of the State behind a position in the Topology.
type origin struct {
	at    state.Endpoint
	route state.Route // zero if it is not a route
}

// at returns a new position that identifies p in errors.
func (w *writer) at(p origin) topo.Pos {
	line := len(w.origins) + 1
	w.origins[line] = p
	return topo.Pos{Line: line, Col: 1}
}

func (w *writer) lose(at state.Endpoint, what, why string) {
	w.losses = append(w.losses, Loss{at, what, withoutLines(why)})
}

var lineNumber = regexp.MustCompile(` in line \d+`)

// withoutLines removes line numbers from an error: they are keys of origins, not lines
// of a file.
func withoutLines(text string) string { return lineNumber.ReplaceAllString(text, "") }

// topology writes the whole State, without abbreviations.
func (w *writer) topology() *topo.Topology {
	clear(w.origins)
	t := &topo.Topology{Name: w.options.Name, Prefix: w.prefix, Routing: topo.RoutingNone}
	for _, name := range w.order() {
		if n, ok := w.node(w.state.Namespaces[name]); ok {
			t.Nodes = append(t.Nodes, n)
		}
	}
	t.Links = w.links()
	return t
}

// drop removes from the State the parts that an error refers to. It reports whether
// there were any.
func (w *writer) drop(err error) bool {
	list := topo.Errors(nil)
	if !errors.As(err, &list) {
		return false
	}
	dropped := false
	for _, e := range list {
		if p, ok := w.origins[e.Pos.Line]; ok {
			dropped = w.dropAt(p, e) || dropped
		}
	}
	return dropped
}

// compare adds a Loss for each namespace that the file does not restore, in case
// package decompile does not know a part of a State.
func (w *writer) compare(got *state.State) {
	if Same(w.state, got) {
		return
	}
	for _, name := range w.state.Names() {
		one, other := state.New(), state.New()
		one.Namespaces[name] = w.state.Namespaces[name]
		if ns := got.Namespace(name); ns != nil {
			other.Namespaces[name] = ns
		}
		if !Same(one, other) {
			w.lose(state.Endpoint{Namespace: name}, "", "a lab file cannot express all of it")
		}
	}
}

// order returns the names of the namespaces in the order of the file.
func (w *writer) order() []string {
	var names []string
	added := map[string]bool{}
	add := func(name string) {
		if w.state.Namespace(name) != nil && !added[name] {
			names = append(names, name)
			added[name] = true
		}
	}
	for _, e := range w.options.Order {
		add(e.Namespace)
	}
	for _, name := range w.state.Names() {
		add(name)
	}
	return names
}

// empty returns a lab without nodes.
func (w *writer) empty() *topo.Topology {
	return &topo.Topology{Name: "lab", Prefix: new("")}
}

// withoutPositions removes the positions, which stand for origins.
func withoutPositions(t *topo.Topology) *topo.Topology {
	for i := range t.Nodes {
		n := &t.Nodes[i]
		n.Pos = topo.Pos{}
		for j := range n.Interfaces {
			n.Interfaces[j].Pos = topo.Pos{}
		}
		for j := range n.Routes {
			n.Routes[j].Pos = topo.Pos{}
		}
	}
	for i := range t.Links {
		l := &t.Links[i]
		l.Pos, l.Endpoints[0].Pos, l.Endpoints[1].Pos = topo.Pos{}, topo.Pos{}, topo.Pos{}
	}
	return t
}

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

// Options say how a State becomes a file. The zero value asks for a lab "lab"
// with namespaces in the order of their names.
type Options struct {
	Name string // the lab's; default "lab"

	// Order has the namespaces and links in the order in which they are to be in
	// the file. What is not in it comes after, sorted.
	Order []state.Endpoint
}

// A Loss is something that a file can't say.
type Loss struct {
	At   state.Endpoint // the link, or with an empty Link the namespace
	What string         // the thing as a command would have it, such as an address; "": all of At
	Why  string
}

// Decompile returns a lab file for a State, and what of the State is not in it.
// The namespaces keep their names. The lab is valid, and it compiles to the State
// without the losses, as far as [Essence] goes.
func Decompile(s *state.State, o Options) (*topo.Topology, []Loss) {
	if o.Name == "" {
		o.Name = "lab"
	}
	o.Order = slices.Clone(o.Order)
	w := &writer{state: Essence(s), options: o, places: map[int]place{}}
	w.names()
	for {
		w.foreign()
		t := w.topology()
		lab, err := compile.Compile(t)
		if err == nil {
			w.compare(lab.State)
			return plain(shorten(t, lab.State)), w.losses
		}
		if !w.drop(err) {
			// Nothing that was written explains it. An empty lab is true.
			w.losses = append(w.losses, Loss{Why: err.Error()})
			return w.empty(), w.losses
		}
	}
}

// writer makes a Topology of a State. What turns out to be nothing that a file
// may say is taken out of the State, and the Topology made anew.
type writer struct {
	state   *state.State
	options Options
	losses  []Loss

	nodes  map[string]string // names of nodes by that of the namespace
	places map[int]place     // what is written where, by line
	prefix *string
}

// A place is what an error with that Pos is about.
type place struct {
	at    state.Endpoint
	route state.Route // if it is one
}

// at returns a Pos that leads back to what is written there.
func (w *writer) at(p place) topo.Pos {
	line := len(w.places) + 1
	w.places[line] = p
	return topo.Pos{Line: line, Col: 1}
}

func (w *writer) lose(at state.Endpoint, what, why string) {
	w.losses = append(w.losses, Loss{at, what, withoutLines(why)})
}

// withoutLines leaves out of an error the lines that it refers to: they are those
// of places, and of no file that anybody sees.
func withoutLines(text string) string {
	return regexp.MustCompile(` in line \d+`).ReplaceAllString(text, "")
}

// topology writes the whole State, with nothing left to be filled in.
func (w *writer) topology() *topo.Topology {
	clear(w.places)
	t := &topo.Topology{Name: w.options.Name, Prefix: w.prefix, Routing: topo.RoutingNone}
	for _, name := range w.order() {
		if n, ok := w.node(w.state.Namespaces[name]); ok {
			t.Nodes = append(t.Nodes, n)
		}
	}
	t.Links = w.links()
	return t
}

// drop takes out of the State what an error of the lab is about. It reports false
// if that is nothing that was written.
func (w *writer) drop(err error) bool {
	list := topo.Errors(nil)
	if !errors.As(err, &list) {
		return false
	}
	dropped := false
	for _, e := range list {
		if p, ok := w.places[e.Pos.Line]; ok {
			dropped = w.dropAt(p, e) || dropped
		}
	}
	return dropped
}

// compare notes what of the State the file does not say, should there be something
// that nothing here knows of.
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
			w.lose(state.Endpoint{Namespace: name}, "", "a lab file can't say all of it")
		}
	}
}

// order returns the names of the namespaces in the order of the file.
func (w *writer) order() []string {
	var names []string
	add := func(name string) {
		if w.state.Namespace(name) != nil && !slices.Contains(names, name) {
			names = append(names, name)
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

// empty returns a lab with nothing in it.
func (w *writer) empty() *topo.Topology {
	return &topo.Topology{Name: "lab", Prefix: new("")}
}

// plain takes away the places, which are in no file.
func plain(t *topo.Topology) *topo.Topology {
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

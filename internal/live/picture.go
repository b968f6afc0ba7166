// Package live keeps a picture of namespaces up to date by what the kernel tells
// of them, and says in events what has changed.
//
// An [Update] is one thing that was told. [Picture.Apply] takes it in and returns
// the events that it amounts to, if any: the kernel tells the same again, and
// much that nobody asks for. The package is pure; there is one file per kernel
// thing.
package live

import (
	"fmt"
	"maps"
	"slices"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// A Picture is what is there now, as far as it was told.
type Picture struct {
	scope  Scope
	wiring dump.Wiring                 // the links only
	tables map[int32]*tables           // all else of the same namespaces
	names  map[int32]string            // of namespaces
	moving map[dump.Place]arrivingLink // by where they will be
}

// A Scope says what of a Picture counts.
type Scope struct {
	// Lab is the lab whose nodes count, and of the machine's own namespace the
	// links that are the lab's. "": everything counts.
	Lab string
}

// HostName is the name of the machine's own namespace in updates.
const HostName = topo.HostNode

// New returns a picture of nothing.
func New(scope Scope) *Picture {
	return &Picture{
		scope:  scope,
		wiring: dump.Wiring{Namespaces: map[int32]*dump.Namespace{}},
		tables: map[int32]*tables{},
		names:  map[int32]string{},
		moving: map[dump.Place]arrivingLink{},
	}
}

// An Update is one thing that the kernel told.
type Update interface {
	apply(p *Picture) []Event
}

// Apply takes in what was told and returns what has changed by it.
func (p *Picture) Apply(u Update) []Event { return u.apply(p) }

// node returns the name of a namespace's node. False: it is none that counts.
func (p *Picture) node(id int32) (string, bool) {
	ns, name := p.wiring.Namespaces[id], p.names[id]
	switch {
	case ns == nil:
		return "", false
	case p.scope.Lab == "":
		return p.called(id), true
	case name == HostName:
		return name, slices.ContainsFunc(ns.Links, func(l dump.Link) bool { return p.marked(&l) })
	case name == "":
		return "", false
	}
	if lo := ns.LinkNamed(state.Lo); lo != nil && p.marked(lo) {
		m, _ := state.ParseMark(lo.Alias)
		return m.Node, true
	}
	return "", false
}

// called returns the name of a namespace, or one by which to tell it from others
// that have none.
func (p *Picture) called(id int32) string {
	if name := p.names[id]; name != "" {
		return name
	}
	return fmt.Sprintf("unnamed-%d", id)
}

// marked reports whether a link carries the mark of the lab.
func (p *Picture) marked(l *dump.Link) bool {
	m, ok := state.ParseMark(l.Alias)
	return ok && m.Lab == p.scope.Lab
}

// counts reports whether a link counts, which is one of a namespace that may or
// may not.
func (p *Picture) counts(id int32, l *dump.Link) bool {
	if l == nil {
		return false
	}
	if p.scope.Lab != "" && p.names[id] == HostName {
		return p.marked(l)
	}
	_, ok := p.node(id)
	return ok
}

// countsAll reports whether all of a namespace counts, not only some links of it.
func (p *Picture) countsAll(id int32) bool {
	_, ok := p.node(id)
	return ok && (p.scope.Lab == "" || p.names[id] != HostName)
}

// link returns a link, or nil.
func (p *Picture) link(id int32, index int) *dump.Link {
	return p.wiring.Link(dump.Place{Netns: id, Index: index})
}

// end says in names where a link is.
func (p *Picture) end(place dump.Place) *End {
	l := p.wiring.Link(place)
	if l == nil {
		return nil
	}
	name, ok := p.node(place.Netns)
	if !ok {
		name = p.called(place.Netns)
	}
	return &End{Node: name, Interface: l.Name}
}

// Nodes returns the nodes that count, by name.
func (p *Picture) Nodes() []Node {
	nodes := []Node{}
	for _, id := range slices.Sorted(maps.Keys(p.wiring.Namespaces)) {
		if name, ok := p.node(id); ok {
			nodes = append(nodes, p.describe(id, name))
		}
	}
	slices.SortStableFunc(nodes, func(a, b Node) int { return state.CompareNames(a.Name, b.Name) })
	return nodes
}

// describe says all of a node that counts.
func (p *Picture) describe(id int32, name string) Node {
	n := Node{ID: id, Name: name, Namespace: p.namespaceName(id), Interfaces: []Interface{}}
	ns := p.wiring.Namespaces[id]
	for i := range ns.Links {
		if p.counts(id, &ns.Links[i]) {
			n.Interfaces = append(n.Interfaces, p.describeLink(id, &ns.Links[i]))
		}
	}
	if !p.countsAll(id) {
		return n
	}
	for _, r := range routes().sorted(p.tables[id]) {
		n.Routes = append(n.Routes, describeRoute(ns, r))
	}
	for _, e := range neighbours().sorted(p.tables[id]) {
		n.Neighbours = append(n.Neighbours, describeNeighbour(ns, e))
	}
	return n
}

// namespaceName returns a namespace's own name, where it is not the node's.
func (p *Picture) namespaceName(id int32) string {
	if p.scope.Lab == "" || p.names[id] == HostName {
		return ""
	}
	return p.names[id]
}

// Snapshot returns the event that says all that is there.
func (p *Picture) Snapshot() Event { return Event{Kind: Snapshot, Nodes: p.Nodes()} }

// Package live keeps a view of namespaces up to date from the kernel's notifications
// and returns the changes as events.
//
// An [Update] is one notification. [View.Apply] applies it and returns its events, if
// any: the kernel also repeats notifications and sends some that are out of scope. The
// package is pure; each kernel object has one file.
package live

import (
	"fmt"
	"maps"
	"slices"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// A View is the last known state of the namespaces.
type View struct {
	scope   Scope
	wiring  dump.Wiring                 // links only
	tables  map[int32]*tables           // addresses, routes, … of the same namespaces
	names   map[int32]string            // of namespaces, by nsid
	moving  map[dump.LinkRef]movingLink // by their new namespace and index
	foreign foreign
}

// A Scope says which nodes and links of a View are reported.
type Scope struct {
	// Lab limits the scope to the lab's nodes and, in the host namespace, to the
	// lab's links. "": everything is in scope.
	Lab string
}

// HostName is the name of the host namespace in updates.
const HostName = topo.HostNode

// New returns an empty view.
func New(scope Scope) *View {
	return &View{
		scope:   scope,
		wiring:  dump.Wiring{Namespaces: map[int32]*dump.Namespace{}},
		tables:  map[int32]*tables{},
		names:   map[int32]string{},
		moving:  map[dump.LinkRef]movingLink{},
		foreign: foreign{owners: map[int32]string{}, sum: map[string]int{}, cut: map[int32]bool{}},
	}
}

// An Update is one notification of the kernel, such as RTM_NEWLINK.
type Update interface {
	apply(v *View) []Event
}

// Apply applies an update and returns its events.
func (v *View) Apply(u Update) []Event { return u.apply(v) }

// node returns the name of a namespace's node; false if out of scope.
func (v *View) node(id int32) (string, bool) {
	ns, name := v.wiring.Namespaces[id], v.names[id]
	switch {
	case ns == nil:
		return "", false
	case v.scope.Lab == "":
		return v.namespaceTitle(id), true
	case name == HostName:
		return name, slices.ContainsFunc(ns.Links, func(l dump.Link) bool { return v.hasMark(&l) })
	case name == "":
		return "", false
	}
	if lo := ns.LinkNamed(state.Lo); lo != nil {
		if m, ok := state.ParseNamespaceMark(lo.Alias); ok && m.Lab == v.scope.Lab {
			return m.Node, true
		}
	}
	return "", false
}

// namespaceTitle returns the name of a namespace, or "unnamed-" and its nsid.
func (v *View) namespaceTitle(id int32) string {
	if name := v.names[id]; name != "" {
		return name
	}
	return fmt.Sprintf("unnamed-%d", id)
}

// hasMark reports whether a link's alias marks it as the lab's.
func (v *View) hasMark(l *dump.Link) bool {
	m, ok := state.ParseMark(l.Alias)
	return ok && m.Lab == v.scope.Lab
}

// inScope reports whether a link of a namespace is in scope; nil is not.
func (v *View) inScope(id int32, l *dump.Link) bool {
	if l == nil {
		return false
	}
	if v.scope.Lab != "" && v.names[id] == HostName {
		return v.hasMark(l)
	}
	_, ok := v.node(id)
	return ok
}

// allInScope reports whether the whole namespace is in scope, not only some links.
func (v *View) allInScope(id int32) bool {
	_, ok := v.node(id)
	return ok && (v.scope.Lab == "" || v.names[id] != HostName)
}

// link returns a link, or nil.
func (v *View) link(id int32, index int) *dump.Link {
	return v.wiring.Link(dump.LinkRef{Netns: id, Index: index})
}

// end returns the names of a link and its node.
func (v *View) end(ref dump.LinkRef) *End {
	l := v.wiring.Link(ref)
	if l == nil {
		return nil
	}
	name, ok := v.node(ref.Netns)
	if !ok {
		name = v.namespaceTitle(ref.Netns)
	}
	return &End{Node: name, Interface: l.Name}
}

// Nodes returns the nodes in scope, by name.
func (v *View) Nodes() []Node {
	nodes := []Node{}
	for _, id := range slices.Sorted(maps.Keys(v.wiring.Namespaces)) {
		if name, ok := v.node(id); ok {
			nodes = append(nodes, v.describe(id, name))
		}
	}
	slices.SortStableFunc(nodes, func(a, b Node) int { return state.CompareNames(a.Name, b.Name) })
	return nodes
}

// describe returns the state of a node in scope.
func (v *View) describe(id int32, name string) Node {
	n := Node{ID: id, Name: name, Namespace: v.namespaceName(id), Interfaces: []Interface{}}
	ns := v.wiring.Namespaces[id]
	for i := range ns.Links {
		if v.inScope(id, &ns.Links[i]) {
			n.Interfaces = append(n.Interfaces, v.describeLink(id, &ns.Links[i]))
		}
	}
	if !v.allInScope(id) {
		return n
	}
	for _, r := range routes().sorted(v.tables[id]) {
		n.Routes = append(n.Routes, describeRoute(ns, r))
	}
	for _, e := range neighbours().sorted(v.tables[id]) {
		n.Neighbours = append(n.Neighbours, describeNeighbour(ns, e))
	}
	return n
}

// namespaceName returns a namespace's name, or "" if the node has the same.
func (v *View) namespaceName(id int32) string {
	if v.scope.Lab == "" || v.names[id] == HostName {
		return ""
	}
	return v.names[id]
}

// Snapshot returns the event with all nodes.
func (v *View) Snapshot() Event { return Event{Kind: Snapshot, Nodes: v.Nodes()} }

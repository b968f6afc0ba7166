package live

import (
	"slices"

	"github.com/vethlab/vethlab/internal/dump"
)

// SetNamespace adds a namespace or changes its name; "" for an unnamed one.
type SetNamespace struct {
	Netns int32
	Name  string
	Seen  *dump.Namespace // nil: unchanged
}

func (u SetNamespace) apply(v *View) []Event {
	node, before := v.node(u.Netns)
	if u.Seen != nil && v.wiring.Namespaces[u.Netns] == nil {
		v.wiring.Namespaces[u.Netns] = &dump.Namespace{Links: slices.Clone(u.Seen.Links)}
		v.tables[u.Netns] = newTables(u.Seen)
		v.foreign.begin(u.Netns, u.Seen.Owner, v.entries(u.Netns))
	}
	v.names[u.Netns] = u.Name
	events := v.presence(u.Netns, node, before)
	if u.Seen != nil {
		events = append(events, v.cuts(u.Netns, u.Seen.Cuts)...)
	}
	return events
}

// presence returns the events of a namespace that enters or leaves the scope or becomes
// another node. old and before are what [View.node] returned before the update.
func (v *View) presence(id int32, old string, before bool) []Event {
	node, after := v.node(id)
	if before == after && old == node {
		return nil
	}
	var events []Event
	if before {
		events = append(events, Event{Kind: NodeDeleted, Node: old})
	}
	if after {
		events = append(events, Event{Kind: NodeAdded, Node: node, Nodes: []Node{v.describe(id, node)}})
	}
	return events
}

// DelNamespace deletes a namespace with its links.
type DelNamespace struct{ Netns int32 }

func (u DelNamespace) apply(v *View) []Event {
	node, before := v.node(u.Netns)
	v.foreign.end(u.Netns, v.entries(u.Netns))
	delete(v.wiring.Namespaces, u.Netns)
	delete(v.tables, u.Netns)
	delete(v.names, u.Netns)
	return v.presence(u.Netns, node, before)
}

// SetAll replaces the whole view after lost messages (ENOBUFS).
type SetAll struct{ Now []SetNamespace }

func (u SetAll) apply(v *View) []Event {
	events := []Event{{Kind: Resync}}
	now := map[int32]string{}
	for _, a := range u.Now {
		now[a.Netns] = a.Name
	}
	for id := range v.wiring.Namespaces {
		if name, exists := now[id]; !exists || name != v.names[id] { // the nsid may have been reused
			events = append(events, v.Apply(DelNamespace{id})...)
		}
	}
	slices.SortFunc(events[1:], func(a, b Event) int { return slices.Compare([]string{a.Node}, []string{b.Node}) })
	for _, a := range u.Now {
		known := v.wiring.Namespaces[a.Netns] != nil
		events = append(events, a.apply(v)...)
		if known && a.Seen != nil {
			events = append(events, v.replace(a.Netns, a.Seen)...)
		}
	}
	clear(v.moving)
	return events
}

// replace replaces the contents of a namespace and returns an event per difference.
func (v *View) replace(id int32, seen *dump.Namespace) []Event {
	var events []Event
	for _, l := range slices.Clone(v.wiring.Namespaces[id].Links) {
		if seen.Link(l.Index) == nil {
			events = append(events, v.Apply(DelLink{Netns: id, Index: l.Index})...)
		}
	}
	for _, l := range seen.Links {
		events = append(events, v.Apply(SetLink{id, l})...)
	}
	for _, u := range []Update{
		setEntries[addressKey, dump.Address]{addresses(), id, seen.Addresses},
		SetRoutes(id, seen.Routes),
		setEntries[dump.Rule, dump.Rule]{rules(), id, seen.Rules},
		setEntries[neighbourKey, dump.Neighbour]{neighbours(), id, seen.Neighbours},
	} {
		events = append(events, v.Apply(u)...)
	}
	return events
}

package live

import (
	"slices"

	"github.com/vethlab/vethlab/internal/dump"
)

// Arrived says that a namespace is there. If it was before it has another name
// now; "" is none.
type Arrived struct {
	Netns int32
	Name  string
	Seen  *dump.Namespace // nil: what was seen before
}

func (a Arrived) apply(p *Picture) []Event {
	node, before := p.node(a.Netns)
	if a.Seen != nil && p.wiring.Namespaces[a.Netns] == nil {
		p.wiring.Namespaces[a.Netns] = &dump.Namespace{Links: slices.Clone(a.Seen.Links)}
		p.tables[a.Netns] = newTables(a.Seen)
	}
	p.names[a.Netns] = a.Name
	return p.came(a.Netns, node, before)
}

// came returns the events of a node that has begun or ceased to count, or is
// another: of what it was is given.
func (p *Picture) came(id int32, old string, before bool) []Event {
	node, after := p.node(id)
	if before == after && old == node {
		return nil
	}
	var events []Event
	if before {
		events = append(events, Event{Kind: NodeGone, Node: old})
	}
	if after {
		events = append(events, Event{Kind: NodeAdded, Node: node, Nodes: []Node{p.describe(id, node)}})
	}
	return events
}

// Left says that a namespace is no more, with all that was in it.
type Left struct{ Netns int32 }

func (l Left) apply(p *Picture) []Event {
	node, before := p.node(l.Netns)
	delete(p.wiring.Namespaces, l.Netns)
	delete(p.tables, l.Netns)
	delete(p.names, l.Netns)
	return p.came(l.Netns, node, before)
}

// Lost says that the kernel has told more than could be heard, and what is there
// now.
type Lost struct{ Now []Arrived }

func (l Lost) apply(p *Picture) []Event {
	events := []Event{{Kind: Resync}}
	now := map[int32]string{}
	for _, a := range l.Now {
		now[a.Netns] = a.Name
	}
	for id := range p.wiring.Namespaces {
		if name, still := now[id]; !still || name != p.names[id] { // the number may be another's now
			events = append(events, p.Apply(Left{id})...)
		}
	}
	slices.SortFunc(events[1:], func(a, b Event) int { return slices.Compare([]string{a.Node}, []string{b.Node}) })
	for _, a := range l.Now {
		known := p.wiring.Namespaces[a.Netns] != nil
		events = append(events, a.apply(p)...)
		if known && a.Seen != nil {
			events = append(events, p.become(a.Netns, a.Seen)...)
		}
	}
	clear(p.moving)
	return events
}

// become makes a namespace what was seen of it, as if each change had been told.
func (p *Picture) become(id int32, seen *dump.Namespace) []Event {
	var events []Event
	for _, l := range slices.Clone(p.wiring.Namespaces[id].Links) {
		if seen.Link(l.Index) == nil {
			events = append(events, p.Apply(LinkLost{Netns: id, Index: l.Index})...)
		}
	}
	for _, l := range seen.Links {
		events = append(events, p.Apply(LinkIs{id, l})...)
	}
	for _, u := range []Update{
		entriesAre[addressKey, dump.Address]{addresses(), id, seen.Addresses},
		RoutesAre(id, seen.Routes),
		entriesAre[dump.Rule, dump.Rule]{rules(), id, seen.Rules},
		entriesAre[neighbourKey, dump.Neighbour]{neighbours(), id, seen.Neighbours},
	} {
		events = append(events, p.Apply(u)...)
	}
	return events
}

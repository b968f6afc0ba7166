package live

import (
	"slices"
	"strconv"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/state"
)

// LinkIs says what a link is like now. Numbers of namespaces in it are the
// observer's.
type LinkIs struct {
	Netns int32
	Link  dump.Link
}

func (u LinkIs) apply(p *Picture) []Event {
	ns := p.wiring.Namespaces[u.Netns]
	if ns == nil {
		return nil
	}
	node, before := p.node(u.Netns)
	place := dump.Place{Netns: u.Netns, Index: u.Link.Index}
	old := p.wiring.Link(place)
	if old == nil {
		i, _ := slices.BinarySearchFunc(ns.Links, u.Link.Index, func(l dump.Link, index int) int { return l.Index - index })
		ns.Links = slices.Insert(ns.Links, i, u.Link)
		if m, ok := p.moving[place]; ok {
			return p.arrived(place, m, false)
		}
	} else {
		copied := *old
		old, *p.wiring.Link(place) = &copied, u.Link
	}
	p.introduce(place)
	if whole := p.came(u.Netns, node, before); whole != nil {
		return whole // the mark of the node has changed, or this is the first link of it
	}
	return p.compare(u.Netns, old, p.wiring.Link(place))
}

// introduce lets the other end of a new pair know this one: the kernel tells of the
// first end before there is a second.
func (p *Picture) introduce(place dump.Place) {
	l := p.wiring.Link(place)
	to, ok := l.Leads(place.Netns)
	other := p.wiring.Link(to)
	if !ok || other == nil || other.Kind != l.Kind || other.Parent != 0 || other.ParentNetns != nil {
		return
	}
	if other.Parent = place.Index; to.Netns != place.Netns {
		other.ParentNetns = &place.Netns
	}
}

// compare returns the events that make one link of another; nil: there was none.
func (p *Picture) compare(id int32, old, now *dump.Link) []Event {
	before, after := p.counts(id, old), p.counts(id, now)
	node, _ := p.node(id)
	switch {
	case !before && !after:
		return nil
	case !before:
		link := p.describeLink(id, now)
		return []Event{{Kind: LinkAdded, Node: node, Interface: now.Name, Link: &link}}
	case !after:
		return []Event{{Kind: LinkGone, Node: node, Interface: old.Name}}
	}
	var events []Event
	add := func(e Event) {
		e.Node, e.Interface = node, now.Name
		events = append(events, e)
	}
	if old.Name != now.Name {
		add(Event{Kind: LinkRenamed, Was: old.Name, Now: now.Name})
	}
	for _, c := range p.differences(id, old, now) {
		add(c)
	}
	for _, kind := range switched(old.Flags, now.Flags) {
		add(Event{Kind: kind})
	}
	return events
}

// differences returns what is another about a link.
func (p *Picture) differences(id int32, old, now *dump.Link) []Event {
	var events []Event
	add := func(what, was, is string) {
		if was != is {
			events = append(events, Event{Kind: LinkChanged, What: what, Was: was, Now: is})
		}
	}
	ns := p.wiring.Namespaces[id]
	add("mtu", strconv.Itoa(old.MTU), strconv.Itoa(now.MTU))
	add("mac", old.Address.String(), now.Address.String())
	add(whatMaster, ns.LinkName(old.Master), ns.LinkName(now.Master))
	add("alias", old.Alias, now.Alias)
	return events
}

// switched returns the events that flags amount to. A link that is switched off
// has no carrier, of which nothing is said.
func switched(old, now dump.Flags) []Kind {
	var kinds []Kind
	const working = dump.Up | dump.LowerUp
	switch {
	case now.Has(dump.Up) && !old.Has(dump.Up):
		kinds = append(kinds, LinkUp)
	case !now.Has(dump.Up) && old.Has(dump.Up):
		kinds = append(kinds, LinkDown)
	}
	switch {
	case now.Has(working) && !old.Has(working):
		kinds = append(kinds, CarrierUp)
	case now.Has(dump.Up) && !now.Has(working) && old.Has(working):
		kinds = append(kinds, CarrierDown)
	}
	return kinds
}

// LinkLost says that a link is no more, or that it moves to another namespace. Then
// a LinkIs from there follows, if that namespace is known.
type LinkLost struct {
	Netns int32
	Index int
	To    *dump.Place // nil: it is no more; of number -1: to one that is not known
}

// An arrivingLink is on its way between namespaces.
type arrivingLink struct {
	from    dump.Place
	node    string
	counted bool
	link    dump.Link
}

func (u LinkLost) apply(p *Picture) []Event {
	old := p.link(u.Netns, u.Index)
	if old == nil {
		return nil
	}
	node, before := p.node(u.Netns)
	m := arrivingLink{dump.Place{Netns: u.Netns, Index: u.Index}, node, p.counts(u.Netns, old), *old}
	p.remove(u.Netns, u.Index)
	if u.To != nil && p.wiring.Namespaces[u.To.Netns] != nil {
		if p.wiring.Link(*u.To) != nil { // it was seen there before this was told
			return p.arrived(*u.To, m, true)
		}
		p.moving[*u.To] = m
		return nil
	}
	if _, after := p.node(u.Netns); before && !after { // it was the last that counts
		return []Event{{Kind: NodeGone, Node: node}}
	}
	switch {
	case !m.counted:
		return nil
	case u.To != nil:
		return []Event{{Kind: Moved, Node: node, Interface: m.link.Name}}
	}
	return []Event{{Kind: LinkGone, Node: node, Interface: m.link.Name}}
}

// remove takes a link out of a namespace, with all that goes with it.
func (p *Picture) remove(id int32, index int) {
	ns := p.wiring.Namespaces[id]
	ns.Links = slices.DeleteFunc(ns.Links, func(l dump.Link) bool { return l.Index == index })
	p.tables[id].drop(index)
}

// arrived returns the event of a link that has moved, and makes all links that lead
// to where it was lead to where it is: of this the kernel tells nothing. It may have
// been told already that a link is there.
func (p *Picture) arrived(place dump.Place, m arrivingLink, told bool) []Event {
	delete(p.moving, place)
	for _, q := range p.wiring.Places() {
		l := p.wiring.Link(q)
		if to, ok := l.Leads(q.Netns); ok && to == m.from && q != place {
			l.Parent, l.ParentNetns = place.Index, &place.Netns
			if q.Netns == place.Netns {
				l.ParentNetns = nil
			}
		}
	}
	now := p.wiring.Link(place)
	switch {
	case !m.counted && told:
		return nil
	case !m.counted:
		return p.compare(place.Netns, nil, now)
	case !p.counts(place.Netns, now):
		return []Event{{Kind: Moved, Node: m.node, Interface: m.link.Name}}
	}
	return []Event{{Kind: Moved, Node: m.node, Interface: m.link.Name, To: p.end(place)}}
}

// describeLink says what a link is like.
func (p *Picture) describeLink(id int32, l *dump.Link) Interface {
	ns := p.wiring.Namespaces[id]
	i := Interface{
		Name: l.Name, Type: linkType(l), Index: l.Index, Up: l.Flags.Has(dump.Up), Carrier: l.Flags.Has(dump.Up | dump.LowerUp),
		State: l.OperState, MAC: l.Address.String(), MTU: l.MTU, Master: ns.LinkName(l.Master),
	}
	place := dump.Place{Netns: id, Index: l.Index}
	if peer, ok := p.wiring.Peer(place); ok {
		i.Peer = p.end(peer)
	}
	if below, ok := p.wiring.Below(place); ok {
		i.On = p.end(below)
	}
	i.Addresses = p.tables[id].addressesOf(l.Index)
	return i
}

// whatMaster is what has changed where a link becomes a port of a bridge.
const whatMaster = "master"

// loopback is the type of lo.
const loopback = "loopback"

func linkType(l *dump.Link) string {
	switch {
	case l.Name == state.Lo:
		return loopback
	case l.Kind == "":
		return "device"
	}
	return l.Kind
}

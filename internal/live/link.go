package live

import (
	"slices"
	"strconv"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/state"
)

// SetLink adds or changes a link. The nsids in it are the observer's.
type SetLink struct {
	Netns int32
	Link  dump.Link
}

func (u SetLink) apply(v *View) []Event {
	ns := v.wiring.Namespaces[u.Netns]
	if ns == nil {
		return nil
	}
	node, before := v.node(u.Netns)
	ref := dump.LinkRef{Netns: u.Netns, Index: u.Link.Index}
	old := v.wiring.Link(ref)
	if old == nil {
		if !v.foreign.add(u.Netns, len(ns.Links)) {
			delete(v.moving, ref)
			return v.full(u.Netns, LinkAdded, len(ns.Links))
		}
		i, _ := slices.BinarySearchFunc(ns.Links, u.Link.Index, func(l dump.Link, index int) int { return l.Index - index })
		ns.Links = slices.Insert(ns.Links, i, u.Link)
		if m, ok := v.moving[ref]; ok {
			return v.finishMove(ref, m, false)
		}
	} else {
		copied := *old
		old, *v.wiring.Link(ref) = &copied, u.Link
	}
	v.setPeer(ref)
	if whole := v.presence(u.Netns, node, before); whole != nil {
		return whole // the node's mark changed, or this is its first link in scope
	}
	return v.compare(u.Netns, old, v.wiring.Link(ref))
}

// setPeer sets the peer of a new pair's first end: the kernel reports that end before
// the second one exists.
func (v *View) setPeer(ref dump.LinkRef) {
	l := v.wiring.Link(ref)
	to, ok := l.Target(ref.Netns)
	other := v.wiring.Link(to)
	if !ok || other == nil || other.Kind != l.Kind || other.Parent != 0 || other.ParentNetns != nil {
		return
	}
	if other.Parent = ref.Index; to.Netns != ref.Netns {
		other.ParentNetns = &ref.Netns
	}
}

// compare returns the events between two states of a link; nil is a link that does
// not exist.
func (v *View) compare(id int32, old, now *dump.Link) []Event {
	before, after := v.inScope(id, old), v.inScope(id, now)
	node, _ := v.node(id)
	switch {
	case !before && !after:
		return nil
	case !before:
		link := v.describeLink(id, now)
		return []Event{{Kind: LinkAdded, Node: node, Interface: now.Name, Link: &link}}
	case !after:
		return []Event{{Kind: LinkDeleted, Node: node, Interface: old.Name}}
	}
	var events []Event
	add := func(e Event) {
		e.Node, e.Interface = node, now.Name
		events = append(events, e)
	}
	if old.Name != now.Name {
		add(Event{Kind: LinkRenamed, Was: old.Name, Now: now.Name})
	}
	for _, c := range v.differences(id, old, now) {
		add(c)
	}
	for _, kind := range flagEvents(old.Flags, now.Flags) {
		add(Event{Kind: kind})
	}
	return events
}

// differences returns the events of changed attributes.
func (v *View) differences(id int32, old, now *dump.Link) []Event {
	var events []Event
	add := func(what, was, is string) {
		if was != is {
			events = append(events, Event{Kind: LinkChanged, What: what, Was: was, Now: is})
		}
	}
	ns := v.wiring.Namespaces[id]
	add("mtu", strconv.Itoa(old.MTU), strconv.Itoa(now.MTU))
	add("mac", old.Address.String(), now.Address.String())
	add(whatMaster, ns.LinkName(old.Master), ns.LinkName(now.Master))
	add("alias", old.Alias, now.Alias)
	return events
}

// flagEvents returns the events of changed flags. A link that goes down loses its
// carrier too, without an event of its own.
func flagEvents(old, now dump.Flags) []Kind {
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

// DelLink deletes a link, or takes it out of a namespace that it leaves. In the second
// case a SetLink from the new namespace follows, if that one is known.
type DelLink struct {
	Netns int32
	Index int
	To    *dump.LinkRef // nil: deleted; nsid -1: moved to an unknown namespace
}

// A movingLink has left one namespace and is not reported in the next yet.
type movingLink struct {
	from    dump.LinkRef
	node    string
	inScope bool
	link    dump.Link
}

func (u DelLink) apply(v *View) []Event {
	old := v.link(u.Netns, u.Index)
	if old == nil {
		return nil
	}
	node, before := v.node(u.Netns)
	m := movingLink{dump.LinkRef{Netns: u.Netns, Index: u.Index}, node, v.inScope(u.Netns, old), *old}
	v.remove(u.Netns, u.Index)
	if u.To != nil && v.wiring.Namespaces[u.To.Netns] != nil {
		if v.wiring.Link(*u.To) != nil { // it was reported there first
			return v.finishMove(*u.To, m, true)
		}
		v.moving[*u.To] = m
		return nil
	}
	if _, after := v.node(u.Netns); before && !after { // the node's last link in scope
		return []Event{{Kind: NodeDeleted, Node: node}}
	}
	switch {
	case !m.inScope:
		return nil
	case u.To != nil:
		return []Event{{Kind: Moved, Node: node, Interface: m.link.Name}}
	}
	return []Event{{Kind: LinkDeleted, Node: node, Interface: m.link.Name}}
}

// remove deletes a link with its addresses and neighbours.
func (v *View) remove(id int32, index int) {
	ns, before := v.wiring.Namespaces[id], v.entries(id)
	ns.Links = slices.DeleteFunc(ns.Links, func(l dump.Link) bool { return l.Index == index })
	v.tables[id].drop(index)
	v.foreign.remove(id, before-v.entries(id))
}

// finishMove returns the event of a moved link and updates the links that refer to it
// (peers, upper devices): the kernel does not report that change. With reported, the
// link was reported in its new namespace before.
func (v *View) finishMove(ref dump.LinkRef, m movingLink, reported bool) []Event {
	delete(v.moving, ref)
	for _, q := range v.wiring.LinkRefs() {
		l := v.wiring.Link(q)
		if to, ok := l.Target(q.Netns); ok && to == m.from && q != ref {
			l.Parent, l.ParentNetns = ref.Index, &ref.Netns
			if q.Netns == ref.Netns {
				l.ParentNetns = nil
			}
		}
	}
	now := v.wiring.Link(ref)
	switch {
	case !m.inScope && reported:
		return nil
	case !m.inScope:
		return v.compare(ref.Netns, nil, now)
	case !v.inScope(ref.Netns, now):
		return []Event{{Kind: Moved, Node: m.node, Interface: m.link.Name}}
	}
	return []Event{{Kind: Moved, Node: m.node, Interface: m.link.Name, To: v.end(ref)}}
}

// describeLink returns a link with names in place of indexes.
func (v *View) describeLink(id int32, l *dump.Link) Interface {
	ns := v.wiring.Namespaces[id]
	i := Interface{
		Name: l.Name, Type: linkType(l), Index: l.Index, Up: l.Flags.Has(dump.Up), Carrier: l.Flags.Has(dump.Up | dump.LowerUp),
		State: l.State(), MAC: l.Address.String(), MTU: l.MTU, Master: ns.LinkName(l.Master),
	}
	ref := dump.LinkRef{Netns: id, Index: l.Index}
	if peer, ok := v.wiring.Peer(ref); ok {
		i.Peer = v.end(peer)
	}
	if lower, ok := v.wiring.Lower(ref); ok {
		i.On = v.end(lower)
	}
	i.Addresses = v.tables[id].addressesOf(l.Index)
	return i
}

// whatMaster is Event.What of a link that becomes or ceases to be a port.
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

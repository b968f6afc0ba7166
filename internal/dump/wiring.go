package dump

import (
	"cmp"
	"maps"
	"slices"
)

// A Wiring is what several namespaces show to one observer, who has a number for
// each. All numbers of namespaces in it are the observer's, ParentNetns of the
// links too; so a number and an index say which link is meant.
type Wiring struct {
	// Namespaces holds those that could be read, with their links and
	// addresses; all else is left out.
	Namespaces map[int32]*Namespace

	// Hidden are the numbers of namespaces that nobody told the observer of:
	// links lead there.
	Hidden []int32

	// Closed says why the others could not be read.
	Closed map[int32]error
}

// A Place is a link of a Wiring.
type Place struct {
	Netns int32 // the observer's number of its namespace
	Index int
}

// Compare orders places by namespace and index.
func (p Place) Compare(q Place) int {
	return cmp.Or(cmp.Compare(p.Netns, q.Netns), cmp.Compare(p.Index, q.Index))
}

// Link returns the link of a place, or nil.
func (w *Wiring) Link(p Place) *Link {
	ns := w.Namespaces[p.Netns]
	if ns == nil {
		return nil
	}
	i, found := slices.BinarySearchFunc(ns.Links, p.Index, func(l Link, index int) int { return l.Index - index })
	if !found {
		return nil
	}
	return &ns.Links[i]
}

// paired reports whether links of a kind come in pairs, each leading to the other.
func paired(kind string) bool { return kind == "veth" || kind == "netkit" || kind == "vxcan" }

// Leads returns the place that a link says it leads to or stands on, seen or not:
// the peer of a veth, what a VLAN or a macvlan is on, what a VXLAN or a tunnel
// sends by. False: there is none.
func (l *Link) Leads(from int32) (Place, bool) {
	p := Place{from, l.Parent}
	if l.ParentNetns != nil {
		p.Netns = *l.ParentNetns
	}
	switch info := l.Info.(type) {
	case VXLAN:
		p.Index = info.Device
	default:
		// Linux before 5.12 does not say the index where it is the link's own.
		if p.Index == 0 && l.ParentNetns != nil && paired(l.Kind) {
			p.Index = l.Index
		}
	}
	return p, p.Index != 0 && (l.ParentNetns != nil || p.Index != l.Index)
}

// Peer returns the other end of a link that is one of a pair. False: it is none,
// or the other end was not seen.
func (w *Wiring) Peer(p Place) (Place, bool) {
	l := w.Link(p)
	if l == nil || !paired(l.Kind) {
		return Place{}, false
	}
	to, ok := l.Leads(p.Netns)
	other := w.Link(to)
	if !ok || other == nil || to == p || other.Kind != l.Kind {
		return Place{}, false
	}
	back, ok := other.Leads(to.Netns)
	return to, ok && back == p
}

// Below returns the link that another stands on: of a VLAN, a macvlan, a VXLAN or
// a tunnel. False: it stands on none that was seen.
func (w *Wiring) Below(p Place) (Place, bool) {
	l := w.Link(p)
	if l == nil || paired(l.Kind) {
		return Place{}, false
	}
	to, ok := l.Leads(p.Netns)
	return to, ok && w.Link(to) != nil
}

// Places returns all links, by namespace and index.
func (w *Wiring) Places() []Place {
	var places []Place
	for _, id := range slices.Sorted(maps.Keys(w.Namespaces)) {
		for i := range w.Namespaces[id].Links {
			places = append(places, Place{id, w.Namespaces[id].Links[i].Index})
		}
	}
	return places
}

// Pairs returns every pair of links once, in order.
func (w *Wiring) Pairs() [][2]Place {
	var pairs [][2]Place
	for _, p := range w.Places() {
		if peer, ok := w.Peer(p); ok && p.Compare(peer) < 0 {
			pairs = append(pairs, [2]Place{p, peer})
		}
	}
	return pairs
}

// Unread returns the numbers that links of a namespace lead to and that have not
// been tried yet, each once.
func (w *Wiring) Unread(ns *Namespace) []int32 {
	var ids []int32
	for i := range ns.Links {
		id := ns.Links[i].ParentNetns
		if id == nil || *id < 0 || w.Namespaces[*id] != nil || w.Closed[*id] != nil || slices.Contains(ids, *id) {
			continue
		}
		ids = append(ids, *id)
	}
	return ids
}

// Torn returns the namespaces that do not fit together as they were read: a link
// leads to one that is not there, or that leads elsewhere. Something has moved
// meanwhile.
func (w *Wiring) Torn() []int32 {
	torn := map[int32]bool{}
	for _, p := range w.Places() {
		to, ok := w.Link(p).Leads(p.Netns)
		if !ok || w.Namespaces[to.Netns] == nil { // closed, or it goes
			continue
		}
		if paired(w.Link(p).Kind) {
			_, ok = w.Peer(p)
		} else {
			ok = w.Link(to) != nil
		}
		if !ok {
			torn[p.Netns], torn[to.Netns] = true, true
		}
	}
	return slices.Sorted(maps.Keys(torn))
}

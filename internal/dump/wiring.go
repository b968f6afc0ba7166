package dump

import (
	"cmp"
	"maps"
	"slices"
)

// A Wiring is the links of several namespaces, by the nsids of one observer
// namespace. ParentNetns of the links is an nsid of the observer too, so an nsid and
// an index identify a link.
type Wiring struct {
	// Namespaces holds the readable namespaces, with links and addresses only.
	Namespaces map[int32]*Namespace

	// Hidden are the nsids that only occur as a link's ParentNetns: the observer
	// was not given these namespaces.
	Hidden []int32

	// Unreadable holds the errors of namespaces that could not be read.
	Unreadable map[int32]error
}

// A LinkRef identifies a link of a Wiring.
type LinkRef struct {
	Netns int32 // the observer's nsid
	Index int
}

// Compare orders by namespace and index.
func (p LinkRef) Compare(q LinkRef) int {
	return cmp.Or(cmp.Compare(p.Netns, q.Netns), cmp.Compare(p.Index, q.Index))
}

// Link returns the link, or nil.
func (w *Wiring) Link(p LinkRef) *Link {
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

// Target returns the link that IFLA_LINK refers to, read or not: the peer of a veth,
// the lower device of a VLAN, macvlan, VXLAN or tunnel. from is the nsid of the link's
// namespace. It returns false if there is none.
func (l *Link) Target(from int32) (LinkRef, bool) {
	p := LinkRef{from, l.Parent}
	if l.ParentNetns != nil {
		p.Netns = *l.ParentNetns
	}
	if device := kinds[l.Kind].device; device != nil {
		p.Index = device(l.Info)
	}
	// Before Linux 5.12 the kernel omits IFLA_LINK if it equals the link's index.
	if p.Index == 0 && l.ParentNetns != nil && l.Paired() {
		p.Index = l.Index
	}
	return p, p.Index != 0 && (l.ParentNetns != nil || p.Index != l.Index)
}

// Peer returns the peer of a link. It returns false if the link has none, or the peer
// was not read.
func (w *Wiring) Peer(p LinkRef) (LinkRef, bool) {
	l := w.Link(p)
	if l == nil || !l.Paired() {
		return LinkRef{}, false
	}
	to, ok := l.Target(p.Netns)
	other := w.Link(to)
	if !ok || other == nil || to == p || other.Kind != l.Kind {
		return LinkRef{}, false
	}
	back, ok := other.Target(to.Netns)
	return to, ok && back == p
}

// Lower returns the lower device of a VLAN, macvlan, VXLAN or tunnel. It returns false
// if the link has none, or it was not read.
func (w *Wiring) Lower(p LinkRef) (LinkRef, bool) {
	l := w.Link(p)
	if l == nil || l.Paired() {
		return LinkRef{}, false
	}
	to, ok := l.Target(p.Netns)
	return to, ok && w.Link(to) != nil
}

// LinkRefs returns all links, by namespace and index.
func (w *Wiring) LinkRefs() []LinkRef {
	var refs []LinkRef
	for _, id := range slices.Sorted(maps.Keys(w.Namespaces)) {
		for i := range w.Namespaces[id].Links {
			refs = append(refs, LinkRef{id, w.Namespaces[id].Links[i].Index})
		}
	}
	return refs
}

// Pairs returns every pair of links once, in order.
func (w *Wiring) Pairs() [][2]LinkRef {
	var pairs [][2]LinkRef
	for _, p := range w.LinkRefs() {
		if peer, ok := w.Peer(p); ok && p.Compare(peer) < 0 {
			pairs = append(pairs, [2]LinkRef{p, peer})
		}
	}
	return pairs
}

// Unread returns the nsids that links of a namespace refer to and that are neither in
// Namespaces nor in Unreadable, each once.
func (w *Wiring) Unread(ns *Namespace) []int32 {
	var ids []int32
	for i := range ns.Links {
		id := ns.Links[i].ParentNetns
		if id == nil || *id < 0 || w.Namespaces[*id] != nil || w.Unreadable[*id] != nil || slices.Contains(ids, *id) {
			continue
		}
		ids = append(ids, *id)
	}
	return ids
}

// Inconsistent returns the nsids of namespaces that changed between their reads: a
// link refers to a link that is missing, or whose peer is another.
func (w *Wiring) Inconsistent() []int32 {
	changed := map[int32]bool{}
	for _, p := range w.LinkRefs() {
		to, ok := w.Link(p).Target(p.Netns)
		if !ok || w.Namespaces[to.Netns] == nil { // unreadable, or being deleted
			continue
		}
		if w.Link(p).Paired() {
			_, ok = w.Peer(p)
		} else {
			ok = w.Link(to) != nil
		}
		if !ok {
			changed[p.Netns], changed[to.Netns] = true, true
		}
	}
	return slices.Sorted(maps.Keys(changed))
}

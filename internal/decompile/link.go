package decompile

import (
	"fmt"
	"slices"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// links writes the cables, after [writer.dropUnsupported].
func (w *writer) links() []topo.Link {
	var ends []state.Endpoint
	for _, name := range w.order() {
		ns := w.state.Namespaces[name]
		for _, link := range w.linkOrder(ns) {
			ends = append(ends, state.Endpoint{Namespace: name, Link: link})
		}
	}
	slices.SortStableFunc(ends, func(a, b state.Endpoint) int { return w.rank(a) - w.rank(b) })
	var links []topo.Link
	done := map[state.Endpoint]bool{}
	for _, e := range ends {
		peer, ok := w.state.Link(e).Peer()
		if !ok || done[e] {
			continue
		}
		done[e], done[peer] = true, true
		links = append(links, w.link(e, peer))
	}
	return links
}

// ranksOf returns the first index of each Endpoint.
func ranksOf(order []state.Endpoint) map[state.Endpoint]int {
	ranks := make(map[state.Endpoint]int, len(order))
	for i, e := range slices.Backward(order) {
		ranks[e] = i
	}
	return ranks
}

func (w *writer) rank(e state.Endpoint) int {
	if i, ok := w.ranks[e]; ok {
		return i
	}
	return len(w.options.Order)
}

func (w *writer) link(a, b state.Endpoint) topo.Link {
	pos := w.at(origin{at: a})
	l := topo.Link{
		Endpoints: [2]topo.Endpoint{
			{Node: w.nodes[a.Namespace], Interface: a.Link, Pos: pos},
			{Node: w.nodes[b.Namespace], Interface: b.Link, Pos: pos},
		},
		Pos: pos,
	}
	if x, y := w.state.Link(a), w.state.Link(b); x.MTU == y.MTU {
		l.MTU = w.mtu(x.MTU, state.DefaultMTU)
	}
	return l
}

// dropUnsupported removes links of kinds that labs do not have, and veths without a
// peer in the State that names them as its peer: a namespace with two names, or one
// that changed while it was read, has such ends.
func (w *writer) dropUnsupported() {
	for _, name := range w.state.Names() {
		ns := w.state.Namespaces[name]
		for _, link := range ns.LinkNames() {
			at, l := state.Endpoint{Namespace: name, Link: link}, ns.Links[link]
			if l == nil { // removed with its lower device
				continue
			}
			peer, paired := l.Peer()
			switch {
			case link == state.Lo:
			case paired && !w.mutual(at, peer):
				w.dropLink(at, "its peer is in none of these namespaces")
			case !w.hasLowers(l):
				w.dropLink(at, "its lower device is in none of these namespaces")
			case !paired && linkKinds()[l.KindName()].write == nil:
				w.dropLink(at, "a lab file has no links of the kind "+kindOrDevice(l.KindName()))
			}
		}
	}
}

// hasLowers reports whether the State has all lower devices of a link.
func (w *writer) hasLowers(l *state.Link) bool {
	return l.Kind == nil || !slices.ContainsFunc(l.Kind.Lower(), func(e state.Endpoint) bool { return w.state.Link(e) == nil })
}

// lower returns how a file names the lower device of a link in a namespace.
func (w *writer) lower(ns *state.Namespace, e state.Endpoint) string {
	if e.Namespace == ns.Name {
		return e.Link
	}
	return topo.Endpoint{Node: w.nodes[e.Namespace], Interface: e.Link}.String()
}

// mutual reports whether a has b for a peer that has a for its own.
func (w *writer) mutual(a, b state.Endpoint) bool { return a != b && w.pointsTo(b, a) }

// pointsTo reports whether the link at a exists and has the peer b.
func (w *writer) pointsTo(a, b state.Endpoint) bool {
	l := w.state.Link(a)
	if l == nil {
		return false
	}
	peer, ok := l.Peer()
	return ok && peer == b
}

func kindOrDevice(kind string) string {
	if kind == "" {
		return "of a device"
	}
	return kind
}

// dropLink removes a link from the State, with the routes through it and its peer.
func (w *writer) dropLink(at state.Endpoint, why string) {
	l := w.state.Link(at)
	if l == nil {
		return
	}
	w.lose(at, "", why)
	ns := w.state.Namespaces[at.Namespace]
	delete(ns.Links, at.Link)
	ns.Routes = slices.DeleteFunc(ns.Routes, func(r state.Route) bool { return r.Dev == at.Link })
	for _, port := range ns.Links {
		if port.Master == at.Link {
			port.Master = ""
		}
	}
	if peer, ok := l.Peer(); ok && w.pointsTo(peer, at) {
		w.dropLink(peer, why)
	}
	for _, upper := range w.state.Uppers(at) {
		w.dropLink(upper, fmt.Sprintf("its lower device %s is not in the file", at))
	}
}

// Package draw makes pictures of a lab for the terminal, with box-drawing
// characters that are all one column wide. It is pure, and the same State gives
// the same bytes.
//
// Two nodes, or a row of them, are boxes with their cables between; anything
// else is a tree of cables that grows from the node with the most.
package draw

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// DefaultWidth is how many columns a picture may take where nothing is known
// of the terminal.
const DefaultWidth = 100

// Text draws a lab at most width columns wide, as far as names allow it.
func Text(s *state.State, width int) string {
	var pictures []string
	for _, part := range partsOf(newGraph(s)) {
		picture, ok := drawRow(part, width)
		if !ok {
			picture = drawTree(part)
		}
		pictures = append(pictures, picture)
	}
	return strings.Join(pictures, "\n")
}

// A node is a namespace of the picture.
type node struct {
	title string
	ports []*port // the ends of its cables, by name
}

// A port is one end of a cable.
type port struct {
	node      *node
	name      string
	addresses []string
	up        bool
	peer      *port
}

// newGraph makes nodes and ports of namespaces and veth pairs, in the order of
// their names.
func newGraph(s *state.State) []*node {
	var nodes []*node
	byEnd := map[state.Endpoint]*port{}
	for _, name := range s.Names() {
		ns := s.Namespaces[name]
		n := &node{title: title(ns)}
		for _, link := range ns.LinkNames() {
			l := ns.Links[link]
			if _, ok := l.Peer(); !ok {
				continue
			}
			p := &port{node: n, name: link, addresses: addressesOf(l), up: l.Up}
			n.ports = append(n.ports, p)
			byEnd[state.Endpoint{Namespace: name, Link: link}] = p
		}
		nodes = append(nodes, n)
	}
	for e, p := range byEnd {
		peer, _ := s.Link(e).Peer()
		p.peer = byEnd[peer]
	}
	for _, n := range nodes { // a cable that leads out of the lab is not drawn
		n.ports = slices.DeleteFunc(n.ports, func(p *port) bool { return p.peer == nil })
	}
	return nodes
}

// title returns a node's name and what it is, where it is no plain host.
func title(ns *state.Namespace) string {
	name := ns.Mark().Node
	switch {
	case ns.Name == state.Host:
		return topo.HostNode
	case name == "":
		name = ns.Name
	}
	for _, l := range ns.Links {
		if _, ok := l.Kind.(state.Bridge); ok {
			return name + " (switch)"
		}
	}
	if ns.Sysctls[state.ForwardIPv4] == "1" {
		return name + " (router)"
	}
	return name
}

// partsOf divides nodes into those that are joined by cables, in their order.
func partsOf(nodes []*node) [][]*node {
	var parts [][]*node
	seen := map[*node]bool{}
	for _, n := range nodes {
		if seen[n] {
			continue
		}
		seen[n] = true
		part := []*node{n}
		for i := 0; i < len(part); i++ {
			for _, p := range part[i].ports {
				if other := p.peer.node; !seen[other] {
					seen[other] = true
					part = append(part, other)
				}
			}
		}
		parts = append(parts, part)
	}
	return parts
}

// columns returns how wide a text is.
func columns(s string) int { return utf8.RuneCountInString(s) }

// pad fills a text up to a width.
func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-columns(s)))
}

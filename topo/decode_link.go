package topo

import (
	"strings"

	"go.yaml.in/yaml/v4"
)

func (d *decoder) links(v value) []Link {
	var ls []Link
	if d.tooMany(v, len(v.node.Content), MaxLinks, "links") {
		return nil
	}
	for _, item := range d.list(v, "a list of links") {
		ls = append(ls, d.link(item))
	}
	return ls
}

// link reads [a, b], [a, b, {…}] or {endpoints: [a, b], …}.
func (d *decoder) link(v value) Link {
	l, path := Link{Pos: d.pos(v.node)}, v.path
	settings := fields{
		"mtu":    func(v value) { l.MTU = d.integer(v) },
		"subnet": func(v value) { l.Subnet = d.subnets(v) },
	}
	switch v.node.Kind {
	case yaml.SequenceNode:
		ends := v.node.Content
		if len(ends) == 3 {
			d.object(d.value(ends[2], v.path), "a link's settings", settings)
			d.places[v.path] = l.Pos
			ends = ends[:2]
		}
		d.endpoints(&l, v, ends)
	case yaml.MappingNode:
		given := false
		settings["endpoints"] = func(v value) {
			given = true
			if v.node.Kind != yaml.SequenceNode {
				d.unexpected(v, "the two endpoints of a link")
				d.noEnds(&l, value{v.node, path})
				return
			}
			d.endpoints(&l, value{v.node, path}, v.node.Content)
		}
		d.object(v, "a link", settings)
		if !given && !d.unread.has(v.path) {
			d.noEnds(&l, v)
			d.fail(l.Pos, "write endpoints: [a, b]", "%s: a link needs endpoints", v.path)
		}
	default:
		d.noEnds(&l, v)
		d.failAt(v, "a link is written as [a, b]", "%s: want a link, found %s", v.path, describe(v.node))
	}
	return l
}

// noEnds sets both ends of a link that could not be read.
func (d *decoder) noEnds(l *Link, v value) {
	found := v.node
	if found.Kind != yaml.ScalarNode || isNull(found) {
		found = nil
	}
	l.Endpoints[0] = d.unreadEnd(endpointPath(v.path, 0), found, d.pos(v.node))
	l.Endpoints[1] = d.unreadEnd(endpointPath(v.path, 1), nil, d.pos(v.node))
}

func (d *decoder) endpoints(l *Link, v value, ends []*yaml.Node) {
	if len(ends) != 2 {
		d.fail(d.pos(v.node), "a link is written as [a, b], or [a, b, {mtu: 1400}]",
			"%s: a link has two endpoints, found %d", v.path, len(ends))
		for side := len(ends); side < 2; side++ {
			l.Endpoints[side] = d.unreadEnd(endpointPath(v.path, side), nil, d.pos(v.node))
		}
		d.mention(v.node)
	}
	for i, n := range ends[:min(len(ends), 2)] {
		item := d.value(n, endpointPath(v.path, i))
		s, ok := d.text(item, `an endpoint such as "node" or "node:interface"`)
		if !ok {
			l.Endpoints[i] = d.unreadEnd(item.path, n, d.pos(item.node))
			continue
		}
		e, ok := parseEndpoint(s)
		e.Pos = d.pos(item.node)
		if !ok {
			d.fail(e.Pos, `an endpoint is written as "node" or "node:interface"`, "%q is not an endpoint", s)
			e = d.unreadEnd(item.path, n, e.Pos)
		}
		l.Endpoints[i] = e
	}
}

// parseEndpoint reads "node" or "node:interface".
func parseEndpoint(s string) (Endpoint, bool) {
	node, iface, colon := strings.Cut(s, ":")
	return Endpoint{Node: node, Interface: iface}, node != "" && colon == (iface != "")
}

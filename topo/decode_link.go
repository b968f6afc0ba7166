package topo

import (
	"strings"

	"go.yaml.in/yaml/v4"
)

func (d *decoder) links(v value) []Link {
	var ls []Link
	for _, item := range d.list(v, "a list of links") {
		ls = append(ls, d.link(item))
	}
	return ls
}

// link reads [a, b], [a, b, {…}] or {endpoints: [a, b], …}.
func (d *decoder) link(v value) Link {
	l := Link{Pos: d.pos(v.node)}
	settings := fields{
		"mtu":    func(v value) { l.MTU = d.integer(v) },
		"subnet": func(v value) { l.Subnet = d.subnets(v) },
	}
	switch v.node.Kind {
	case yaml.SequenceNode:
		items := d.list(v, "a link")
		if len(items) == 3 {
			d.object(items[2], "what a link is like", settings)
			items = items[:2]
		}
		d.endpoints(&l, v, items)
	case yaml.MappingNode:
		given := false
		settings["endpoints"] = func(v value) {
			given = true
			d.endpoints(&l, v, d.list(v, "the two endpoints of a link"))
		}
		d.object(v, "a link", settings)
		if !given {
			d.fail(l.Pos, "write endpoints: [a, b]", "%s: a link needs endpoints", v.path)
		}
	default:
		d.fail(l.Pos, "a link is written as [a, b]", "%s: want a link, found %s", v.path, describe(v.node))
	}
	return l
}

func (d *decoder) endpoints(l *Link, v value, items []value) {
	if len(items) != 2 {
		d.fail(d.pos(v.node), "a link is written as [a, b], or [a, b, {mtu: 1400}]",
			"%s: a link has two endpoints, found %d", v.path, len(items))
		return
	}
	for i, item := range items {
		s, ok := d.text(item, `an endpoint such as "node" or "node:interface"`)
		if !ok {
			continue
		}
		e, ok := parseEndpoint(s)
		e.Pos = d.pos(item.node)
		if !ok {
			d.fail(e.Pos, `an endpoint is written as "node" or "node:interface"`, "%q is not an endpoint", s)
		}
		l.Endpoints[i] = e
	}
}

// parseEndpoint reads "node" or "node:interface".
func parseEndpoint(s string) (Endpoint, bool) {
	node, iface, colon := strings.Cut(s, ":")
	return Endpoint{Node: node, Interface: iface}, node != "" && colon == (iface != "")
}

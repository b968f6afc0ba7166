package topo

import (
	"strings"

	"go.yaml.in/yaml/v4"
)

// topology reads the whole file.
func (d *decoder) topology(doc *yaml.Node) *Topology {
	root := doc
	if doc.Kind == yaml.DocumentNode {
		root = doc.Content[0]
	}
	v := d.value(root, "")
	t := &Topology{Pos: d.pos(root)}
	if v.node.Kind != yaml.MappingNode {
		d.failAt(v, "a lab file has keys: nodes, links, tests …", "want a lab, found %s", describe(v.node))
		return t
	}
	known := fields{
		"name":       func(v value) { d.apart(func() { t.Name, _ = d.text(v, "a name") }) },
		"prefix":     func(v value) { d.apart(func() { t.Prefix = d.prefix(v) }) },
		"addressing": func(v value) { t.Addressing = d.addressing(v) },
		"routing":    func(v value) { t.Routing = Routing(d.word(v, "auto or none")) },
		"nodes":      func(v value) { t.Nodes = d.nodes(v) },
		"links":      func(v value) { t.Links = d.links(v) },
		"tests":      func(v value) { d.apart(func() { t.Tests = d.tests(v) }) },
	}
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		if key := keyName(v.node.Content[i]); strings.HasPrefix(key, "x-") {
			known[key] = func(value) {}
		}
	}
	d.object(v, "a lab", known)
	if t.Name == "" && d.places["name"].IsValid() && !d.unread.has("name") {
		d.apart(func() {
			d.fail(d.places["name"], "leave the key out to name the lab after its file", "a lab's name must not be empty")
		})
	}
	return t
}

func (d *decoder) prefix(v value) *string {
	s, ok := d.text(v, "a prefix for the names of namespaces")
	if !ok {
		return nil
	}
	return &s
}

// word reads a word that must not be empty. The checker compares it with the known
// words.
func (d *decoder) word(v value, want string) string {
	s, ok := d.text(v, want)
	if ok && s == "" {
		d.unexpected(v, want)
	}
	return s
}

func (d *decoder) addressing(v value) Addressing {
	a := Addressing{Pos: d.pos(v.node)}
	d.object(v, "addressing", fields{
		"ipv4": func(v value) { a.IPv4 = d.pool(v) },
		"ipv6": func(v value) { a.IPv6 = d.pool(v) },
	})
	return a
}

func (d *decoder) pool(v value) Pool {
	s, ok := d.text(v, "a prefix or none")
	if !ok {
		return Pool{}
	}
	if s == "none" {
		return Pool{None: true}
	}
	p, hint, err := parseSubnet(s)
	if err != nil {
		d.failAt(v, hint, "%s", err)
	}
	return Pool{Prefix: p}
}

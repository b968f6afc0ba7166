package topo

import (
	"net/netip"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

func (d *decoder) nodes(v value) Nodes {
	var ns Nodes
	if d.tooMany(v, len(v.node.Content)/2, MaxNodes, "nodes") {
		return nil
	}
	for _, e := range d.entries(v, "a mapping from names to nodes") {
		n := Node{Name: e.key, Pos: e.pos}
		d.places[e.value.path] = e.pos // mistakes are reported at the name
		d.object(e.value, "a node", fields{
			"kind":       func(v value) { n.Kind = Kind(d.word(v, "host, router or switch")) },
			"group":      func(v value) { d.apart(func() { n.Group = d.names(v, "a group or a list of them") }) },
			"interfaces": func(v value) { n.Interfaces = d.interfaces(v) },
			"routes":     func(v value) { d.apart(func() { n.Routes = d.routes(v) }) },
			"sysctls":    func(v value) { n.Sysctls, n.SysctlPos = d.sysctls(v) },
			"nftables":   func(v value) { d.apart(func() { n.Nftables = d.lines(v, "tables as nft list ruleset prints them") }) },
			"subnet":     func(v value) { n.Subnet = d.subnets(v) },
		})
		path := e.value.path
		d.unread.groups = d.unread.groups || d.unread.has(path) || d.unread.partly(path+".group")
		ns = append(ns, n)
	}
	return ns
}

func (d *decoder) interfaces(v value) Interfaces {
	var is Interfaces
	if d.tooMany(v, len(v.node.Content)/2, MaxInterfaces, "interfaces of a node") {
		return nil
	}
	for _, e := range d.entries(v, "a mapping from names to interfaces") {
		i := Interface{Name: e.key, Pos: e.pos}
		d.places[e.value.path] = e.pos
		if e.value.node.Kind == yaml.MappingNode {
			known := fields{}
			for _, p := range attributes() {
				known[p.key] = func(v value) { p.read(d, &i, v) }
			}
			d.kindFields(known, &i)
			d.object(e.value, "an interface", known)
		} else {
			i.Addresses = d.addresses(d.value(e.value.node, e.value.path+".addresses"))
		}
		is = append(is, i)
	}
	return is
}

// addresses reads an address or a list of them. Null is nil: compile assigns
// addresses. An empty list is not nil: the interface has none.
func (d *decoder) addresses(v value) []netip.Prefix {
	if isNull(v.node) {
		return nil
	}
	ps := d.prefixes(v, parseAddress)
	if ps == nil {
		ps = []netip.Prefix{}
	}
	return ps
}

func (d *decoder) mac(v value) MAC {
	s, ok := d.text(v, "a MAC address")
	if !ok {
		return MAC{}
	}
	mac, err := ParseMAC(s)
	switch {
	case err != nil:
		d.failAt(v, "", "%s", err)
	case mac.IsZero():
		d.failAt(v, "leave it out for an automatic one", "MAC address %s is all zeros", s)
	}
	return mac
}

// switchWords are what people write for 1 and 0. No sysctl of the network has such a value.
var switchWords = regexp.MustCompile(`(?i)^(?:true|false|yes|no|on|off|enabled?|disabled?)$`)

// sysctls reads sysctls. A value is text or a number; true, yes and on are mistakes,
// since the kernel wants 1 and 0.
func (d *decoder) sysctls(v value) (settings map[string]string, places map[string]Pos) {
	for _, e := range d.entries(v, "a mapping from sysctl keys to values") {
		s, ok := d.text(e.value, "a value")
		if ok && switchWords.MatchString(strings.TrimSpace(s)) {
			d.failAt(e.value, "the kernel wants 1 or 0", "sysctl %s: %s is not a value", e.key, s)
			ok = false
		}
		if !ok {
			s = "1" // for the checks of the key
		}
		if settings == nil {
			settings, places = make(map[string]string), make(map[string]Pos)
		}
		settings[e.key], places[e.key] = s, e.pos
	}
	return settings, places
}

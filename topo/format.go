package topo

import (
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Format returns the lab as the text of a file, in short forms where there are
// any. [Parse] makes an equal Topology of it, except for the places.
func (t *Topology) Format() []byte {
	var b strings.Builder
	t.tree().block(&b, 0)
	return []byte(b.String())
}

// A tree is a piece of a file: a scalar, a list or a mapping.
type tree struct {
	text string // of a scalar
	list []tree
	keys []string // of a mapping; its values are in list
	kind treeKind
}

type treeKind int

const (
	scalar treeKind = iota
	list
	mapping
)

// add puts a key into a mapping.
func (t *tree) add(key string, v tree) {
	t.keys = append(t.keys, quote(key))
	t.list = append(t.list, v)
}

// addText puts a scalar into a mapping unless it is empty.
func (t *tree) addText(key, s string) {
	if s != "" {
		t.add(key, text(s))
	}
}

// addNumber puts a number into a mapping unless it is zero.
func (t *tree) addNumber(key string, n int) {
	if n != 0 {
		t.add(key, text(strconv.Itoa(n)))
	}
}

// addList puts a list into a mapping unless it is empty.
func (t *tree) addList(key string, items []tree) {
	if len(items) > 0 {
		t.add(key, tree{kind: list, list: items})
	}
}

// addSubnets puts a prefix or several into a mapping.
func (t *tree) addSubnets(ps []netip.Prefix) {
	if len(ps) > 0 {
		t.add("subnet", prefixes(ps))
	}
}

func text(s string) tree { return tree{text: quote(s)} }

// prefixes returns one prefix as it is and any other number as a list.
func prefixes(ps []netip.Prefix) tree {
	if len(ps) == 1 {
		return text(ps[0].String())
	}
	t := tree{kind: list}
	for _, p := range ps {
		t.list = append(t.list, text(p.String()))
	}
	return t
}

// plain matches text that means itself in YAML wherever it stands; notText
// matches what would be null or a truth value.
var (
	plain   = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9_./+@:-]*[A-Za-z0-9_./+@-])?$`)
	notText = regexp.MustCompile(`^(?i:null|true|false|yes|no|on|off|y|n)$`)
)

func quote(s string) string {
	if plain.MatchString(s) && !notText.MatchString(s) {
		return s
	}
	return strconv.Quote(s)
}

// maxFlow is how long a line may be, in characters, before it is broken up.
const maxFlow = 90

// block writes the tree over several lines, except for what fits into one.
func (t tree) block(b *strings.Builder, indent int) {
	for i, v := range t.list {
		head := strings.Repeat("  ", indent)
		if t.kind == mapping {
			head += t.keys[i] + ":"
		} else {
			head += "-"
		}
		flow := v.flow()
		short := utf8.RuneCountInString(head)+1+utf8.RuneCountInString(flow) <= maxFlow
		if v.kind == scalar || len(v.list) == 0 || short && indent > 0 || t.kind == list {
			b.WriteString(head + " " + flow + "\n")
			continue
		}
		if short && v.kind == mapping && t.keys[i] == "addressing" {
			b.WriteString(head + " " + flow + "\n")
			continue
		}
		b.WriteString(head + "\n")
		v.block(b, indent+1)
	}
}

// flow returns the tree in one line.
func (t tree) flow() string {
	if t.kind == scalar {
		return t.text
	}
	items := make([]string, len(t.list))
	for i, v := range t.list {
		items[i] = v.flow()
		if t.kind == mapping {
			items[i] = t.keys[i] + ": " + items[i]
		}
	}
	if t.kind == mapping {
		return "{" + strings.Join(items, ", ") + "}"
	}
	return "[" + strings.Join(items, ", ") + "]"
}

func (t *Topology) tree() tree {
	m := tree{kind: mapping}
	m.addText("name", t.Name)
	if t.Prefix != nil {
		m.add("prefix", text(*t.Prefix))
	}
	if a := t.Addressing.tree(); len(a.list) > 0 {
		m.add("addressing", a)
	}
	m.addText("routing", string(t.Routing))
	nodes := tree{kind: mapping}
	for _, n := range t.Nodes {
		nodes.add(n.Name, n.tree())
	}
	if len(t.Nodes) > 0 {
		m.add("nodes", nodes)
	}
	m.addList("links", trees(t.Links, Link.tree))
	m.addList("tests", trees(t.Tests, Test.tree))
	return m
}

func trees[T any](things []T, f func(T) tree) []tree {
	ts := make([]tree, len(things))
	for i, x := range things {
		ts[i] = f(x)
	}
	return ts
}

func (a Addressing) tree() tree {
	m := tree{kind: mapping}
	m.addText("ipv4", a.IPv4.String())
	m.addText("ipv6", a.IPv6.String())
	return m
}

func (n Node) tree() tree {
	m := tree{kind: mapping}
	m.addText("kind", string(n.Kind))
	m.addSubnets(n.Subnet)
	interfaces := tree{kind: mapping}
	for _, i := range n.Interfaces {
		interfaces.add(i.Name, i.tree())
	}
	if len(n.Interfaces) > 0 {
		m.add("interfaces", interfaces)
	}
	m.addList("routes", trees(n.Routes, Route.tree))
	sysctls := tree{kind: mapping}
	for _, key := range slices.Sorted(maps.Keys(n.Sysctls)) {
		sysctls.add(key, text(n.Sysctls[key]))
	}
	if len(n.Sysctls) > 0 {
		m.add("sysctls", sysctls)
	}
	return m
}

// tree returns the addresses alone where there is nothing else to say.
func (i Interface) tree() tree {
	if i.MAC.IsZero() && i.MTU == 0 && i.Addresses != nil {
		return prefixes(i.Addresses)
	}
	m := tree{kind: mapping}
	if i.Addresses != nil {
		m.add("addresses", prefixes(i.Addresses))
	}
	m.addText("mac", i.MAC.String())
	m.addNumber("mtu", i.MTU)
	return m
}

func (l Link) tree() tree {
	t := tree{kind: list, list: []tree{text(l.Endpoints[0].String()), text(l.Endpoints[1].String())}}
	m := tree{kind: mapping}
	m.addNumber("mtu", l.MTU)
	m.addSubnets(l.Subnet)
	if len(m.list) > 0 {
		t.list = append(t.list, m)
	}
	return t
}

func (r Route) tree() tree {
	m := tree{kind: mapping}
	m.add("to", text(r.destination()))
	if r.Via.IsValid() {
		m.addText("via", r.Via.String())
	}
	m.addText("dev", r.Dev)
	m.addNumber("metric", r.Metric)
	return m
}

// destination returns To as it is written in a file.
func (r Route) destination() string {
	if r.To.Bits() == 0 && r.Via.IsValid() {
		return "default"
	}
	return r.To.String()
}

func (t Test) tree() tree {
	m := tree{kind: mapping}
	m.addText("from", t.From)
	m.addText("to", t.To)
	m.addText("expect", string(t.Expect))
	return m
}

package topo

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// A decoder turns YAML nodes into a Topology. It records each mistake and continues.
type decoder struct {
	source *source
	errs   Errors

	apartErrs int // the number of those that no link and no address depends on

	places map[string]Pos        // of each value, by path
	texts  map[string]*yaml.Node // of several lines, by path

	unread *unread

	expanded int  // number of YAML nodes reached through aliases
	tooLarge bool // expanded > maxExpanded
}

// maxExpanded is the limit of YAML nodes reached through aliases.
const maxExpanded = 200_000

// A value is a YAML node with its path, such as "nodes.r1.interfaces.eth0".
type value struct {
	node *yaml.Node // never an alias
	path string
}

// value resolves an alias and records the position of the value.
func (d *decoder) value(n *yaml.Node, path string) value {
	if n.Kind == yaml.AliasNode {
		n = d.follow(n)
	}
	d.places[path] = d.pos(n)
	return value{n, path}
}

// follow resolves an alias. Beyond the limit of expanded nodes it returns null.
func (d *decoder) follow(alias *yaml.Node) *yaml.Node {
	if d.tooLarge {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Line: alias.Line, Column: alias.Column}
	}
	d.expanded += size(alias.Alias)
	if d.expanded > maxExpanded {
		d.fail(d.pos(alias), "use fewer aliases", "the file is too large once its aliases are expanded")
		d.tooLarge = true
	}
	return alias.Alias
}

// size counts a node and its descendants. An alias within counts as one; follow adds
// its target.
func size(n *yaml.Node) int {
	sum := 1
	for _, c := range n.Content {
		sum += size(c)
	}
	return sum
}

func (d *decoder) fail(pos Pos, hint, format string, args ...any) {
	if !d.tooLarge {
		d.errs = append(d.errs, &Error{Pos: pos, Msg: fmt.Sprintf(format, args...), Hint: hint})
	}
}

// failAt reports a value that could not be read.
func (d *decoder) failAt(v value, hint, format string, args ...any) {
	d.unread.add(v.path)
	d.fail(d.pos(v.node), hint, format, args...)
}

// unexpected reports a value of the wrong type.
func (d *decoder) unexpected(v value, want string) {
	d.failAt(v, respelt(v.node, want), "%s: want %s, found %s", v.path, want, describe(v.node))
}

func (d *decoder) pos(n *yaml.Node) Pos { return d.source.place(n.Line, n.Column) }

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

func describe(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case isNull(n):
		return "nothing"
	}
	return strconv.Quote(n.Value)
}

// list returns the items of a list. Null is an empty one.
func (d *decoder) list(v value, want string) []value {
	if isNull(v.node) {
		return nil
	}
	if v.node.Kind != yaml.SequenceNode {
		d.unexpected(v, want)
		return nil
	}
	items := make([]value, len(v.node.Content))
	for i, n := range v.node.Content {
		items[i] = d.value(n, v.path+"["+strconv.Itoa(i)+"]")
	}
	return items
}

// text returns a scalar as it is written: 010 and yes are text, not 8 and true.
func (d *decoder) text(v value, want string) (string, bool) {
	if v.node.Kind != yaml.ScalarNode || isNull(v.node) {
		d.unexpected(v, want)
		return "", false
	}
	return v.node.Value, true
}

// integer reads a whole number greater than zero. Zero is the value of a missing key.
func (d *decoder) integer(v value) int {
	s, ok := d.text(v, "a number")
	if !ok {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil || n <= 0 {
		d.failAt(v, "", "%s: %q is not a whole number above zero", v.path, s)
		return 0
	}
	return n
}

// subnets reads a prefix or a list of them.
func (d *decoder) subnets(v value) []netip.Prefix { return d.prefixes(v, parseSubnet) }

func (d *decoder) prefixes(v value, parse func(string) (netip.Prefix, string, error)) []netip.Prefix {
	items := []value{v}
	if v.node.Kind != yaml.ScalarNode {
		items = d.list(v, "a prefix or a list of them")
	}
	var ps []netip.Prefix
	for _, item := range items {
		p := netip.Prefix{} // an unreadable item keeps its index
		if s, ok := d.text(item, "a prefix such as 10.1.0.0/24"); ok {
			read, hint, err := parse(s)
			if err != nil {
				d.failAt(item, hint, "%s", err)
			} else {
				p = read
			}
		}
		ps = append(ps, p)
	}
	return ps
}

// parseSubnet reads the prefix of a subnet; hint is for the error.
func parseSubnet(s string) (p netip.Prefix, hint string, err error) {
	p, err = netip.ParsePrefix(s)
	switch {
	case err != nil:
		return p, "a subnet is written as 10.1.0.0/24 or fd00:1::/64", fmt.Errorf("%q is not a subnet", s)
	case p != p.Masked():
		return p, fmt.Sprintf("did you mean %q?", p.Masked()), fmt.Errorf("%s is an address within a subnet, not a subnet", p)
	}
	return p, "", nil
}

// parseAddress reads an address with the length of its subnet.
func parseAddress(s string) (p netip.Prefix, hint string, err error) {
	if p, err = netip.ParsePrefix(s); err == nil {
		return p, "", nil
	}
	if a, err := netip.ParseAddr(s); err == nil && a.Zone() == "" {
		bits := 24
		if a.Is6() {
			bits = 64
		}
		return p, fmt.Sprintf("did you mean \"%s/%d\"?", a, bits), fmt.Errorf("address %s lacks the length of its subnet", a)
	}
	if before, after, ok := strings.Cut(s, "/"); ok {
		if a, err := netip.ParseAddr(before); err == nil {
			return p, "", fmt.Errorf("%q: a subnet of %s has a length from 1 to %d, not %q", s, a, a.BitLen(), after)
		}
	}
	return p, "an address is written as 10.1.0.2/24 or fd00:1::2/64", fmt.Errorf("%q is not an address", s)
}

package topo

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// WriteAddresses returns the text of a lab file with the addresses of t added where the
// file leaves them out. Nodes that the file does not list are appended. Comments, layout
// and order do not change. T must be the lab of the file with addresses added. It fails
// if the text cannot be changed so, for example if an alias stands for a node.
func WriteAddresses(path string, data []byte, t *Topology) ([]byte, error) {
	if text, ok := bytes.CutPrefix(data, []byte(byteOrderMark)); ok {
		text, err := WriteAddresses(path, text, t)
		if err != nil {
			return nil, err
		}
		return slices.Concat([]byte(byteOrderMark), text), nil
	}
	doc, _, err := load(data)
	if err != nil {
		return nil, err
	}
	root := doc
	if doc.Kind == yaml.DocumentNode && len(doc.Content) > 0 {
		root = doc.Content[0]
	}
	a := &addressWriter{text: data, source: newSource(path, data), asJSON: json.Valid(data)}
	a.topology(root, t)
	text := a.apply()
	got, err := ParseAt(path, path, text)
	switch {
	case len(a.aliases) > 0:
		err = fmt.Errorf("an alias stands for the nodes or interfaces %s (want a mapping)", strings.Join(a.aliases, ", "))
	case err == nil && !bytes.Equal(got.Format(), t.Format()):
		err = errors.New("it would describe another lab (want no anchors or merge keys in its nodes)")
	}
	if err != nil {
		return nil, fmt.Errorf("cannot write the addresses into %s: %w", path, err)
	}
	return text, nil
}

// An addressWriter collects the insertions into a file.
type addressWriter struct {
	text   []byte
	source *source
	asJSON bool

	edits   []edit
	aliases []string // names of nodes and interfaces that cannot be changed
}

// An edit replaces length bytes at an offset.
type edit struct {
	at, length int
	text       string
}

// apply returns the text with all edits.
func (a *addressWriter) apply() []byte {
	slices.SortStableFunc(a.edits, func(x, y edit) int { return cmp.Compare(x.at, y.at) })
	var b bytes.Buffer
	done := 0
	for _, e := range a.edits {
		b.Write(a.text[done:max(done, e.at)])
		b.WriteString(e.text)
		done = e.at + e.length
	}
	b.Write(a.text[done:])
	return b.Bytes()
}

func (a *addressWriter) topology(root *yaml.Node, t *Topology) {
	added := tree{kind: mapping, open: true}
	nodes := child(root, "nodes")
	for _, n := range t.Nodes {
		switch node := child(nodes, n.Name); {
		case node == nil:
			added.addNamed(n.Name, n.tree())
		case isNull(node):
			a.fill(node, n.tree())
		case node.Kind == yaml.AliasNode:
			if n.lacksAddresses(node.Alias) {
				a.aliases = append(a.aliases, n.Name)
			}
		default:
			a.node(node, n)
		}
	}
	a.addTo(root, "nodes", nodes, added)
}

// node writes the addresses of a node that the file lists.
func (a *addressWriter) node(node *yaml.Node, n Node) {
	added := tree{kind: mapping}
	interfaces := child(node, "interfaces")
	for _, i := range n.Interfaces {
		have := child(interfaces, i.Name)
		switch {
		case i.Addresses == nil:
		case have == nil:
			added.addNamed(i.Name, addressTree(i.Addresses))
		case isNull(have):
			a.fill(have, addressTree(i.Addresses))
		case have.Kind == yaml.AliasNode && have.Alias.Kind == yaml.MappingNode && child(have.Alias, addressesKey) == nil:
			a.aliases = append(a.aliases, n.Name+":"+i.Name)
		case have.Kind != yaml.MappingNode:
		default:
			set := tree{kind: mapping}
			set.add(addressesKey, addressTree(i.Addresses))
			if old := child(have, addressesKey); old == nil {
				a.extend(have, set)
			} else if isNull(old) {
				a.fill(old, set.list[0])
			}
		}
	}
	a.addTo(node, "interfaces", interfaces, added)
}

// lacksAddresses reports whether the mapping of a node lacks interfaces of n, or their
// addresses.
func (n Node) lacksAddresses(m *yaml.Node) bool {
	interfaces := child(m, "interfaces")
	return slices.ContainsFunc(n.Interfaces, func(i Interface) bool {
		have := child(interfaces, i.Name)
		return i.Addresses != nil && (have == nil || isNull(have) || have.Kind == yaml.MappingNode && child(have, addressesKey) == nil)
	})
}

func addressTree(ps []netip.Prefix) tree { return prefixes(ps) }

// addTo adds entries to the value of a key, which may be nil or null.
func (a *addressWriter) addTo(parent *yaml.Node, key string, value *yaml.Node, added tree) {
	switch {
	case len(added.list) == 0:
	case value == nil:
		whole := tree{kind: mapping}
		whole.add(key, added)
		a.extend(parent, whole)
	case isNull(value):
		a.fill(value, added)
	default:
		a.extend(value, added)
	}
}

// child returns the value of a key; nil if the node is not a mapping or lacks the key.
func child(m *yaml.Node, key string) *yaml.Node {
	if m == nil || m.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			return m.Content[i+1]
		}
	}
	return nil
}

// offset returns where a node begins, in bytes.
func (a *addressWriter) offset(n *yaml.Node) int {
	p := a.source.place(n.Line, n.Column)
	return a.lineStart(p.Line) + p.Col - 1
}

// lineStart returns where a line begins, counted from 1.
func (a *addressWriter) lineStart(line int) int {
	at := 0
	for _, text := range a.source.lines[:min(line-1, len(a.source.lines))] {
		at += len(text) + 1
	}
	return min(at, len(a.text))
}

// fill replaces a null, which may be empty text, by a value.
func (a *addressWriter) fill(null *yaml.Node, value tree) {
	at := a.offset(null)
	if len(null.Value) == 0 { // insert after the colon
		at = bytes.LastIndexByte(a.text[:min(at+1, len(a.text))], ':') + 1
	}
	a.edits = append(a.edits, edit{at, len(null.Value), " " + a.flow(value)})
}

// extend adds entries at the end of a mapping.
func (a *addressWriter) extend(m *yaml.Node, added tree) {
	if m.Kind != yaml.MappingNode || len(m.Content) == 0 && m.Style&yaml.FlowStyle == 0 {
		return // WriteAddresses then finds that the lab differs
	}
	if m.Style&yaml.FlowStyle != 0 {
		a.extendFlow(a.offset(m), strings.TrimSuffix(strings.TrimPrefix(a.flow(added), "{"), "}"))
		return
	}
	first := m.Content[0]
	at, margin := a.blockEnd(first.Line, first.Column-1), strings.Repeat(" ", first.Column-1)
	var b strings.Builder
	added.block(&b, 0)
	text := margin + strings.ReplaceAll(strings.TrimSuffix(b.String(), "\n"), "\n", "\n"+margin) + "\n"
	if at > 0 && a.text[at-1] != '\n' {
		text = "\n" + text
	}
	if bytes.Contains(a.text, []byte("\r\n")) {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	a.edits = append(a.edits, edit{at: at, text: text})
}

// extendFlow adds entries before the brace that ends the mapping at an offset.
func (a *addressWriter) extendFlow(open int, entries string) {
	end, before := closing(a.text, open)
	if end < 0 {
		return
	}
	inside := bytes.TrimRight(a.text[open:end], " \t\r\n")
	if before != '{' && before != ',' {
		entries = ", " + entries
	}
	a.edits = append(a.edits, edit{at: open + len(inside), text: entries})
	if bytes.IndexByte(inside[bytes.LastIndexByte(inside, '\n')+1:], '#') >= 0 { // it may end in a comment
		a.edits[len(a.edits)-1].at = end
	}
}

// closing returns the offset of the bracket that closes the one at an offset, and the
// last character before it outside comments; -1 if the bracket is not closed.
func closing(text []byte, open int) (at int, before byte) {
	depth := 0
	for i := open; i < len(text); i++ {
		c := text[i]
		begins := bytes.IndexByte([]byte("\x00{[,:"), before) >= 0 // a value or key may begin here
		switch {
		case begins && (c == '"' || c == '\''):
			i = quoteEnd(text, i)
		case begins && (c == '&' || c == '!'): // the value comes after an anchor or tag
			for i+1 < len(text) && bytes.IndexByte([]byte(" \t\r\n,[]{}"), text[i+1]) < 0 {
				i++
			}
			continue
		case c == '#' && i > 0 && bytes.IndexByte([]byte(" \t\n"), text[i-1]) >= 0:
			n := bytes.IndexByte(text[i:], '\n')
			if n < 0 {
				return -1, 0
			}
			i += n
			continue
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				return i, before
			}
		}
		if bytes.IndexByte([]byte(" \t\r\n"), c) < 0 {
			before = c
		}
	}
	return -1, 0
}

// quoteEnd returns the offset of the quote that ends the quoted text at an offset.
func quoteEnd(text []byte, begin int) int {
	quote := text[begin]
	for i := begin + 1; i < len(text); i++ {
		switch {
		case quote == '"' && text[i] == '\\', quote == '\'' && bytes.HasPrefix(text[i:], []byte("''")):
			i++
		case text[i] == quote:
			return i
		}
	}
	return len(text)
}

// blockEnd returns the offset after the last line of a block mapping that begins in a
// line, with margin spaces before its keys.
func (a *addressWriter) blockEnd(line, margin int) int {
	last := line
	for n := line + 1; n <= len(a.source.lines); n++ {
		text := a.source.line(n)
		content := strings.TrimLeft(text, " ")
		indent := len(text) - len(content)
		switch {
		case content == "" || content[0] == '#' && indent <= margin:
			continue
		case indent < margin, indent == 0 && (strings.HasPrefix(content, "---") || strings.HasPrefix(content, "...")):
			return a.lineStart(last + 1)
		}
		last = n
	}
	return a.lineStart(last + 1)
}

// flow returns a tree in one line, as JSON if the file is JSON.
func (a *addressWriter) flow(t tree) string {
	if a.asJSON {
		return t.json()
	}
	return t.flow()
}

// json returns the tree as JSON. All its scalars become strings.
func (t tree) json() string {
	quote := func(s string) string {
		text, _ := json.Marshal(s) // a string can't fail
		return string(text)
	}
	if t.kind == scalar {
		var v yaml.Node
		if err := yaml.Load([]byte(t.text), &v); err == nil && len(v.Content) == 1 {
			return quote(v.Content[0].Value)
		}
		return quote(t.text)
	}
	items := make([]string, len(t.list))
	for i, v := range t.list {
		items[i] = v.json()
		if t.kind == mapping {
			items[i] = quote(t.keys[i]) + ": " + items[i]
		}
	}
	if t.kind == mapping {
		return "{" + strings.Join(items, ", ") + "}"
	}
	return "[" + strings.Join(items, ", ") + "]"
}

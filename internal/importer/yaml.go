package importer

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/vethlab/vethlab/internal/shell"
)

// A value is a part of another tool's YAML file. A value that is missing or of another
// kind than expected reads as empty.
type value struct {
	file *source
	node *yaml.Node // nil if missing
}

// A source is a YAML file.
type source struct {
	name string

	// seen holds the scalars that were read, and the collections in which something was
	// looked for. The others say something that is not imported, see [Draft.loseUnread].
	seen map[*yaml.Node]bool

	mappings map[*yaml.Node]mapping // that were looked into
}

// A mapping has the entries of a mapping with those that it merges.
type mapping struct {
	entries []entry
	index   map[string]int // of the entries, by key
}

// readYAML returns the value that a file holds.
func readYAML(file string, data []byte) (value, error) {
	if line := templateLine(data); line > 0 {
		return value{}, fmt.Errorf("%s:%d: cannot import a template (want the YAML file that it makes)", file, line)
	}
	var doc yaml.Node
	if err := yaml.Load(data, &doc); err != nil {
		return value{}, fmt.Errorf("%s: %w", file, err)
	}
	v := value{&source{name: file, seen: map[*yaml.Node]bool{}, mappings: map[*yaml.Node]mapping{}}, &doc}
	if n := (expansion{}).of(&doc); n > maxExpanded {
		return value{}, fmt.Errorf("%s: the aliases stand for too many YAML nodes (the limit is %d)", file, maxExpanded)
	}
	if doc.Kind == yaml.DocumentNode && len(doc.Content) > 0 {
		v.node = doc.Content[0]
	}
	if v.node.Kind != 0 && v.node.Tag != nullTag && !v.isMap() {
		return value{}, fmt.Errorf("%s:%d: the file is not a mapping (want keys with values)", file, v.node.Line)
	}
	return v, nil
}

// action begins an action of a Go or Jinja template where a YAML value or line begins.
var action = regexp.MustCompile(`^(?:[^#"']*[:-])?\s*\{[{%]`)

// templateLine returns the line of the first action of a template, 0 if there is none.
func templateLine(data []byte) int {
	number := 0
	for line := range bytes.Lines(data) {
		number++
		if action.Match(line) {
			return number
		}
	}
	return 0
}

// maxExpanded bounds the YAML nodes of a file, each counted as often as aliases repeat it.
const maxExpanded = 2_000_000

// An expansion has the number of nodes that a YAML node stands for, at most maxExpanded+1.
type expansion map[*yaml.Node]int

// of returns the number for a node. A node inside itself stands for none.
func (e expansion) of(n *yaml.Node) int {
	n = target(n)
	if known, ok := e[n]; ok {
		return known
	}
	e[n] = 0
	sum := 1
	for _, child := range n.Content {
		sum = min(sum+e.of(child), maxExpanded+1)
	}
	e[n] = sum
	return sum
}

func (v value) at() shell.Pos {
	if v.node == nil {
		return shell.Pos{File: v.file.name}
	}
	return shell.Pos{File: v.file.name, Line: v.node.Line}
}

// with returns the value of another node of the file. A null and an empty collection
// have no options, so they are read.
func (v value) with(n *yaml.Node) value {
	if n = target(n); n != nil && (n.Tag == nullTag || n.Kind != yaml.ScalarNode && len(n.Content) == 0) {
		v.file.seen[n] = true
	}
	return value{v.file, n}
}

const nullTag = "!!null"

func (v value) isMap() bool  { return v.node != nil && v.node.Kind == yaml.MappingNode }
func (v value) isList() bool { return v.node != nil && v.node.Kind == yaml.SequenceNode }

// text returns a scalar, or "".
func (v value) text() string {
	if v.node == nil || v.node.Kind != yaml.ScalarNode || v.node.Tag == nullTag {
		return ""
	}
	v.file.seen[v.node] = true
	return v.node.Value
}

// get returns the value of a key, or of a path of keys.
func (v value) get(keys ...string) value {
	for _, key := range keys {
		next := value{v.file, nil}
		if v.isMap() {
			v.file.seen[v.node] = true
			m := v.mapping()
			if i, ok := m.index[key]; ok {
				next = m.entries[i].value
				next = v.with(next.node)
			}
		}
		v = next
	}
	return v
}

// A pair is a key of a mapping with its value.
type pair struct{ key, value *yaml.Node }

// maxMerges bounds mappings that are merged into one another.
const maxMerges = 8

// pairs returns the pairs of a mapping, those that it merges (<<) first: of a key that
// occurs twice the last pair counts.
func pairs(n *yaml.Node, merges int) []pair {
	n = target(n)
	if n == nil || merges > maxMerges {
		return nil
	}
	var merged, own []pair
	switch n.Kind {
	case yaml.SequenceNode: // of mappings to merge
		for _, item := range n.Content {
			merged = append(merged, pairs(item, merges+1)...)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if key := target(n.Content[i]); key.Value == "<<" {
				merged = append(merged, pairs(n.Content[i+1], merges+1)...)
			} else {
				own = append(own, pair{key, n.Content[i+1]})
			}
		}
	}
	return append(merged, own...)
}

// target returns the node that an alias stands for.
func target(n *yaml.Node) *yaml.Node {
	if n != nil && n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// An entry is a key of a mapping with its value.
type entry struct {
	key   string
	value value
	at    shell.Pos
}

// entries returns the entries of a mapping in the order of the file, nil for other values.
func (v value) entries() []entry {
	if !v.isMap() {
		return nil
	}
	v.file.seen[v.node] = true
	list := slices.Clone(v.mapping().entries)
	for i, e := range list {
		list[i].value = v.with(e.value.node)
	}
	return list
}

// mapping returns the entries of a mapping. Of a key that occurs twice the last one counts,
// at the place of the first.
func (v value) mapping() mapping {
	if m, ok := v.file.mappings[v.node]; ok {
		return m
	}
	m := mapping{index: map[string]int{}}
	for _, p := range pairs(v.node, 0) {
		e := entry{p.key.Value, value{v.file, p.value}, value{v.file, p.key}.at()}
		if i, ok := m.index[e.key]; ok {
			m.entries[i] = e
			continue
		}
		m.index[e.key] = len(m.entries)
		m.entries = append(m.entries, e)
	}
	v.file.mappings[v.node] = m
	return m
}

// items returns the items of a list, nil for other values.
func (v value) items() []value {
	if !v.isList() {
		return nil
	}
	v.file.seen[v.node] = true
	var list []value
	for _, n := range v.node.Content {
		list = append(list, v.with(n))
	}
	return list
}

// item returns an item of a list, an empty value if it has no such item.
func (v value) item(i int) value {
	if !v.isList() || i < 0 || i >= len(v.node.Content) {
		return value{v.file, nil}
	}
	return v.with(v.node.Content[i])
}

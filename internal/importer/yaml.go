package importer

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/vethlab/vethlab/internal/shell"
)

// A value is a part of another tool's YAML file. A value that is missing or of another
// kind than expected reads as empty.
type value struct {
	file string
	node *yaml.Node // nil if missing
	seen seen
}

// seen holds the scalars of a file that were read, and the collections in which something
// was looked for. The others say something that is not imported, see [Draft.loseUnread].
type seen map[*yaml.Node]bool

// readYAML returns the value that a file holds.
func readYAML(file string, data []byte) (value, error) {
	var doc yaml.Node
	if err := yaml.Load(data, &doc); err != nil {
		return value{}, fmt.Errorf("%s: %w", file, err)
	}
	v := value{file, &doc, seen{}}
	if doc.Kind == yaml.DocumentNode && len(doc.Content) > 0 {
		v.node = doc.Content[0]
	}
	return v, nil
}

func (v value) at() shell.Pos {
	if v.node == nil {
		return shell.Pos{File: v.file}
	}
	return shell.Pos{File: v.file, Line: v.node.Line}
}

// with returns the value of another node of the file. A null and an empty collection
// have no options, so they are read.
func (v value) with(n *yaml.Node) value {
	if n = target(n); n != nil && (n.Tag == nullTag || n.Kind != yaml.ScalarNode && len(n.Content) == 0) {
		v.seen[n] = true
	}
	return value{v.file, n, v.seen}
}

const nullTag = "!!null"

func (v value) isMap() bool  { return v.node != nil && v.node.Kind == yaml.MappingNode }
func (v value) isList() bool { return v.node != nil && v.node.Kind == yaml.SequenceNode }

// text returns a scalar, or "".
func (v value) text() string {
	if v.node == nil || v.node.Kind != yaml.ScalarNode || v.node.Tag == nullTag {
		return ""
	}
	v.seen[v.node] = true
	return v.node.Value
}

// get returns the value of a key, or of a path of keys.
func (v value) get(keys ...string) value {
	for _, key := range keys {
		next := value{v.file, nil, v.seen}
		if v.isMap() {
			v.seen[v.node] = true
			for _, p := range pairs(v.node, 0) {
				if p.key.Value == key {
					next = v.with(p.value)
				}
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
	var list []entry
	if !v.isMap() {
		return nil
	}
	v.seen[v.node] = true
	for _, p := range pairs(v.node, 0) {
		e := entry{p.key.Value, v.with(p.value), v.with(p.key).at()}
		if i := slices.IndexFunc(list, func(o entry) bool { return o.key == e.key }); i >= 0 {
			list[i] = e
			continue
		}
		list = append(list, e)
	}
	return list
}

// items returns the items of a list, nil for other values.
func (v value) items() []value {
	if !v.isList() {
		return nil
	}
	v.seen[v.node] = true
	var list []value
	for _, n := range v.node.Content {
		list = append(list, v.with(n))
	}
	return list
}

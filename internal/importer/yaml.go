package importer

import (
	"fmt"

	"go.yaml.in/yaml/v4"

	"github.com/vethlab/vethlab/internal/shell"
)

// A value is a part of another tool's YAML file. A value that is missing or of another
// kind than expected reads as empty.
type value struct {
	file string
	node *yaml.Node // nil if missing
}

// readYAML returns the value that a file holds.
func readYAML(file string, data []byte) (value, error) {
	var doc yaml.Node
	if err := yaml.Load(data, &doc); err != nil {
		return value{}, fmt.Errorf("%s: %w", file, err)
	}
	v := value{file, &doc}
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

func (v value) with(n *yaml.Node) value {
	if n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return value{v.file, n}
}

func (v value) isMap() bool  { return v.node != nil && v.node.Kind == yaml.MappingNode }
func (v value) isList() bool { return v.node != nil && v.node.Kind == yaml.SequenceNode }

// text returns a scalar, or "".
func (v value) text() string {
	if v.node == nil || v.node.Kind != yaml.ScalarNode || v.node.Tag == "!!null" {
		return ""
	}
	return v.node.Value
}

// get returns the value of a key, or of a path of keys.
func (v value) get(keys ...string) value {
	for _, key := range keys {
		next := value{v.file, nil}
		for _, e := range v.entries() {
			if e.key == key {
				next = e.value
			}
		}
		v = next
	}
	return v
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
	var list []entry
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		key := v.with(v.node.Content[i])
		list = append(list, entry{key.text(), v.with(v.node.Content[i+1]), key.at()})
	}
	return list
}

// items returns the items of a list, nil for other values.
func (v value) items() []value {
	if !v.isList() {
		return nil
	}
	var list []value
	for _, n := range v.node.Content {
		list = append(list, v.with(n))
	}
	return list
}

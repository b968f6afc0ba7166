package topo

import (
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// An entry is one key of a mapping and its value.
type entry struct {
	key   string
	pos   Pos // of the key
	value value
}

// maxMerges is the maximum depth of nested merge keys.
const maxMerges = 16

// fields maps the known keys of a mapping to the functions that read their values.
type fields map[string]func(value)

// object reads a mapping with a fixed set of keys.
func (d *decoder) object(v value, want string, known fields) {
	entries := d.entries(v, want+", which is a mapping")
	for _, e := range entries {
		if read, ok := known[e.key]; ok {
			read(e.value)
			continue
		}
		hint, meant := unknownKey(e.key, want, slices.Sorted(maps.Keys(known)))
		d.fail(e.pos, hint, "unknown key %q in %s", e.key, want)
		switch {
		case meant == "" && v.path == "": // no other part of a lab depends on it
			d.apartErrs++
		case meant == "" || slices.ContainsFunc(entries, func(o entry) bool { return o.key == meant }):
			d.unread.add(v.path)
		default: // its mistakes are reported too
			known[meant](d.value(e.value.node, join(v.path, meant)))
		}
	}
}

// entries returns the keys of a mapping in the order of the file, with merge keys
// replaced by the entries that they merge. Null is an empty mapping.
func (d *decoder) entries(v value, want string) []entry {
	if isNull(v.node) {
		return nil
	}
	if v.node.Kind != yaml.MappingNode {
		d.unexpected(v, want)
		return nil
	}
	return d.merged(v, 0)
}

func (d *decoder) merged(v value, depth int) []entry {
	own := d.ownKeys(v)
	seen := make(map[string]bool)
	var es []entry
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		key, behind := v.node.Content[i], v.node.Content[i+1]
		if isMerge(key) {
			for _, e := range d.mergeSources(behind, v.path, depth) {
				if !seen[e.key] && own[e.key] == nil {
					seen[e.key] = true
					es = append(es, e)
				}
			}
		} else if own[keyName(key)] == key {
			name := keyName(key)
			es = append(es, entry{name, d.pos(key), d.value(behind, join(v.path, name))})
		}
	}
	return es
}

// ownKeys returns the first node of each key of a mapping, and reports duplicates.
func (d *decoder) ownKeys(v value) map[string]*yaml.Node {
	own := make(map[string]*yaml.Node, len(v.node.Content)/2)
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		key := v.node.Content[i]
		k := key
		if k.Kind == yaml.AliasNode {
			k = d.follow(k)
		}
		switch name := keyName(key); {
		case isMerge(key):
		case k.Kind != yaml.ScalarNode || isNull(k):
			d.unread.add(v.path)
			d.fail(d.pos(key), "", "a key must be a word, found %s", describe(k))
		case own[name] != nil:
			d.fail(d.pos(key), "", "duplicate key %q, first in line %d", name, own[name].Line)
		default:
			own[name] = key
		}
	}
	return own
}

// mergeSources returns the entries of the value of a merge key, which is a mapping or
// a list of mappings. Of duplicates the first one counts.
func (d *decoder) mergeSources(n *yaml.Node, path string, depth int) []entry {
	if n.Kind == yaml.AliasNode {
		n = d.follow(n)
	}
	if depth == maxMerges {
		d.unread.add(path)
		d.fail(d.pos(n), "", "merge keys are nested too deeply")
		return nil
	}
	switch n.Kind {
	case yaml.MappingNode:
		return d.merged(value{n, path}, depth+1)
	case yaml.SequenceNode:
		var es []entry
		for _, item := range n.Content {
			es = append(es, d.mergeSources(item, path, depth+1)...)
		}
		return es
	}
	d.unread.add(path)
	d.fail(d.pos(n), "", "a merge key wants a mapping, found %s", describe(n))
	return nil
}

func isMerge(key *yaml.Node) bool { return key.Kind == yaml.ScalarNode && key.Tag == "!!merge" }

func keyName(key *yaml.Node) string {
	if key.Kind == yaml.AliasNode {
		key = key.Alias
	}
	return key.Value
}

func join(path, key string) string {
	return strings.TrimPrefix(path+"."+key, ".")
}

package importer

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/vethlab/vethlab/internal/shell"
)

// loseUnread notes every entry of a file of which nothing was read: the outermost such
// entry of each place. nodeOf returns the node that a path of keys belongs to, or "".
func (d *Draft) loseUnread(root value, nodeOf func(path []string) string) {
	u := unread{draft: d, root: root, nodeOf: nodeOf, uses: map[*yaml.Node]use{}}
	u.check(root.node, nil)
	u.visit(root.node, nil)
}

// check notes keys that a mapping has twice, of which the last one is read, and tags.
func (u *unread) check(n *yaml.Node, path []string) {
	if n == nil || n.Kind == yaml.AliasNode {
		return
	}
	if n.Style&yaml.TaggedStyle != 0 && !inList(" !!str !!int !!float !!bool !!null !!map !!seq ", n.Tag) {
		u.noteAt(n, path, fmt.Sprintf("the tag %s is not read", n.Tag))
	}
	values := map[string]*yaml.Node{} // by key
	for i, child := range n.Content {
		switch {
		case n.Kind == yaml.SequenceNode:
			u.check(child, append(slices.Clip(path), fmt.Sprintf("[%d]", i)))
		case n.Kind == yaml.MappingNode && i%2 == 1:
			key := target(n.Content[i-1]).Value
			inner := append(slices.Clip(path), key)
			if before := values[key]; before != nil && key != "<<" {
				u.noteAt(before, inner, "the key is given twice: the last one is read")
				u.uses[target(before)] = use{read: true}
			}
			values[key] = child
			u.check(child, inner)
		}
	}
}

// unread walks over a file.
type unread struct {
	draft  *Draft
	root   value
	nodeOf func([]string) string
	uses   map[*yaml.Node]use
}

// A use says whether some of what a node holds was read, and some was not.
type use struct{ read, unread bool }

// use returns the use of a node. Of a node that contains itself the inner one holds
// nothing.
func (u *unread) use(n *yaml.Node) use {
	n = target(n)
	if known, ok := u.uses[n]; ok {
		return known
	}
	if n.Kind == yaml.ScalarNode || len(n.Content) == 0 {
		return use{u.root.file.seen[n], !u.root.file.seen[n]}
	}
	u.uses[n] = use{}
	sum := use{read: u.root.file.seen[n]}
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			continue // a key
		}
		one := u.use(child)
		sum.read, sum.unread = sum.read || one.read, sum.unread || one.unread
	}
	u.uses[n] = sum
	return sum
}

// visit notes the entries and items of a node that are unread as a whole, and visits those
// that are in part. An alias is visited where its anchor stands.
func (u *unread) visit(n *yaml.Node, path []string) {
	if n == nil || n.Kind == yaml.AliasNode || !u.use(n).unread {
		return
	}
	if !u.use(n).read && len(path) > 0 {
		u.lose(n, path)
		return
	}
	for i, child := range n.Content {
		switch n.Kind {
		case yaml.MappingNode:
			if i%2 == 1 {
				u.visit(child, append(slices.Clip(path), target(n.Content[i-1]).Value))
			}
		case yaml.SequenceNode:
			u.visit(child, append(slices.Clip(path), fmt.Sprintf("[%d]", i)))
		}
	}
}

func (u *unread) lose(n *yaml.Node, path []string) { u.noteAt(n, path, keyReason(path)) }

// noteAt notes why the value at a path is lost.
func (u *unread) noteAt(n *yaml.Node, path []string, why string) {
	text := strings.ReplaceAll(strings.Join(path, "."), ".[", "[")
	if n.Kind == yaml.ScalarNode && n.Tag != nullTag {
		text += ": " + shorten(n.Value)
	}
	u.draft.noteLost(shell.Pos{File: u.root.file.name, Line: n.Line}, u.nodeOf(path), text, why)
}

// shorten returns the beginning of a long value.
func shorten(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// keyReasons say why a key of other tools is not imported.
var keyReasons = []struct{ keys, why string }{
	{" image binds mounts files env env-files cmd entrypoint exec user ports license startup-config enforce-startup-config " +
		"config config_templates clab docker_run_extra_args entry_point tpl buildfile shell ", "what runs in a node is not imported"},
	{" memory cpu cpu-set mem cpus ulimit ", "nodes have no limits of their own"},
	{" bgp ospf isis eigrp ripv2 mpls ldp sr evpn vxlan module routing ", "routing protocols are not imported: the lab computes the routes"},
	{" mgmt mgmt-ipv4 mgmt-ipv6 mgmt_ip ", "a lab has no management network"},
}

// keyReason returns why the entry at a path is not imported, by its innermost key with a
// reason.
func keyReason(path []string) string {
	for _, part := range slices.Backward(path) {
		key, _, _ := strings.Cut(part, ".")
		for _, r := range keyReasons {
			if inList(r.keys, key) {
				return r.why
			}
		}
	}
	return unsupported
}

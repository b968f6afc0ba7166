package topo

import (
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// unread is what of a file could not be read. Mistakes that may only follow from that are
// not reported. The zero value is for a lab that is not from a file.
type unread struct {
	at     map[string]bool // paths of unreadable values
	within map[string]bool // paths of values that have unreadable parts

	ends  int             // of links, with unknown nodes
	names map[string]bool // words in unreadable links, which may be nodes

	groups bool // of a node
}

func newUnread() *unread {
	return &unread{at: make(map[string]bool), within: make(map[string]bool), names: make(map[string]bool)}
}

// add records an unreadable value.
func (u *unread) add(path string) {
	u.at[path] = true
	for i, r := range path {
		if r == '.' || r == '[' {
			u.within[path[:i]] = true
		}
	}
}

// has reports whether one of the values could not be read.
func (u *unread) has(paths ...string) bool {
	for _, path := range paths {
		if u.at[path] {
			return true
		}
	}
	return false
}

// partly reports whether a value or a part of it could not be read.
func (u *unread) partly(path string) bool { return u.at[path] || u.within[path] }

// unknownNode begins the name that stands for an unreadable end of a link. No name in a
// file has the character.
const unknownNode = "\x00"

func isUnknown(node string) bool { return strings.HasPrefix(node, unknownNode) }

// unreadEnd returns the endpoint for a value that is none, and records the words in it.
func (d *decoder) unreadEnd(path string, found *yaml.Node, pos Pos) Endpoint {
	d.unread.add(path)
	if !d.mention(found) {
		d.unread.ends++
	}
	return Endpoint{Node: unknownNode + path, Pos: pos}
}

// mention records the words in an unreadable link. It reports false if there are none.
func (d *decoder) mention(n *yaml.Node) bool {
	switch {
	case n == nil || n.Kind == yaml.AliasNode || isNull(n):
		return false
	case n.Kind == yaml.ScalarNode:
		node, _, _ := strings.Cut(n.Value, ":")
		d.unread.names[strings.TrimSpace(node)] = true
		return node != ""
	}
	any := false
	for _, c := range n.Content {
		any = d.mention(c) || any
	}
	return any
}

// mayBeNode reports whether an unknown name may be that of a node or group that could not
// be read. A name like that of a known one is taken for a spelling mistake.
func (c *checker) mayBeNode(name, hint string) bool {
	return c.unread.has("", "nodes", "links") || c.unread.names[name] || hint == "" && (c.unread.groups || c.unread.ends > 0)
}

var automaticName = regexp.MustCompile(`^eth(0|[1-9][0-9]{0,4})$`)

// mayHave reports whether a node may have an interface that could not be read.
func (c *checker) mayHave(node, name, hint string) bool {
	path := "nodes." + node
	switch {
	case c.unread.has("", "nodes", "links", path, path+".interfaces", path+".interfaces."+name):
		return true
	case c.unread.names[node]:
		return true
	case c.unread.ends == 0:
		return false
	}
	m := automaticName.FindStringSubmatch(name)
	if m == nil {
		return hint == ""
	}
	number, _ := strconv.Atoi(m[1])
	w := c.wiring.Node(node)
	return w == nil || number < w.unnamed+c.unread.ends
}

// maxHints bounds how many mistakes have a hint, as each looks at all names.
const maxHints = 100

// hint returns a hint with the most similar of the known names, or "".
func (c *checker) hint(name string, known func() []string) string {
	if c.hints++; c.hints > maxHints {
		return ""
	}
	return didYouMean(name, known())
}

// missing reports whether a node lacks an interface, with a hint.
func (c *checker) missing(node, name string) (hint string, missing bool) {
	if c.wiring.Interface(node, name) != nil {
		return "", false
	}
	hint = c.hint(name, func() []string { return c.wiring.interfaceNames(node) })
	return hint, !c.mayHave(node, name, hint)
}

// hasUnknown reports whether the segment may be joined with another one, by a link or a
// node that could not be read.
func (c *checker) hasUnknown(s *WiredSegment) bool {
	for _, i := range s.Interfaces {
		if isUnknown(i.Node.Name) || c.unread.has("nodes."+i.Node.Name, "nodes."+i.Node.Name+".kind") {
			return true
		}
	}
	return false
}

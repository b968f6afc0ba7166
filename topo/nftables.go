package topo

import (
	"errors"
	"strings"

	"github.com/vethlab/vethlab/internal/escape"
	"github.com/vethlab/vethlab/internal/nft"
)

// nftables checks the packet filter of a node. Mistakes have their position within
// the text.
func (c *checker) nftables(n *Node, path string) {
	if n.Nftables == "" {
		return
	}
	_, err := nft.ParseRuleset(n.Nftables)
	var all nft.Errors
	if !errors.As(err, &all) {
		return
	}
	pos := n.Pos
	if exact, ok := c.places[path]; ok {
		pos = exact
	}
	for _, e := range all {
		if b, ok := c.blocks[path]; ok {
			c.errs = append(c.errs, &Error{Pos: Pos{pos.File, b.line + e.Line - 1, b.indent + e.Col}, Msg: e.Msg})
			continue
		}
		c.fail(pos, path, "", "nftables line %d, column %d: %s", e.Line, e.Col, e.Msg)
	}
}

// A block is the position of a text of several lines in a file.
type block struct {
	line   int // of its first line
	indent int // of its lines, in bytes
}

// block finds the lines of a text that is written below its key, as a YAML block. It
// reports false for other forms of text.
func (d *decoder) block(v value) (block, bool) {
	first, _, _ := strings.Cut(strings.TrimLeft(v.node.Value, "\n"), "\n")
	skipped := len(v.node.Value) - len(strings.TrimLeft(v.node.Value, "\n"))
	b := block{line: v.node.Line + 1}
	indent, ok := strings.CutSuffix(d.source.line(b.line+skipped), first)
	b.indent = len(indent)
	return b, ok && first != "" && strings.Trim(indent, " ") == "" && b.indent > 0
}

// lines reads a text of several lines, and records its position.
func (d *decoder) lines(v value, want string) string {
	s, ok := d.text(v, want)
	if b, found := d.block(v); ok && found {
		d.blocks[v.path] = b
	}
	return s
}

// addLines adds a text to a mapping, as a YAML block if possible.
func (t *tree) addLines(key, s string) {
	if s == "" {
		return
	}
	if !escape.IsYAMLBlock(s) {
		t.add(key, text(s))
		return
	}
	t.add(key, tree{kind: lines, text: s})
}

// hasLines reports whether a text of several lines is anywhere in the tree.
func (t tree) hasLines() bool {
	if t.kind == lines {
		return true
	}
	for _, v := range t.list {
		if v.hasLines() {
			return true
		}
	}
	return false
}

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
	_, err := nft.ParseRulesetFor(n.Nftables, func(link string) bool {
		_, missing := c.missing(n.Name, link)
		return link == Loopback || !missing
	})
	var all nft.Errors
	if !errors.As(err, &all) {
		return
	}
	var places []Pos
	if v, ok := c.texts[path]; ok {
		places, _ = c.source.positions(v)
	}
	lines := strings.SplitAfter(n.Nftables, "\n")
	for _, e := range all {
		if len(places) != len(n.Nftables) {
			c.fail(n.Pos, path, "", "nftables line %d, column %d: %s", e.Line, e.Col, e.Msg)
			continue
		}
		c.errs = append(c.errs, &Error{Pos: placeOf(places, lines, e.Line, e.Col), Msg: e.Msg})
	}
}

// placeOf returns the position in the file of a line and column of a text. What is behind
// the text is at its end.
func placeOf(places []Pos, lines []string, line, col int) Pos {
	offset := col - 1
	for _, l := range lines[:min(line-1, len(lines))] {
		offset += len(l)
	}
	last := len(strings.TrimRight(strings.Join(lines, ""), "\n")) - 1
	if offset <= last {
		return places[offset]
	}
	p := places[max(last, 0)]
	p.Col++
	return p
}

// lines reads a text of several lines, and records it for [source.positions].
func (d *decoder) lines(v value, want string) string {
	s, ok := d.text(v, want)
	if ok {
		d.texts[v.path] = v.node
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

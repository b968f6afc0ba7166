package main

import (
	"cmp"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
)

// report prints what survived, with its place and what was changed, and returns
// the score as a line.
func (p *program) report(out io.Writer, all bool) string {
	slices.SortFunc(p.sites, func(a, b *site) int {
		return cmp.Or(strings.Compare(a.file.path, b.file.path), cmp.Compare(a.node.Pos(), b.node.Pos()), cmp.Compare(a.id, b.id))
	})
	dead := 0
	for _, s := range p.sites {
		gone := s.verdict == killed || s.verdict == timedOut
		if gone {
			dead++
		}
		if !gone || all {
			p.show(out, s)
		}
	}
	if len(p.left) > 0 {
		fmt.Fprintf(out, "%s: not run, as they fail without programs of the machine: %s\n", p.path, strings.Join(p.left, ", "))
	}
	score := 100.0
	if len(p.sites) > 0 {
		score = 100 * float64(dead) / float64(len(p.sites))
	}
	return fmt.Sprintf("%-45s %4.0f %%  %d of %d mutants killed, of %d places", p.path, score, dead, len(p.sites), len(p.subject.sites))
}

// show prints a mutant as a diff of the lines that it changes.
func (p *program) show(out io.Writer, s *site) {
	from, to := p.fset.Position(s.node.Pos()), p.fset.Position(s.node.End())
	begin, end := from.Offset, to.Offset
	text := string(s.file.text)
	first := strings.LastIndexByte(text[:begin], '\n') + 1
	last := len(text)
	if i := strings.IndexByte(text[end:], '\n'); i >= 0 {
		last = end + i
	}
	fmt.Fprintf(out, "%s/%s:%d: %s: %s\n", p.path, filepath.Base(from.Filename), from.Line, s.what, s.verdict)
	printLines(out, "-", text[first:last])
	printLines(out, "+", text[first:begin]+s.instead+text[end:last])
}

// mostLines is how many lines of a mutant are printed.
const mostLines = 3

func printLines(out io.Writer, sign, text string) {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if i == mostLines {
			fmt.Fprintf(out, "\t%s\t… %d lines more\n", sign, len(lines)-i)
			return
		}
		if strings.TrimSpace(line) != "" || i > 0 {
			fmt.Fprintf(out, "\t%s %s\n", sign, line)
		}
	}
}

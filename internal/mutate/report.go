package main

import (
	"cmp"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
)

// report prints the survivors, each with its position and change, and returns the score as
// a line.
func (p *program) report(out io.Writer, all bool) string {
	slices.SortFunc(p.sites, func(a, b *site) int {
		return cmp.Or(strings.Compare(a.file.path, b.file.path), cmp.Compare(a.node.Pos(), b.node.Pos()), cmp.Compare(a.id, b.id))
	})
	count := 0
	for _, s := range p.sites {
		dead := s.verdict == killed || s.verdict == timedOut
		if dead {
			count++
		}
		if !dead || all {
			p.show(out, s)
		}
	}
	if len(p.skipped) > 0 {
		fmt.Fprintf(out, "%s: not run, as they fail without a mutant: %s\n", p.path, strings.Join(p.skipped, ", "))
	}
	score := 100.0
	if len(p.sites) > 0 {
		score = 100 * float64(count) / float64(len(p.sites))
	}
	return fmt.Sprintf("%-45s %4.0f %%  %d of %d mutants killed, of %d possible", p.path, score, count, len(p.sites), len(p.subject.sites))
}

// show prints a mutant as a diff.
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

// maxLines bounds the printed lines of a mutant.
const maxLines = 3

func printLines(out io.Writer, sign, text string) {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if i == maxLines {
			fmt.Fprintf(out, "\t%s\t… %d more lines\n", sign, len(lines)-i)
			return
		}
		if strings.TrimSpace(line) != "" || i > 0 {
			fmt.Fprintf(out, "\t%s %s\n", sign, line)
		}
	}
}

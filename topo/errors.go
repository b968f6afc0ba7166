package topo

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// An Error is one mistake in a lab file or a Topology.
type Error struct {
	Pos    Pos
	Msg    string
	Hint   string // how to fix it, or ""
	Source string // the line of the file at Pos, or ""
}

// Error returns the position, the message, the line with a caret under the column,
// and the hint.
func (e *Error) Error() string {
	var b strings.Builder
	if place := e.Pos.String(); place != "" {
		b.WriteString(place + ": ")
	}
	b.WriteString(e.Msg)
	if e.Source != "" && e.Pos.Col > 0 {
		line, caret := excerpt(e.Source, e.Pos.Col)
		fmt.Fprintf(&b, "\n  %s\n  %s", line, caret)
	}
	if e.Hint != "" {
		b.WriteString("\n  " + e.Hint)
	}
	return b.String()
}

// excerptRunes is the number of characters shown on each side of a mistake: a whole
// lab may be one line of JSON.
const excerptRunes = 70

// excerpt returns the part of a line around a column (in bytes, from 1) and a line
// with a caret below that column. Tabs stay tabs in both, so the columns align.
func excerpt(line string, col int) (shown, caret string) {
	col = min(col-1, len(line))
	before := []rune(printable(line[max(0, col-excerptRunes*utf8.UTFMax):col]))
	after := []rune(printable(line[col:min(len(line), col+excerptRunes*utf8.UTFMax)]))
	before = before[max(0, len(before)-excerptRunes):]
	after = after[:min(len(after), excerptRunes)]
	for _, r := range before {
		if r != '\t' {
			r = ' '
		}
		caret += string(r)
	}
	return strings.TrimRightFunc(string(before)+string(after), unicode.IsSpace), caret + "^"
}

// printable replaces characters that can control a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || unicode.IsPrint(r) {
			return r
		}
		return utf8.RuneError
	}, s)
}

// Errors are all mistakes of a lab, in the order of the file.
type Errors []*Error

// maxPrinted is how many mistakes Errors.Error shows.
const maxPrinted = 20

// Error returns the first 20 mistakes, and the number of others.
func (es Errors) Error() string {
	var b strings.Builder
	for i, e := range es {
		if i > 0 {
			b.WriteByte('\n')
		}
		if i == maxPrinted {
			fmt.Fprintf(&b, "and %d more", len(es)-maxPrinted)
			break
		}
		b.WriteString(e.Error())
	}
	return b.String()
}

// Unwrap returns every mistake, for [errors.As] and [errors.Is].
func (es Errors) Unwrap() []error {
	errs := make([]error, len(es))
	for i, e := range es {
		errs[i] = e
	}
	return errs
}

// AddSource sets the Source of the errors that are in a file with these contents.
func (es Errors) AddSource(file string, data []byte) {
	src := newSource(file, data)
	for _, e := range es {
		if e.Pos.File == file {
			e.Source = src.line(e.Pos.Line)
		}
	}
}

// sorted puts the errors in the order of the file and drops duplicates. Errors
// without a position keep their order.
func (es Errors) sorted() Errors {
	slices.SortStableFunc(es, func(a, b *Error) int { return a.Pos.compare(b.Pos) })
	return slices.CompactFunc(es, func(a, b *Error) bool { return *a == *b })
}

// err returns the errors as an error, which is nil if there are none.
func (es Errors) err() error {
	if len(es) == 0 {
		return nil
	}
	return es.sorted()
}

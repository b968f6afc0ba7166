package words

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Columns returns the width of a text in terminal columns: two for each wide
// character, such as Chinese, none for combining characters and SGR sequences.
func Columns(s string) int {
	n := 0
	for _, r := range uncoloured(s) {
		n += columnsOf(r)
	}
	return n
}

// uncoloured returns a text without its SGR sequences (ECMA-48).
func uncoloured(s string) string {
	if !strings.Contains(s, "\x1b[") {
		return s
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, "\x1b[")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		_, s, _ = strings.Cut(rest, "m")
	}
}

func columnsOf(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// Pad fills a text up with spaces to a number of columns.
func Pad(s string, columns int) string {
	return s + strings.Repeat(" ", max(0, columns-Columns(s)))
}

// Wrap breaks a text into lines of at most so many columns. It breaks at spaces
// and between wide characters, but leaves no mark such as 。 at the beginning of
// a line and no opening bracket at its end. A longer word gets a line of its own.
func Wrap(s string, columns int) []string {
	var lines []string
	line, used := "", 0
	for _, p := range pieces(s) {
		if line != "" && used+p.space+p.columns > columns {
			lines, line, used = append(lines, line), "", 0
		}
		if line != "" {
			line += strings.Repeat(" ", p.space)
			used += p.space
		}
		line += p.text
		used += p.columns
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// A piece is a part of a line without a possible break.
type piece struct {
	text    string
	columns int
	space   int // spaces before it: 0 or 1
}

// pieces cuts a text where it may be broken.
func pieces(s string) []piece {
	var list []piece
	for word := range strings.FieldsSeq(s) {
		space := 1
		for start, rs := 0, []rune(word); start < len(rs); {
			end := start + 1
			for end < len(rs) && !mayBreak(rs[end-1], rs[end]) {
				end++
			}
			text := string(rs[start:end])
			list = append(list, piece{text, Columns(text), space})
			start, space = end, 0
		}
	}
	return list
}

// Marks that must not begin or end a line.
const (
	notFirst = "，。、；：？！）」』》〉】…—～"
	notLast  = "（「『《〈【"

	wideMarks = "，。、；：？！（）「」『』" // full width, with space around the glyph
)

func mayBreak(before, after rune) bool {
	if strings.ContainsRune(notFirst, after) || strings.ContainsRune(notLast, before) {
		return false
	}
	return columnsOf(before) == 2 && after != '\x1b' || columnsOf(after) == 2 && before != 'm'
}

package topo

import (
	"strings"
	"unicode/utf8"
)

// A source is the text of a file in lines.
type source struct {
	file    string
	lines   []string
	columns map[int][]int // by line, filled by place: the offset of each character; nil for ASCII lines
}

func newSource(file string, data []byte) *source {
	return &source{file: file, lines: strings.Split(string(data), "\n"), columns: make(map[int][]int)}
}

// line returns a line, counted from 1, or "".
func (s *source) line(n int) string {
	if n < 1 || n > len(s.lines) {
		return ""
	}
	return strings.TrimSuffix(s.lines[n-1], "\r")
}

// place converts YAML's column, in characters, to bytes. A whole lab may be one line,
// so it must not scan the line each time.
func (s *source) place(line, column int) Pos {
	p := Pos{File: s.file, Line: line, Col: column}
	starts, ok := s.columns[line]
	if !ok {
		starts = runeStarts(s.line(line))
		s.columns[line] = starts
	}
	if starts != nil && 0 < column && column <= len(starts) {
		p.Col = starts[column-1] + 1
	}
	return p
}

// runeStarts returns the offsets of the characters of a line and of its end, or nil if
// all characters have one byte.
func runeStarts(line string) []int {
	if utf8.RuneCountInString(line) == len(line) {
		return nil
	}
	var starts []int
	for i := range line {
		starts = append(starts, i)
	}
	return append(starts, len(line))
}

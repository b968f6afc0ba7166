package topo

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"
)

// A source is the text of a file in lines.
type source struct {
	file    string
	lines   []string
	starts  []lineStart   // of the lines of YAML; nil: they are those of the file
	columns map[int][]int // by line, filled by place: the offset of each character; nil for ASCII lines
}

func newSource(file string, data []byte) *source {
	text := strings.TrimPrefix(string(data), byteOrderMark)
	return &source{file: file, lines: strings.Split(text, "\n"), columns: make(map[int][]int), starts: yamlLines(text)}
}

const utf8Name = "UTF-8"

// encodingOf returns the encoding of a YAML file by its first bytes, which are a byte
// order mark or one ASCII character (YAML 1.2, 5.2).
func encodingOf(data []byte) string {
	switch zero := func(i int) bool { return i < len(data) && data[i] == 0 }; {
	case bytes.HasPrefix(data, []byte("\xff\xfe\x00\x00")), bytes.HasPrefix(data, []byte("\x00\x00\xfe\xff")),
		zero(0) && zero(1) && zero(2), zero(1) && zero(2) && zero(3):
		return "UTF-32"
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")), zero(0), zero(1):
		return "UTF-16"
	}
	return utf8Name
}

// byteOrderMark may begin a file. It is not part of the first line.
const byteOrderMark = "\ufeff"

// A lineStart is where a line of YAML begins in a line of the file.
type lineStart struct{ line, offset int }

// yamlLines returns where the lines of YAML begin, which also ends them at a lone carriage
// return, a next-line character, and line and paragraph separators (YAML 1.1, 4.2). It
// returns nil if there are none of these.
func yamlLines(text string) []lineStart {
	if !strings.ContainsAny(text, "\r\u0085\u2028\u2029") {
		return nil
	}
	starts := []lineStart{{line: 1}}
	line, begin := 1, 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		switch {
		case r == '\n':
			line, begin = line+1, i
		case r == '\r' && strings.HasPrefix(text[i:], "\n"):
			continue
		case r != '\r' && r != '\u0085' && r != '\u2028' && r != '\u2029':
			continue
		}
		starts = append(starts, lineStart{line, i - begin})
	}
	return starts
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
	offset := 0
	if 0 < line && line <= len(s.starts) {
		line, offset = s.starts[line-1].line, s.starts[line-1].offset
	}
	p := Pos{File: s.file, Line: line, Col: offset + column}
	starts, ok := s.columns[line]
	if !ok {
		starts = runeStarts(s.line(line))
		s.columns[line] = starts
	}
	if starts == nil {
		return p
	}
	before, _ := slices.BinarySearch(starts, offset)
	if column += before; 0 < column && column <= len(starts) {
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

package topo

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// An aligner finds where the bytes of a YAML scalar stand in the file. YAML folds lines,
// strips indentation and has escapes, so it goes through the value and the file together.
type aligner struct {
	source *source
	value  string
	at     []Pos // of the bytes of the value so far

	line int // in the file, from 1
	col  int // in bytes, from 0
}

// positions returns the position of each byte of a scalar's value. It reports false if the
// text in the file is not understood.
func (s *source) positions(n *yaml.Node) ([]Pos, bool) {
	p := s.place(n.Line, n.Column)
	a := &aligner{source: s, value: n.Value, line: p.Line, col: p.Col - 1}
	var ok bool
	switch {
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		ok = a.block()
	case n.Style&yaml.DoubleQuotedStyle != 0:
		ok = a.flow('"')
	case n.Style&yaml.SingleQuotedStyle != 0:
		ok = a.flow('\'')
	default:
		ok = a.flow(0)
	}
	return a.at, ok
}

// take maps the next n bytes of the value to the current position.
func (a *aligner) take(n int) {
	for range n {
		a.at = append(a.at, Pos{File: a.source.file, Line: a.line, Col: a.col + 1})
	}
}

func (a *aligner) rest() string { return a.value[len(a.at):] }

// text returns the rest of the current line of the file.
func (a *aligner) text() string {
	line := a.source.line(a.line)
	return line[min(a.col, len(line)):]
}

// block aligns a literal or folded scalar, whose text begins below the line of "|" or ">".
func (a *aligner) block() bool {
	own := 0 // spaces of the first line with text that are part of the value
	for line := range strings.Lines(a.value) {
		if text := strings.TrimLeft(line, " "); text != "" && text != "\n" {
			own = len(line) - len(text)
			break
		}
	}
	indent := -1
	for last := len(a.source.lines); strings.Trim(a.rest(), " \n") != ""; {
		if a.line++; a.line > last {
			return false
		}
		line := a.source.line(a.line)
		content := strings.TrimLeft(line, " ")
		if content == "" && (indent < 0 || len(line) <= indent) {
			continue
		}
		if indent < 0 {
			indent = len(line) - len(content) - own
		}
		if indent < 0 || indent > len(line) || !a.blockLine(line[indent:], indent) {
			return false
		}
	}
	a.take(len(a.rest()))
	return true
}

// blockLine aligns a line without its indentation, and the line ends and spaces before it.
func (a *aligner) blockLine(content string, indent int) bool {
	a.col = indent
	for !strings.HasPrefix(a.rest(), content) {
		if a.rest() == "" || a.value[len(a.at)] != '\n' && a.value[len(a.at)] != ' ' {
			return false
		}
		a.take(1)
	}
	for a.col = indent; a.col < indent+len(content); a.col++ {
		a.take(1)
	}
	return true
}

// flow aligns a plain (quote 0) or quoted scalar.
func (a *aligner) flow(quote byte) bool {
	if quote != 0 {
		open := strings.IndexByte(a.text(), quote) // behind a tag or an anchor
		if open < 0 {
			return false
		}
		a.col += open + 1
	}
	for a.rest() != "" {
		text := a.text()
		escaped := quote == '"' && text == `\`
		if escaped || strings.TrimRight(text, " \t") == "" {
			if !a.fold(escaped) {
				return false
			}
			continue
		}
		in, out := unit(text, quote)
		if in == 0 || !strings.HasPrefix(a.rest(), out) {
			return false
		}
		a.take(len(out))
		a.col += in
	}
	return true
}

// fold goes to the next line with text. Lines are joined by a space, or by as many line
// ends as there are blank lines between them; nothing stands for a line end that is
// escaped.
func (a *aligner) fold(escaped bool) bool {
	a.col = len(a.source.line(a.line))
	end := *a
	blank := 0
	for a.line++; a.line <= len(a.source.lines); a.line++ {
		line := a.source.line(a.line)
		content := strings.TrimLeft(line, " \t")
		if content == "" {
			blank++
			continue
		}
		joint := strings.Repeat("\n", blank)
		if blank == 0 && !escaped {
			joint = " "
		}
		if !strings.HasPrefix(a.rest(), joint) {
			return false
		}
		end.take(len(joint))
		a.at, a.col = end.at, len(line)-len(content)
		return true
	}
	return false
}

// unit returns how many bytes of a line stand for the next part of a scalar, and that
// part. It returns 0 if there is none.
func unit(text string, quote byte) (in int, out string) {
	switch {
	case text == "":
		return 0, ""
	case quote == '\'' && strings.HasPrefix(text, "''"):
		return 2, "'"
	case quote == '"' && text[0] == '\\' && len(text) > 1:
		return escapeUnit(text)
	case quote != 0 && text[0] == quote:
		return 0, ""
	}
	_, size := utf8.DecodeRuneInString(text)
	return size, text[:size]
}

// escapeUnit is unit for an escape of a double-quoted scalar (YAML 1.2, 5.7).
func escapeUnit(text string) (in int, out string) {
	const letters, values = `0abt	nvfre "/\N_LP`, "\x00\a\b\t\t\n\v\f\r\x1b \"/\\\u0085\u00a0\u2028\u2029"
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[text[1]]
	if digits == 0 {
		i := strings.IndexByte(letters, text[1])
		if i < 0 {
			return 0, ""
		}
		return 2, string([]rune(values)[i])
	}
	if len(text) < 2+digits {
		return 0, ""
	}
	r, err := strconv.ParseUint(text[2:2+digits], 16, 32)
	if err != nil {
		return 0, ""
	}
	return 2 + digits, string(rune(r))
}

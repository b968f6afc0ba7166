// Package escape quotes foreign text, such as the name of a container or a comment of a
// script, for the formats that vethlab writes. Whatever bytes the text has, it stays
// within its scalar, comment, word or line. The package is pure.
//
// There is one file per format.
package escape

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line returns a text as one line without terminal control and line ends of any
// format: white space becomes a space, other control characters become their Unicode
// control pictures, and characters that reorder or hide text and invalid UTF-8 become
// U+FFFD.
func Line(s string) string {
	if plainLine(s) {
		return s
	}
	return strings.Map(lineRune, strings.ToValidUTF8(s, string(utf8.RuneError)))
}

// maxName bounds what is shown of one name, in bytes: more than any engine allows.
const maxName = 512

// Name is [Line] for a name that anybody may have given, which is cut where it is too
// long.
func Name(s string) string {
	if len(s) <= maxName {
		return Line(s)
	}
	return Line(s[:maxName]) + "…"
}

// Lines returns a text of several lines, each as [Line] has it. Lines end with
// LF; CR LF is an end of a line too.
func Lines(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = Line(strings.TrimSuffix(line, "\r"))
	}
	return strings.Join(lines, "\n")
}

// plainLine reports whether a text is printable ASCII, which Line does not change.
func plainLine(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// picture is what U+0000 is shown as; the other control characters follow it.
const picture = '\u2400'

func lineRune(r rune) rune {
	switch {
	case r == '\t' || r == '\n' || r == '\v' || r == '\f' || r == '\r' || r == 0x85 || r == 0x2028 || r == 0x2029:
		return ' '
	case r < ' ':
		return picture + r
	case r == 0x7f:
		return picture + 0x21
	case !Printable(r):
		return utf8.RuneError
	}
	return r
}

// Printable reports whether a character needs no escaping in a line: it does not end a
// line in any format, control a terminal, or reorder or hide other characters.
func Printable(r rune) bool {
	switch {
	case r == 0x2028, r == 0x2029, unicode.IsControl(r), !utf8.ValidRune(r):
		return false
	case unicode.Is(unicode.Bidi_Control, r), r == 0xfeff: // byte order mark
		return false
	case r&0xfffe == 0xfffe, 0xfdd0 <= r && r <= 0xfdef: // noncharacters
		return false
	case 0xfff9 <= r && r <= 0xfffb, 0xe0000 <= r && r <= 0xe0fff: // interlinear annotation, tags
		return false
	}
	return true
}

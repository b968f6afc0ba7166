package words

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxWord bounds what is shown of one name, in bytes: more than any engine allows.
const maxWord = 512

// OneLine makes a name that anybody may have given fit to stand in a line: what
// would end the line, command a terminal or turn the direction of the text is
// replaced, and what is too long is cut.
func OneLine(s string) string {
	cut := len(s) > maxWord
	if !cut && utf8.ValidString(s) && !strings.ContainsFunc(s, disrupts) {
		return s
	}
	if cut {
		s = s[:maxWord]
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case !disrupts(r):
			return r // of a byte that is no character, U+FFFD
		case r < ' ':
			return '\u2400' + r // its picture
		}
		return utf8.RuneError
	}, strings.ToValidUTF8(s, string(utf8.RuneError)))
	if cut {
		s += "…"
	}
	return s
}

// disrupts reports whether a character does more than to be shown: controls, ends
// of lines and paragraphs, and formats such as U+202E.
func disrupts(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}

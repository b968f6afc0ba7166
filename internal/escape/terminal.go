package escape

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// colour is a sequence that words.Style uses (SGR, ECMA-48): reset, bold, dim and the
// colours. It changes nothing but how text looks.
var colour = regexp.MustCompile(`^\x1b\[(?:0|1|2|31|32|33|36)m`)

// Terminal returns a text of several lines for a terminal. LF, tabs and the sequences of
// words.Style stay; other control characters are replaced as [Line] does.
func Terminal(text string) string {
	if SafeOnTerminal(text) {
		return text
	}
	var b strings.Builder
	for len(text) > 0 {
		if sequence := colour.FindString(text); sequence != "" {
			b.WriteString(sequence)
			text = text[len(sequence):]
			continue
		}
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case !unsafe(r):
			b.WriteRune(r) // U+FFFD for an invalid byte
		case r < ' ':
			b.WriteRune(picture + r)
		default:
			b.WriteRune(utf8.RuneError)
		}
		text = text[size:]
	}
	return b.String()
}

// SafeOnTerminal reports whether a text is UTF-8 without escape sequences and without
// control characters other than LF and tab.
func SafeOnTerminal(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, unsafe)
}

func unsafe(r rune) bool { return !Printable(r) && r != '\n' && r != '\t' }

// JSON replaces characters that a JSON text may contain as they are (RFC 8259, section 7)
// but that control a terminal, such as DEL, C1 and bidirectional controls, with \u escapes.
func JSON(text []byte) []byte {
	if !bytes.ContainsFunc(text, unsafe) {
		return text
	}
	var b bytes.Buffer
	for _, r := range string(text) {
		switch {
		case !unsafe(r):
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.Bytes()
}

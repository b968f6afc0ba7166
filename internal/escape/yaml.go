package escape

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// YAML 1.1 ends a line, and so a comment or a plain scalar, at LF, CR, NEL (U+0085), LS
// (U+2028) and PS (U+2029); YAML 1.2 at LF and CR only. This package writes LF only,
// and escapes all characters that are not printable, so readers of both versions agree.

// yamlPlain matches text that is a plain scalar of itself anywhere in YAML; notText
// matches null and booleans.
var (
	yamlPlain = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9_./+@:-]*[A-Za-z0-9_./+@-])?$`)
	notText   = regexp.MustCompile(`^(?i:null|true|false|yes|no|on|off|y|n)$`)
)

// YAML returns a text as a YAML scalar in one line: plain if that is unambiguous, else
// in double quotes. Invalid UTF-8, which YAML cannot express, becomes U+FFFD.
func YAML(s string) string {
	if yamlPlain.MatchString(s) && !notText.MatchString(s) {
		return s
	}
	return YAMLQuoted(s)
}

// YAMLQuoted is [YAML] that always quotes.
func YAMLQuoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case yamlPrintable(r):
			b.WriteRune(r)
		case r <= 0xff:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// yamlPrintable reports whether a character needs no escape in quotes.
func yamlPrintable(r rune) bool {
	return r == utf8.RuneError || unicode.IsPrint(r) && Printable(r)
}

// maxKey is the largest length of an implicit key, in characters. YAML allows 1024
// including indicators and quotes.
const maxKey = 1000

// YAMLEntry returns the beginning of an entry of a mapping, up to and with the colon. A
// longer key begins with "? "; its colon is in the next line, after indent, or in the
// same line if indent is "".
func YAMLEntry(key, indent string) string {
	key = YAML(key)
	switch {
	case len(key) <= maxKey:
		return key + ":"
	case indent == "":
		return "? " + key + " :"
	}
	return "? " + key + indent + ":"
}

// YAMLComment returns a text as a comment of one line, without its line end.
func YAMLComment(s string) string { return strings.TrimRight("# "+Line(s), " ") }

// IsYAMLBlock reports whether a literal block of YAML can express a text exactly.
func IsYAMLBlock(s string) bool {
	if s == "" || strings.HasPrefix(s, " ") || strings.HasPrefix(s, "\t") || strings.HasPrefix(s, "\n") || !utf8.ValidString(s) {
		return false
	}
	if strings.TrimSpace(s) == "" {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return r != '\n' && r != '\t' && !yamlPrintable(r) || r == utf8.RuneError
	})
}

// YAMLBlock returns a text for which [IsYAMLBlock] is true as a literal block: the
// indicator after the colon, and the lines of the text, each after indent.
func YAMLBlock(s, indent string) string {
	var b strings.Builder
	switch {
	case strings.HasSuffix(s, "\n\n"):
		b.WriteString("|+\n")
	case strings.HasSuffix(s, "\n"):
		b.WriteString("|\n")
	default:
		b.WriteString("|-\n")
	}
	for line := range strings.Lines(s) {
		if line = strings.TrimSuffix(line, "\n"); line != "" {
			b.WriteString(indent + line)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

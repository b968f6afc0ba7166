package escape

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// YAML 1.1 ends a line, and so a comment or a plain scalar, at LF, CR, NEL
// (U+0085), LS (U+2028) and PS (U+2029); YAML 1.2 at LF and CR only. What is
// written here has but LF where a line is to end, and all that is not printable is
// escaped, so readers of both agree.

// yamlPlain matches text that means itself in YAML wherever it stands; notText
// matches what would be null or a truth value.
var (
	yamlPlain = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9_./+@:-]*[A-Za-z0-9_./+@-])?$`)
	notText   = regexp.MustCompile(`^(?i:null|true|false|yes|no|on|off|y|n)$`)
)

// YAML returns a text as a scalar of YAML that is in one line: as it is if that
// means the text and nothing else, else in double quotes. Bytes that are no UTF-8,
// which YAML can't hold, become U+FFFD.
func YAML(s string) string {
	if yamlPlain.MatchString(s) && !notText.MatchString(s) {
		return s
	}
	return YAMLQuoted(s)
}

// YAMLQuoted is [YAML] with the quotes in any case.
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

// yamlPrintable reports whether a character may stand in quotes as it is.
func yamlPrintable(r rune) bool {
	return r == utf8.RuneError || unicode.IsPrint(r) && Printable(r)
}

// maxKey is how long a key may be, in characters, that is followed by ": " in one
// line. YAML allows 1024 with what stands around it.
const maxKey = 1000

// YAMLEntry returns the beginning of an entry of a mapping, up to and with the
// colon. A key that is too long is marked as one by "? ", and the colon then
// stands in a line of its own behind indent, or in the same line if that is "".
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

// YAMLComment returns a text as a comment of one line, without an end of it.
func YAMLComment(s string) string { return strings.TrimRight("# "+Line(s), " ") }

// IsYAMLBlock reports whether a text means itself as a literal block of YAML.
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

// YAMLBlock returns a text for which [IsYAMLBlock] holds as a literal block: what
// stands behind the colon, and the lines below it, each behind indent.
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

package shell

import "strings"

// What a program prints that nobody here knows stands between two characters that
// are in no script (of Unicode's private use area).
const (
	unknownBegin = "\uF8F0"
	unknownEnd   = "\uF8F1"
)

func unknown(what string) string {
	return unknownBegin + strings.NewReplacer(unknownBegin, "", unknownEnd, "").Replace(what) + unknownEnd
}

// Unknown returns a Result of which only the success is supposed.
func Unknown(c Command) Result { return Result{Out: unknown(strings.Join(c.Words, " "))} }

// Known reports whether all of a text is known, and if not, what is not: the
// command that would have printed it.
func Known(text string) (what string, ok bool) {
	_, rest, found := strings.Cut(text, unknownBegin)
	if !found {
		return strings.Trim(text, unknownEnd), !strings.Contains(text, unknownEnd)
	}
	what, _, _ = strings.Cut(rest, unknownEnd)
	return what, false
}

package shell

import (
	"cmp"
	"fmt"
	"strings"
)

// A value that is not known stands in the text itself, as the command that would
// have printed it, each character moved to Unicode's Supplementary Private Use
// Area-A. So no expansion splits it, no pattern of ASCII matches in it, and each
// character that is left of it is enough to recognise it.
const (
	unknownBase = 0xF0000
	unknownEnd  = 0xFFFFD // ends each value, so that two side by side stay two
	maxUnknown  = 200     // characters of a command that are kept
)

func isUnknown(r rune) bool { return r >= unknownBase && r <= unknownEnd }

func unknown(what string) string {
	var b strings.Builder
	for i, r := range []rune(revealed(what)) {
		if r >= unknownEnd-unknownBase {
			r = '?'
		}
		if i == maxUnknown {
			break
		}
		b.WriteRune(unknownBase + r)
	}
	b.WriteRune(unknownEnd)
	return b.String()
}

// revealed returns a text with the commands in place of the values that are not
// known.
func revealed(text string) string {
	if !strings.ContainsFunc(text, isUnknown) {
		return text
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == unknownEnd:
			return -1
		case isUnknown(r):
			return r - unknownBase
		}
		return r
	}, text)
}

// Unknown returns a Result of which only the success is supposed.
func Unknown(c Command) Result { return Result{Out: UnknownValue(strings.Join(c.Words, " "))} }

// UnknownValue returns the text of a value that is not known: what is the command
// that would have printed it.
func UnknownValue(what string) string { return unknown(what) }

// Known reports whether all of a text is known, and if not, what is not: the
// command that would have printed it.
func Known(text string) (what string, ok bool) {
	begin := strings.IndexFunc(text, isUnknown)
	if begin < 0 {
		return "", true
	}
	text = text[begin:]
	if end := strings.IndexFunc(text, func(r rune) bool { return r == unknownEnd || !isUnknown(r) }); end >= 0 {
		text = text[:end]
	}
	return revealed(text), false
}

// unknownIn returns the first of texts that is not known, or "" if all are.
func unknownIn(texts ...string) string {
	for _, t := range texts {
		if what, ok := Known(t); !ok {
			return cmp.Or(what, "?")
		}
	}
	return ""
}

// A verdict is what a condition comes to. If that is not known, why says what is
// not, and ok is a guess.
type verdict struct {
	ok  bool
	why string
}

func certain(ok bool) verdict { return verdict{ok: ok} }

// guessed returns a guess about what depends on the output of a command.
func guessed(ok bool, command string) verdict {
	return verdict{ok, fmt.Sprintf("what %q prints is not known", command)}
}

func (v verdict) not() verdict { return verdict{!v.ok, v.why} }

// and returns v && w. What is certainly false makes the whole certain.
func (v verdict) and(w verdict) verdict {
	for _, known := range []verdict{v, w} {
		if known == certain(false) {
			return known
		}
	}
	return verdict{v.ok && w.ok, cmp.Or(v.why, w.why)}
}

func (v verdict) or(w verdict) verdict { return v.not().and(w.not()).not() }

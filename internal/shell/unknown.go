package shell

import (
	"cmp"
	"fmt"
	"strings"
)

// An unknown value is represented in the text by the command that would print it, each
// character moved to Unicode's Supplementary Private Use Area-A. So no expansion splits it,
// no ASCII pattern matches in it, and any single character of it identifies it.
const (
	unknownBase = 0xF0000
	unknownEnd  = 0xFFFFD // ends each value, so that adjacent ones stay separate
	maxUnknown  = 200     // kept characters of a command
)

func isUnknown(r rune) bool { return r >= unknownBase && r <= unknownEnd }

func unknown(what string) string {
	var b strings.Builder
	for i, r := range []rune(readable(what)) {
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

// readable returns a text in which unknown values are replaced by their commands.
func readable(text string) string {
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

// Unknown returns the Result of a command with unknown output, taken as success.
func Unknown(c Command) Result { return Result{Out: UnknownValue(strings.Join(c.Words, " "))} }

// UnknownValue returns an unknown value. what is the command that would print it.
func UnknownValue(what string) string { return unknown(what) }

// Known reports whether all of a text is known. If not, what is the command that would
// print the first unknown value.
func Known(text string) (what string, ok bool) {
	begin := strings.IndexFunc(text, isUnknown)
	if begin < 0 {
		return "", true
	}
	text = text[begin:]
	if end := strings.IndexFunc(text, func(r rune) bool { return r == unknownEnd || !isUnknown(r) }); end >= 0 {
		text = text[:end]
	}
	return readable(text), false
}

// unknownIn returns the command of the first unknown value in texts, "" if all are known.
func unknownIn(texts ...string) string {
	for _, t := range texts {
		if what, ok := Known(t); !ok {
			return cmp.Or(what, "?")
		}
	}
	return ""
}

// A verdict is the result of a condition. If why is not empty, ok is a guess, and why says
// what is unknown.
type verdict struct {
	ok  bool
	why string
}

func certain(ok bool) verdict { return verdict{ok: ok} }

// guessed returns a guess that depends on the unknown output of a command.
func guessed(ok bool, command string) verdict {
	return verdict{ok, fmt.Sprintf("the output of %q is unknown", command)}
}

func (v verdict) not() verdict { return verdict{!v.ok, v.why} }

// and returns v && w. It is certain if one is certainly false.
func (v verdict) and(w verdict) verdict {
	for _, known := range []verdict{v, w} {
		if known == certain(false) {
			return known
		}
	}
	return verdict{v.ok && w.ok, cmp.Or(v.why, w.why)}
}

func (v verdict) or(w verdict) verdict { return v.not().and(w.not()).not() }

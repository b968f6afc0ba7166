package xtables

import (
	"fmt"
	"strings"

	"github.com/vethlab/vethlab/internal/escape"
)

// rule decodes an entry.
func (d *decoder) rule(e *entry) Rule {
	words := e.words(e)
	for _, m := range e.matches {
		words = append(words, m.match(d.info.Family)...)
	}
	target, text, jump := d.target(e)
	return Rule{
		Text:   escape.Line(strings.Join(append(words, text...), " ")),
		Target: escape.Line(target), Counters: e.Counters, jump: jump,
	}
}

// match returns the words of a match.
func (x extension) match(f Family) []string {
	name, words, ok := x.decode(matches, f)
	if !ok {
		return []string{"-m", x.unknown("match")}
	}
	return append([]string{"-m", name}, words...)
}

// target returns the target of an entry and its words, and whether it is a chain.
func (d *decoder) target(e *entry) (name string, words []string, jump bool) {
	word := "-j"
	if e.goesTo(e) {
		word = "-g"
	}
	if v, ok := e.standard(); ok {
		name, jump := d.verdict(e, v)
		if name == "" {
			return "", nil, false
		}
		return name, []string{word, name}, jump
	}
	name, words, ok := e.target.decode(targets, d.info.Family)
	if !ok {
		return e.target.name, []string{word, e.target.unknown("target")}, false
	}
	return name, append([]string{word, name}, words...), false
}

// verdict returns the name of a verdict: a chain if it is the offset of one, "" if it is
// that of the next entry.
func (d *decoder) verdict(e *entry, v int32) (name string, jump bool) {
	switch chain, found := d.heads[int(v)]; {
	case v < 0:
		return e.verdictName(), false
	case int(v) == e.next:
		return "", false
	case found:
		return chain, true
	}
	return fmt.Sprintf("[unknown chain at byte %d]", v), true
}

// unknown names an extension that this package does not decode.
func (x extension) unknown(what string) string {
	return fmt.Sprintf("[unknown %s %s revision %d, %d bytes]", what, x.name, x.revision, len(x.data))
}

// Package messages translates the messages of commands: errors, hints and usage lines. It
// is pure.
//
// Errors are made in English, of parts: the kernel's reason, the command, a suggestion. So
// a message is translated when it is printed: it is compared with the formats of the
// table, and the parts that it wraps are translated in turn. Text that is not in the table
// stays English. Tests compare the table with the formats in the sources.
package messages

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/vethlab/vethlab/internal/words"
)

// In returns a message in a language, line by line. ok is false if no part of it is in the
// table: then it is returned as it was.
func In(l words.Lang, message string) (text string, ok bool) {
	if l == words.English {
		return message, false
	}
	t := translators()
	lines := strings.Split(message, "\n")
	for i, line := range lines {
		inner := strings.TrimLeft(line, " ")
		if translated, found := t.message(l, inner); found {
			lines[i], ok = line[:len(line)-len(inner)]+translated, true
		}
	}
	return strings.Join(lines, "\n"), ok
}

// translators compiles the table once, when it is first needed.
var translators = sync.OnceValue(func() translator {
	return translator{compile(sentences()), compile(phrases())}
})

// A translator has the compiled rows: sentences are whole messages or the parts between
// colons, phrases are found only where a sentence has %w.
type translator struct{ sentences, phrases []pattern }

// separators are what stands between the parts of a message, with the Chinese that follows
// a translated part. A message is split at the first of them that has a translated part.
var separators = [...]struct{ english, chinese string }{{"; ", "；"}, {": ", "："}}

// message translates a whole message or, from the left, its parts between separators.
func (t translator) message(l words.Lang, s string) (text string, ok bool) {
	if text, ok = t.row(l, t.sentences, s); ok {
		return text, true
	}
	for _, separator := range separators {
		if text, ok = t.split(l, s, separator.english, separator.chinese); ok {
			return text, true
		}
	}
	return s, false
}

// split translates the parts of a message between separators. ok is false if none is in the
// table.
func (t translator) split(l words.Lang, s, english, chinese string) (text string, ok bool) {
	for from := 0; ; {
		i := strings.Index(s[from:], english)
		if i < 0 {
			return s, false
		}
		from += i
		left, right := s[:from], s[from+len(english):]
		first, found := t.row(l, t.sentences, left)
		if !found && english == "; " {
			first, found = t.message(l, left)
		}
		if found {
			rest, _ := t.message(l, right)
			return first + chinese + rest, true
		}
		if rest, found := t.message(l, right); found {
			return left + english + rest, true
		}
		from += len(english)
	}
}

// row translates a text by the first row that matches all of it.
func (t translator) row(l words.Lang, rows []pattern, s string) (text string, ok bool) {
	for _, p := range rows {
		if found := p.find(s); found != nil {
			return t.fill(l, p, found), true
		}
	}
	return s, false
}

// fill puts the arguments of a match into the row's text.
func (t translator) fill(l words.Lang, p pattern, arguments []string) string {
	values := make([]any, len(arguments))
	for i, a := range arguments {
		if p.verbs[i] == 'w' {
			a = t.part(l, a)
		}
		values[i] = a
	}
	return words.SpaceScripts(fmt.Sprintf(p.text.In(l), values...))
}

// part translates an argument: a sentence, a phrase, or a message of several parts.
func (t translator) part(l words.Lang, s string) string {
	text, ok := t.row(l, t.sentences, s)
	if !ok {
		text, ok = t.row(l, t.phrases, s)
	}
	if !ok {
		text, _ = t.message(l, s)
	}
	return text
}

// A pattern is a compiled row.
type pattern struct {
	text  words.Text // its verbs are all %s, or %[n]s
	re    *regexp.Regexp
	verbs []byte
}

// find returns the arguments with which the English format gives s, or nil. That of %s does
// not contain a separator, at which a message is split.
func (p pattern) find(s string) []string {
	found := p.re.FindStringSubmatch(s)
	if found == nil {
		return nil
	}
	for i, argument := range found[1:] {
		if p.verbs[i] == 's' && (strings.Contains(argument, ": ") || strings.Contains(argument, "; ")) {
			return nil
		}
	}
	return found[1:]
}

// verb matches the verbs of a row.
var verb = regexp.MustCompile(`%[dqsw]`)

// arguments are what the verbs match.
var arguments = map[byte]string{'d': `(-?\d+)`, 'q': `("(?:[^"\\]|\\.)*")`, 's': `(.+?)`, 'w': `(.+?)`}

func compile(rows []words.Text) []pattern {
	list := make([]pattern, len(rows))
	for i, row := range rows {
		p := pattern{text: row}
		var re strings.Builder
		from := 0
		for _, at := range verb.FindAllStringIndex(row.En, -1) {
			re.WriteString(regexp.QuoteMeta(row.En[from:at[0]]) + arguments[row.En[at[0]+1]])
			p.verbs = append(p.verbs, row.En[at[0]+1])
			from = at[1]
		}
		p.re = regexp.MustCompile("^" + re.String() + regexp.QuoteMeta(row.En[from:]) + "$")
		list[i] = p
	}
	return list
}

package iproute2

import (
	"errors"
	"fmt"
	"strings"

	"github.com/vethlab/vethlab/internal/escape"
)

// join writes words as a line for a shell.
func join(words []string) string { return escape.ShellLine(words) }

var errQuote = errors.New("unclosed quote")

// expanded are the characters that a shell expands also within double quotes,
// operators those that end a word.
const (
	expanded  = "$`"
	operators = ";&|<>()"
)

// syntaxError refuses a character that only a shell understands.
func syntaxError(c byte) error {
	return fmt.Errorf("%q is shell syntax: give one command without variables, or quote it", string(rune(c)))
}

// Split returns the words of a line, as a shell would have them that expands
// nothing.
func Split(line string) ([]string, error) { return split(line) }

// split reads the words of one line as a shell does it. A # at the beginning of
// a word starts a comment. What a shell would expand, or take for more than one
// command, is an error; patterns such as * stand for themselves.
func split(line string) ([]string, error) {
	s := splitter{rest: line}
	for s.next() {
	}
	return s.words, s.err
}

// splitter takes words off the front of a line.
type splitter struct {
	rest  string
	words []string
	err   error
}

// next reads one word and reports whether there was one.
func (s *splitter) next() bool {
	s.skipSpace()
	if s.rest == "" || s.rest[0] == '#' {
		return false
	}
	var word strings.Builder
	for s.rest != "" && !strings.ContainsRune(" \t\r\n", rune(s.rest[0])) {
		part, err := s.part()
		if err != nil {
			s.err = err
			return false
		}
		word.WriteString(part)
	}
	s.words = append(s.words, word.String())
	return true
}

// skipSpace steps over what is between words: space, and a backslash at the end
// of a line that goes on.
func (s *splitter) skipSpace() {
	for more := true; more; {
		s.rest = strings.TrimLeft(s.rest, " \t\r\n")
		s.rest, more = strings.CutPrefix(s.rest, "\\\n")
	}
}

// part reads a quoted part of a word, or one character.
func (s *splitter) part() (string, error) {
	c := s.rest[0]
	if strings.IndexByte(expanded+operators, c) >= 0 {
		return "", syntaxError(c)
	}
	s.rest = s.rest[1:]
	switch c {
	case '\'':
		text, rest, ok := strings.Cut(s.rest, "'")
		if !ok {
			return "", errQuote
		}
		s.rest = rest
		return text, nil
	case '"':
		return s.doubleQuoted()
	case '\\':
		if s.rest == "" {
			return "", errQuote
		}
		c, s.rest = s.rest[0], s.rest[1:]
		if c == '\n' { // the line goes on
			return "", nil
		}
	}
	return string([]byte{c}), nil
}

// doubleQuoted reads up to the closing quote.
func (s *splitter) doubleQuoted() (string, error) {
	var text strings.Builder
	for i := 0; i < len(s.rest); i++ {
		switch c := s.rest[i]; {
		case c == '"':
			s.rest = s.rest[i+1:]
			return text.String(), nil
		case strings.IndexByte(expanded, c) >= 0:
			return "", syntaxError(c)
		case c == '\\' && i+1 < len(s.rest) && strings.ContainsRune(`"\$`+"`", rune(s.rest[i+1])):
			i++
			text.WriteByte(s.rest[i])
		default:
			text.WriteByte(c)
		}
	}
	return "", errQuote
}

package iproute2

import (
	"errors"
	"fmt"
	"strings"

	"github.com/vethlab/vethlab/internal/escape"
)

// join quotes words as a command line for a shell.
func join(words []string) string { return escape.ShellLine(words) }

var errQuote = errors.New("unclosed quote")

// expanded are the characters that a shell expands even in double quotes; operators are
// those that end a word.
const (
	expanded  = "$`"
	operators = ";&|<>()"
)

// syntaxError refuses a character that only a shell understands.
func syntaxError(c byte) error {
	return fmt.Errorf("%q is shell syntax: give one command without variables, or quote it", string(rune(c)))
}

// Split splits a line into words as a shell does, without expansions.
func Split(line string) ([]string, error) { return split(line) }

// split splits one line into words as a shell does. A # at the beginning of a word
// starts a comment. Expansions and several commands are errors; patterns such as * are
// taken literally.
func split(line string) ([]string, error) {
	s := splitter{rest: line}
	for s.next() {
	}
	return s.words, s.err
}

// A splitter consumes the words of a line.
type splitter struct {
	rest  string
	words []string
	err   error
}

// next consumes one word; false at the end of the line.
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

// skipSpace skips space and line continuations between words.
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
		if c == '\n' { // a line continuation
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

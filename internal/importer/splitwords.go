package importer

import (
	"errors"
	"strings"
)

// A wordSplitter splits a command line as containerlab does, with Google's shlex for Go:
// quotes, backslashes and comments are those of a shell, all else is text. There are no
// expansions, operators and keywords. Unlike in a shell, a backslash within double quotes
// makes every character literal, and one before a line break keeps it.
type wordSplitter struct {
	words  []string
	word   strings.Builder
	inWord bool
	quote  rune // the open quote; 0: none
	escape bool // after a backslash
	remark bool // in a comment
}

// splitWords returns the words of a command line.
func splitWords(line string) ([]string, error) {
	var s wordSplitter
	for _, r := range line {
		s.add(r)
	}
	switch {
	case s.escape:
		return nil, errors.New("cannot split the command into words: nothing follows its last backslash")
	case s.quote != 0:
		return nil, errors.New("cannot split the command into words: a quote is not closed")
	}
	s.end()
	return s.words, nil
}

// add takes the next character.
func (s *wordSplitter) add(r rune) {
	switch {
	case s.remark:
		s.remark = r != '\n'
	case s.escape:
		s.escape = false
		s.word.WriteRune(r)
	case r == '\\' && s.quote != '\'':
		s.escape, s.inWord = true, true
	case s.quote == r:
		s.quote = 0
	case s.quote != 0:
		s.word.WriteRune(r)
	default:
		s.addUnquoted(r)
	}
}

func (s *wordSplitter) addUnquoted(r rune) {
	switch {
	case r == '"' || r == '\'':
		s.quote, s.inWord = r, true
	case strings.ContainsRune(" \t\r\n", r):
		s.end()
	case r == '#' && !s.inWord:
		s.remark = true
	default:
		s.inWord = true
		s.word.WriteRune(r)
	}
}

// end ends the current word, which may be empty: "".
func (s *wordSplitter) end() {
	if s.inWord {
		s.words = append(s.words, s.word.String())
	}
	s.inWord = false
	s.word.Reset()
}

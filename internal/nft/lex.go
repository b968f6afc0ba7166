package nft

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/words"
)

// An Error is a syntax or semantic error at a position of a text.
type Error struct {
	Line, Col int // from 1, columns in bytes
	Msg       string
}

func (e *Error) Error() string { return fmt.Sprintf("%d:%d: %s", e.Line, e.Col, e.Msg) }

// Errors are all errors of a text, by position.
type Errors []*Error

func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

type tokenKind int

const (
	end        tokenKind = iota // the end of the text
	separator                   // a semicolon or the end of a line
	bareword                    // a word without quotes
	quotedText                  // a text in quotes
	symbol                      // { } , == …
)

// A token is the smallest part of a text.
type token struct {
	kind      tokenKind
	text      string // without quotes
	line, col int
	reported  bool // it stands for something that is reported already
}

func (t token) String() string {
	switch t.kind {
	case end:
		return "the end"
	case separator:
		return "the end of the statement"
	}
	return fmt.Sprintf("%q", t.text)
}

// symbols returns the texts of symbols, longer ones first.
func symbols() []string {
	return []string{"==", "!=", "<=", ">=", "<<", ">>", "<", ">", "{", "}", "(", ")", ",", "&", "|", "=", "!", "@", "$"}
}

// A lexer cuts a text into tokens.
type lexer struct {
	rest      string
	line, col int
	tokens    []token
	errs      Errors
}

func lex(s string) ([]token, Errors) {
	l := &lexer{rest: s, line: 1, col: 1}
	for l.rest != "" {
		l.next()
	}
	l.emit(end, "", 0)
	return l.tokens, l.errs
}

// emit appends a token that is n bytes long, and steps over them.
func (l *lexer) emit(kind tokenKind, s string, n int) {
	l.tokens = append(l.tokens, token{kind: kind, text: s, line: l.line, col: l.col})
	l.skip(n)
}

func (l *lexer) skip(n int) {
	for _, c := range []byte(l.rest[:n]) {
		l.col++
		if c == '\n' {
			l.line, l.col = l.line+1, 1
		}
	}
	l.rest = l.rest[n:]
}

func (l *lexer) next() {
	switch c := l.rest[0]; {
	case c == '\n' || c == ';':
		l.emit(separator, l.rest[:1], 1)
	case c == ' ' || c == '\t' || c == '\r':
		l.skip(1)
	case c == '#':
		l.skip(lineEnd(l.rest))
	case strings.HasPrefix(l.rest, "\\\n"):
		l.skip(2)
	case c == '"':
		l.quoted()
	default:
		l.word()
	}
}

func lineEnd(s string) int {
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		return i
	}
	return len(s)
}

func (l *lexer) quoted() {
	n := strings.IndexAny(l.rest[1:], "\"\n")
	if n < 0 || l.rest[1+n] == '\n' {
		l.errs = append(l.errs, &Error{l.line, l.col, "unterminated quote"})
		l.skip(lineEnd(l.rest))
		return
	}
	l.emit(quotedText, l.rest[1:1+n], n+2)
}

func (l *lexer) word() {
	if i := slices.IndexFunc(symbols(), func(s string) bool { return strings.HasPrefix(l.rest, s) }); i >= 0 {
		l.emit(symbol, symbols()[i], len(symbols()[i]))
		return
	}
	n := strings.IndexAny(l.rest, " \t\r\n;#\"{}(),=!<>&|@$\\")
	switch {
	case n < 0:
		n = len(l.rest)
	case n == 0:
		n = 1
	}
	l.emit(bareword, l.rest[:n], n)
}

// A parser reads tokens.
type parser struct {
	tokens []token
	pos    int
	family Family
	errs   Errors
	rules  int // that were read

	// names are the names of chains and sets that the rule refers to.
	names []token

	// unread are names of tables, chains and sets whose declaration has an error.
	// incomplete says that there are others, with unknown names.
	unread     map[string]bool
	incomplete bool
}

func newParser(s string) *parser {
	tokens, errs := lex(s)
	p := &parser{errs: errs, unread: map[string]bool{}}
	p.tokens = p.expand(tokens)
	return p
}

// peek returns the next token.
func (p *parser) peek() token { return p.tokens[p.pos] }

// next consumes the next token.
func (p *parser) next() token {
	t := p.peek()
	if t.kind != end {
		p.pos++
	}
	return t
}

// is reports whether the next token is this word or symbol.
func (p *parser) is(s string) bool {
	t := p.peek()
	return (t.kind == bareword || t.kind == symbol) && t.text == s
}

// skip consumes the next token if it is one of these words and symbols.
func (p *parser) skip(any ...string) bool {
	if !slices.ContainsFunc(any, p.is) {
		return false
	}
	p.pos++
	return true
}

// want consumes a required symbol or word.
func (p *parser) want(s string) error {
	if !p.skip(s) {
		return p.unexpected(fmt.Sprintf("%q", s))
	}
	return nil
}

// word consumes a word or a quoted text.
func (p *parser) word(what string) (string, error) {
	if t := p.peek(); t.kind != bareword && t.kind != quotedText {
		return "", p.unexpected(what)
	}
	return p.next().text, nil
}

// skipSeparators skips line ends and semicolons.
func (p *parser) skipSeparators() {
	for p.peek().kind == separator {
		p.pos++
	}
}

// fail records an error.
func (p *parser) fail(t token, format string, args ...any) {
	p.errs = append(p.errs, p.errorAt(t, format, args...))
}

// record adds an error to those of the text.
func (p *parser) record(err error) {
	if e := (*Error)(nil); errors.As(err, &e) && e.Msg != "" {
		p.errs = append(p.errs, e)
	}
}

// errorAt returns an error at a token. It has no message if the token is reported already.
func (p *parser) errorAt(t token, format string, args ...any) *Error {
	if t.reported {
		return &Error{Line: t.line, Col: t.col}
	}
	return &Error{t.line, t.col, fmt.Sprintf(format, args...)}
}

// unexpected returns an error on the next token.
func (p *parser) unexpected(what string) error {
	return p.errorAt(p.peek(), "expected %s, found %s", what, p.peek())
}

// choice consumes one of the known words.
func (p *parser) choice(known ...string) (string, error) {
	if t := p.peek(); t.kind == bareword && slices.Contains(known, t.text) {
		return p.next().text, nil
	}
	what := strings.Join(known, ", ")
	if i := strings.LastIndex(what, ", "); i >= 0 {
		what = what[:i] + " or" + what[i+1:]
	}
	return "", p.errorAt(p.peek(), "expected %s, found %s%s", what, p.peek(), words.DidYouMean(p.peek().text, known))
}

// openBraces returns how many braces tokens open and do not close.
func openBraces(tokens []token) int {
	depth := 0
	for _, t := range tokens {
		switch {
		case t.kind == symbol && t.text == "{":
			depth++
		case t.kind == symbol && t.text == "}":
			depth--
		}
	}
	return max(0, depth)
}

// skipStatement records an error and skips the rest of the statement, in which depth
// braces are open.
func (p *parser) skipStatement(err error, depth int) {
	p.record(err)
	for ; p.peek().kind != end; p.next() {
		switch t := p.peek(); {
		case t.kind == symbol && t.text == "{":
			depth++
		case t.kind == symbol && t.text == "}":
			if depth--; depth < 0 {
				return
			}
		case t.kind == separator && depth == 0:
			return
		}
	}
}

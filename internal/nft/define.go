package nft

import "slices"

// maxTokens bounds the number of tokens after the expansion of definitions.
const maxTokens = 1 << 18

// expand replaces $NAME by the tokens of its definition. Definitions stay in the text.
func (p *parser) expand(tokens []token) []token {
	e := expander{parser: p, defined: map[string][]token{}}
	for len(tokens) > 0 {
		if n := definition(tokens, e.out); n > 0 {
			if unclosed(tokens[:n]) {
				e.fail(tokens[3], "the definition of $%s ends before its }", tokens[1].text)
			}
			e.define(tokens[:n])
			tokens = tokens[n:]
			continue
		}
		tokens = tokens[e.next(tokens):]
	}
	return e.out
}

// An expander copies tokens.
type expander struct {
	*parser
	defined map[string][]token
	out     []token
}

// definition returns how many tokens a definition has, up to the end of its line; 0 if the
// next tokens are none. before are the tokens before them.
func definition(tokens, before []token) int {
	starts := len(before) == 0 || before[len(before)-1].kind == separator || before[len(before)-1].text == "}"
	if !starts || len(tokens) < 4 || tokens[0].kind != bareword || tokens[0].text != "define" || tokens[2].text != "=" {
		return 0
	}
	depth := 0
	for n, t := range tokens {
		switch {
		case t.kind == end || t.kind == separator && depth <= 0:
			return n
		case t.kind == symbol && t.text == "{":
			depth++
		case t.kind == symbol && t.text == "}":
			depth--
		}
	}
	return 0
}

// unclosed reports whether a definition has more opening than closing brackets.
func unclosed(tokens []token) bool {
	depth := 0
	for _, t := range tokens {
		if t.kind == symbol && t.text == "{" {
			depth++
		}
		if t.kind == symbol && t.text == "}" {
			depth--
		}
	}
	return depth > 0
}

// define copies a definition and records its value.
func (e *expander) define(tokens []token) {
	name := tokens[1].text
	e.out = append(e.out, tokens[:3]...)
	begin := len(e.out)
	for tokens = tokens[3:]; len(tokens) > 0; {
		tokens = tokens[e.next(tokens):]
	}
	value := slices.Clone(e.out[begin:])
	e.defined[name] = slices.DeleteFunc(value, func(t token) bool { return t.kind == separator })
}

// next copies the next token, or the value that it and the one after it stand for. It
// returns how many it has read.
func (e *expander) next(tokens []token) int {
	t := tokens[0]
	if t.kind != symbol || t.text != "$" || len(tokens) < 2 || tokens[1].kind != bareword {
		e.out = append(e.out, t)
		return 1
	}
	name := tokens[1].text
	value, ok := e.defined[name]
	if !ok || len(e.out)+len(value) > maxTokens {
		e.fail(t, ternary(ok, "definitions make this text too large: $%s", "undefined variable $%s"), name)
		value = []token{{kind: bareword, text: "?", line: t.line, col: t.col, reported: true}}
	}
	e.out = append(e.out, value...)
	return 2
}

package nft

import "strconv"

// ParseRule parses a text that is one rule. f is the family of its table; with "" the
// rule must be in the form of nft's listing.
func ParseRule(f Family, s string) (Rule, error) {
	p := newParser(s)
	p.family = f
	r, err := p.rule()
	if err == nil && p.peek().kind != end {
		err = p.unexpected("the end")
	}
	p.record(err)
	if len(p.errs) > 0 {
		return Rule{}, p.errs
	}
	return r, nil
}

// rule reads statements up to the end of the line.
func (p *parser) rule() (Rule, error) {
	var r Rule
	p.rules++
	start := p.peek()
	for !p.atEnd() {
		if p.skip("comment") {
			var err error
			if r.Comment, err = p.word("a comment"); err != nil {
				return r, err
			}
			continue
		}
		s, err := p.statement()
		if err != nil {
			return r, err
		}
		r.Statements = append(r.Statements, s)
	}
	if len(r.Statements) == 0 {
		return r, p.unexpected("a rule")
	}
	if p.family == "" {
		return r, nil
	}
	if err := p.checkRule(r); err != nil {
		return r, p.errorAt(start, "%v", err)
	}
	r.Statements = implicit(p.family, r.Statements)
	return r, nil
}

func (p *parser) atEnd() bool {
	t := p.peek()
	return t.kind == end || t.kind == separator || t.kind == symbol && t.text == "}"
}

func (p *parser) statement() (Statement, error) {
	switch word := p.peek().text; word {
	case "accept", "drop", "continue", "return", "jump", "goto":
		return p.verdict()
	case "counter":
		return p.counter()
	case "limit":
		return p.limit()
	case "log":
		return p.log()
	case "reject":
		return p.reject()
	case "snat", "dnat", "masquerade", "redirect":
		return p.nat()
	case "notrack":
		p.next()
		return Notrack{}, nil
	case "xt", "queue", "dup", "fwd", "tproxy", "synproxy", "quota", "flow", "tcp option":
		return nil, p.errorAt(p.peek(), "%q is not supported", word)
	}
	return p.match()
}

func (p *parser) verdict() (Verdict, error) {
	word, err := p.choice("accept", "drop", "continue", "return", "jump", "goto")
	if err != nil || word != "jump" && word != "goto" {
		return Verdict{Word: word}, err
	}
	chain, err := p.reference("the name of a chain")
	return Verdict{word, chain}, err
}

// reference consumes the name of a chain or set that must exist.
func (p *parser) reference(what string) (string, error) {
	at := p.peek()
	name, err := p.word(what)
	if err == nil {
		p.names = append(p.names, at)
	}
	return name, err
}

// number consumes a number of at most that many bits.
func (p *parser) number(what string, bits int) (uint64, error) {
	n, err := strconv.ParseUint(p.peek().text, 0, bits)
	if err != nil {
		return 0, p.unexpected(what)
	}
	p.next()
	return n, nil
}

func ternary[T any](is bool, yes, no T) T {
	if is {
		return yes
	}
	return no
}

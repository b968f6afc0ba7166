package nft

import (
	"fmt"
	"slices"
	"strings"
)

// Parse reads commands, and tables as `nft list ruleset` prints them, which become the
// commands that create them. The error is of type [Errors].
func Parse(s string) ([]Command, error) {
	p := newParser(s)
	var list []Command
	for {
		p.skipSeparators()
		if p.peek().kind == end {
			break
		}
		start := p.pos
		cmds, err := p.command()
		if err == nil && p.peek().kind != separator && p.peek().kind != end {
			err = p.unexpected("the end of the command")
		}
		if err != nil {
			p.skipStatement(err, openBraces(p.tokens[start:p.pos]))
			p.skip("}")
		}
		list = append(list, cmds...)
	}
	if len(p.errs) > 0 {
		slices.SortStableFunc(p.errs, func(a, b *Error) int { return (a.Line-b.Line)*1e6 + a.Col - b.Col })
		return nil, p.errs
	}
	return list, nil
}

// ParseRuleset reads a ruleset as `nft list ruleset` prints it.
func ParseRuleset(s string) (Ruleset, error) {
	cmds, err := Parse(s)
	if err != nil {
		return nil, err
	}
	var rs Ruleset
	for _, c := range cmds {
		if err := c.Apply(&rs); err != nil {
			return nil, Errors{{1, 1, fmt.Sprintf("%s: %v", c, err)}}
		}
	}
	return rs, nil
}

func (p *parser) command() ([]Command, error) {
	switch {
	case p.skip("define"):
		return nil, p.define()
	case p.is("include"):
		return nil, p.errorAt(p.peek(), "include is not supported: insert the text of the file")
	case p.is("table"), p.is("chain"), p.is("rule"), p.is("set"), p.is("element"):
		return p.add()
	}
	verb, err := p.choice("add", "create", "insert", "delete", "flush", "list")
	switch {
	case err != nil:
		return nil, err
	case verb == "add" || verb == "create":
		return p.add()
	case verb == "insert":
		return p.single(p.newRule(Insert))
	case verb == "delete":
		return p.single(p.delete())
	}
	return p.single(p.flushOrList(Verb(verb)))
}

func (p *parser) single(c Command, err error) ([]Command, error) { return []Command{c}, err }

// define reads "NAME = value", up to the end of the line.
func (p *parser) define() error {
	name, err := p.word("a name")
	if err != nil {
		return err
	}
	if err := p.want("="); err != nil {
		return err
	}
	var value []token
	depth := 0
	for t := p.peek(); t.kind != end && (t.kind != separator || depth > 0); t = p.peek() {
		switch t.text {
		case "{":
			depth++
		case "}":
			depth--
		}
		if t.kind != separator {
			value = append(value, t)
		}
		p.pos++
	}
	p.defined[name] = value
	return nil
}

func (p *parser) add() ([]Command, error) {
	object, err := p.choice("table", "chain", "rule", "set", "element")
	if err != nil {
		return nil, err
	}
	switch object {
	case "table":
		return p.addTable()
	case "chain":
		return p.single(p.addChain())
	case "set":
		return p.single(p.addSet())
	case "element":
		return p.single(p.elementsOf(Add))
	}
	p.pos--
	return p.single(p.newRule(Add))
}

// table reads the family and the name of a table.
func (p *parser) table() (TableID, error) {
	id := TableID{Family: IP}
	if t := p.peek(); t.kind == bareword && slices.Contains(families(), t.text) {
		id.Family = Family(p.next().text)
	}
	var err error
	id.Name, err = p.name("the name of a table")
	p.family = id.Family
	return id, err
}

// name reads the name of a table, chain or set.
func (p *parser) name(what string) (string, error) {
	t := p.peek()
	if t.kind != bareword {
		return "", p.unexpected(what)
	}
	const others = "_-./\\"
	ok := func(c rune) bool {
		return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune(others, c)
	}
	if strings.TrimFunc(t.text, ok) != "" || '0' <= t.text[0] && t.text[0] <= '9' || t.text[0] == '-' {
		return "", p.errorAt(t, "invalid name %s", t)
	}
	return p.next().text, nil
}

func (p *parser) addTable() ([]Command, error) {
	id, err := p.table()
	if err != nil {
		return nil, err
	}
	list := []Command{{Verb: Add, Object: ATable, Table: id}}
	if !p.skip("{") {
		return list, nil
	}
	var chains, rules []Command
	for {
		p.skipSeparators()
		if p.skip("}") {
			return slices.Concat(list, chains, rules), nil
		}
		if p.peek().kind == end {
			return nil, p.unexpected(`"}"`)
		}
		in, err := p.inTable(id)
		if err != nil {
			p.skipStatement(err, 0)
		}
		for _, c := range in {
			switch c.Object {
			case AChain:
				chains = append(chains, c)
			case ARule:
				rules = append(rules, c)
			default:
				list = append(list, c)
			}
		}
	}
}

// inTable reads a chain or set within a table.
func (p *parser) inTable(id TableID) ([]Command, error) {
	if p.skip("comment") {
		_, err := p.word("a comment")
		return nil, err
	}
	what, err := p.choice("chain", "set")
	if err != nil {
		return nil, err
	}
	name, err := p.name("the name of a " + what)
	if err != nil {
		return nil, err
	}
	if err := p.want("{"); err != nil {
		return nil, err
	}
	if what == "set" {
		s := Set{Name: name}
		err := p.setBody(&s)
		return []Command{{Verb: Add, Object: ASet, Table: id, Name: name, Set: s}}, err
	}
	return p.chainBody(id, name)
}

// chainBody reads the text between the braces of a chain.
func (p *parser) chainBody(id TableID, name string) ([]Command, error) {
	chain := Command{Verb: Add, Object: AChain, Table: id, Name: name}
	var rules []Command
	for {
		p.skipSeparators()
		if p.skip("}") {
			return append([]Command{chain}, rules...), nil
		}
		var err error
		switch {
		case p.peek().kind == end:
			return nil, p.unexpected(`"}"`)
		case p.is("type"):
			chain.Base, err = p.base(id.Family)
		case p.is("policy"):
			err = p.policy(chain.Base)
		default:
			var r Rule
			if r, err = p.rule(); err == nil {
				rules = append(rules, Command{Verb: Add, Object: ARule, Table: id, Name: name, Rule: r})
			}
		}
		if err != nil {
			p.skipStatement(err, 0)
		}
	}
}

package nft

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Parse reads commands, and tables as `nft list ruleset` prints them, which become the
// commands that create them. The error is of type [Errors].
func Parse(s string) ([]Command, error) {
	p := newParser(s)
	parsed := p.commands()
	if len(p.errs) > 0 {
		return nil, p.errs.sorted()
	}
	list := make([]Command, len(parsed))
	for i, c := range parsed {
		list[i] = c.Command
	}
	return list, nil
}

// A parsedCommand is a command and its position in the text.
type parsedCommand struct {
	Command
	at    token
	names []token // of chains and sets that its rule refers to
}

// maxRules is the limit of rules in a text.
const maxRules = 20_000

// commands reads all commands. Those with errors are left out, unless they declare
// something by which others are understood.
func (p *parser) commands() []parsedCommand {
	var list []parsedCommand
	for {
		p.skipSeparators()
		if p.peek().kind == end {
			return list
		}
		start := p.pos
		cmds, err := p.command()
		if p.rules > maxRules {
			p.errs = Errors{p.errorAt(p.peek(), "these are more than %d rules, the limit of a text", maxRules)}
			return nil
		}
		if err == nil && p.peek().kind != separator && p.peek().kind != end {
			err = p.unexpected("the end of the command")
		}
		if err != nil {
			cmds = p.readable(cmds)
			p.skipStatement(err, openBraces(p.tokens[start:p.pos]))
			p.skip("}")
		}
		list = append(list, cmds...)
	}
}

// readable returns those of the commands of a text with an error that declare a table or
// chain, and records what else it may declare.
func (p *parser) readable(cmds []parsedCommand) []parsedCommand {
	if len(cmds) == 0 {
		p.incomplete = true
	}
	return slices.DeleteFunc(cmds, func(c parsedCommand) bool {
		switch {
		case c.Verb != Add || c.Object == ARule || c.Object == AnElement:
			return true
		case c.Object == ATable && c.Table.Name == "" || c.Object != ATable && c.Name == "":
			p.incomplete = true
			return true
		case c.Object == ASet:
			p.unread[c.Name] = true
			return true
		}
		return false
	})
}

func (es Errors) sorted() Errors {
	slices.SortStableFunc(es, func(a, b *Error) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col)) })
	return es
}

// ParseRuleset reads a ruleset as `nft list ruleset` prints it, or the commands that make
// it. The error is of type [Errors], with all errors of the text.
func ParseRuleset(s string) (Ruleset, error) {
	return ParseRulesetFor(s, func(string) bool { return true })
}

// ParseRulesetFor is [ParseRuleset] for a namespace of which hasLink reports the links: a
// rule that matches the index of another one (iif, oif) is an error.
func ParseRulesetFor(s string, hasLink func(name string) bool) (Ruleset, error) {
	p := newParser(s)
	var rs Ruleset
	reported := map[string]bool{}
	for _, c := range p.commands() {
		errs := c.apply(&rs, true)
		if c.Object == ARule {
			errs = append(errs, unknownLinks(c.Rule, hasLink)...)
		}
		for _, err := range errs {
			if e := p.applyError(c, err, reported); e != nil {
				p.errs = append(p.errs, e)
			}
		}
	}
	if len(p.errs) > 0 {
		return nil, p.errs.sorted()
	}
	return rs, nil
}

func unknownLinks(r Rule, hasLink func(string) bool) []error {
	var errs []error
	for _, name := range r.Links() {
		if !hasLink(name) {
			msg := fmt.Sprintf("unknown interface %q (iif and oif want one that the node has, iifname and oifname any)", name)
			errs = append(errs, &nameError{name, msg, true})
		}
	}
	return errs
}

// applyError returns an error of a command at the position of the name that it is about;
// nil if it follows from an error that is reported.
func (p *parser) applyError(c parsedCommand, err error, reported map[string]bool) *Error {
	named := (*nameError)(nil)
	if !errors.As(err, &named) {
		return p.errorAt(c.at, "%v", err)
	}
	at := slices.IndexFunc(c.names, func(t token) bool { return t.text == named.name })
	switch {
	case !named.isLink && (p.incomplete || p.unread[named.name]):
		return nil
	case at >= 0:
		return p.errorAt(c.names[at], "%v", err)
	case reported[named.msg]: // each command needs the same table or chain
		return nil
	}
	reported[named.msg] = true
	return p.errorAt(c.at, "%v", err)
}

func (p *parser) command() ([]parsedCommand, error) {
	switch {
	case p.skip("define"):
		return nil, p.define()
	case p.is("include"):
		return nil, p.errorAt(p.peek(), "include is not supported: insert the text of the file")
	case p.is("table"), p.is("chain"), p.is("rule"), p.is("set"), p.is("element"):
		return p.add()
	}
	at := p.peek()
	verb, err := p.choice("add", "create", "insert", "delete", "flush", "list")
	switch {
	case err != nil:
		return nil, err
	case verb == "add" || verb == "create":
		return p.add()
	case verb == "insert":
		c, err := p.newRule(Insert)
		return p.single(at, c, err)
	case verb == "delete":
		c, err := p.delete()
		return p.single(at, c, err)
	}
	c, err := p.flushOrList(Verb(verb))
	return p.single(at, c, err)
}

// single returns a command that begins at a token.
func (p *parser) single(at token, c Command, err error) ([]parsedCommand, error) {
	return []parsedCommand{p.parsed(at, c)}, err
}

// parsed returns a command with the names that were read since the last one.
func (p *parser) parsed(at token, c Command) parsedCommand {
	names := p.names
	p.names = nil
	return parsedCommand{c, at, names}
}

// define skips "NAME = value", up to the end of the line: see [parser.expand].
func (p *parser) define() error {
	if _, err := p.word("a name"); err != nil {
		return err
	}
	if err := p.want("="); err != nil {
		return err
	}
	for depth := 0; p.peek().kind != end && (p.peek().kind != separator || depth > 0); p.pos++ {
		switch p.peek().text {
		case "{":
			depth++
		case "}":
			depth--
		}
	}
	return nil
}

func (p *parser) add() ([]parsedCommand, error) {
	at := p.peek()
	object, err := p.choice("table", "chain", "rule", "set", "element")
	if err != nil {
		return nil, err
	}
	switch object {
	case "table":
		return p.addTable(at)
	case "chain":
		c, err := p.addChain()
		return p.single(at, c, err)
	case "set":
		c, err := p.addSet()
		return p.single(at, c, err)
	case "element":
		c, err := p.elementsOf(Add)
		return p.single(at, c, err)
	}
	p.pos--
	c, err := p.newRule(Add)
	return p.single(at, c, err)
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

// addTable reads the rest of a table. If it has no end, the error is that, and the table
// has what was read.
func (p *parser) addTable(at token) ([]parsedCommand, error) {
	id, err := p.table()
	list := []parsedCommand{p.parsed(at, Command{Verb: Add, Object: ATable, Table: id})}
	if err != nil || !p.skip("{") {
		return list, err
	}
	var chains, rules []parsedCommand
	for {
		p.skipSeparators()
		switch {
		case p.skip("}"):
			return slices.Concat(list, chains, rules), nil
		case p.peek().kind == end:
			return slices.Concat(list, chains, rules), p.unexpected(`"}"`)
		case p.rules > maxRules:
			return nil, nil
		}
		start := p.pos
		in, err := p.inTable(id)
		if err != nil {
			in = p.readable(in)
			p.skipStatement(err, openBraces(p.tokens[start:p.pos]))
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
func (p *parser) inTable(id TableID) ([]parsedCommand, error) {
	if p.skip("comment") {
		_, err := p.word("a comment")
		return nil, err
	}
	at := p.peek()
	what, err := p.choice("chain", "set")
	if err != nil {
		name := p.tokens[min(p.pos+1, len(p.tokens)-1)] // it may be misspelt
		return []parsedCommand{p.parsed(at, Command{Verb: Add, Object: ASet, Table: id, Name: name.text})}, err
	}
	c := Command{Verb: Add, Object: ternary(what == "set", ASet, AChain), Table: id, Name: p.peek().text}
	if _, err = p.name("the name of a " + what); err == nil {
		err = p.want("{")
	}
	switch {
	case err != nil:
		return p.single(at, c, err)
	case what == "set":
		c.Set.Name = c.Name
		err := p.setBody(&c.Set)
		return p.single(at, c, err)
	}
	return p.chainBody(p.parsed(at, c))
}

// chainBody reads the text between the braces of a chain.
func (p *parser) chainBody(chain parsedCommand) ([]parsedCommand, error) {
	var rules []parsedCommand
	for {
		p.skipSeparators()
		at := p.peek()
		var err error
		switch {
		case p.rules > maxRules:
			return nil, nil // commands reports it
		case p.skip("}"):
			return append([]parsedCommand{chain}, rules...), nil
		case at.kind == end:
			return append([]parsedCommand{chain}, rules...), p.unexpected(`"}"`)
		case p.is("type"):
			if chain.Base, err = p.base(chain.Table.Family); err != nil {
				chain.Base = &Base{Type: "nat"} // a policy may follow, and any rule
			}
		case p.is("policy"):
			err = p.policy(chain.Base)
		default:
			c := Command{Verb: Add, Object: ARule, Table: chain.Table, Name: chain.Name}
			c.Rule, err = p.rule()
			if rule := p.parsed(at, c); err == nil {
				rules = append(rules, rule)
			}
		}
		if err != nil {
			p.skipStatement(err, 0)
		}
	}
}

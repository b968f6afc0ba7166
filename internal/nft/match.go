package nft

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/vethlab/vethlab/internal/words"
)

// match reads a statement that begins with a key: a match, a verdict map or an
// assignment.
func (p *parser) match() (Statement, error) {
	start := p.peek()
	key, err := p.key()
	switch {
	case err != nil:
		return nil, err
	case p.skip("set"):
		return p.assign(start, key)
	case p.skip("vmap"):
		return p.verdictMap(start, key)
	case p.is("map"), p.is("."):
		return nil, p.errorAt(p.peek(), "%s of values is not supported", ternary(p.is("."), "a concatenation", "a map"))
	}
	m := Match{Key: key}
	if p.skip("&", "and") {
		if m.Mask, err = p.flags("a mask"); err != nil {
			return nil, err
		}
	}
	if p.is("!") && field(key).kind.flags { // matches if none of the flags is set
		p.next()
		m.Mask, err = p.flags("flags")
		m.Values = []string{"0"}
		if err == nil {
			m, err = m.Canonical()
		}
		return m, err
	}
	for _, op := range []string{"==", "!=", "<=", ">=", "<", ">"} {
		if p.skip(op) {
			m.Op = op
			break
		}
	}
	at, first := p.peek(), p.pos
	if err := p.values(&m); err != nil {
		return nil, err
	}
	if key == "iif" || key == "oif" {
		p.names = append(p.names, p.tokens[first:p.pos]...)
	}
	m, err = m.Canonical()
	if err != nil {
		if i := slices.IndexFunc(p.tokens[first:p.pos], func(t token) bool { return t.kind != symbol && quotes(err, t.text) }); i >= 0 {
			at = p.tokens[first+i]
		}
		return nil, p.errorAt(at, "%v", err)
	}
	return m, nil
}

// quotes reports whether an error is about a value.
func quotes(err error, value string) bool { return strings.Contains(err.Error(), strconv.Quote(value)) }

// key reads a key such as "ip saddr" and returns it as it is listed.
func (p *parser) key() (string, error) {
	start := p.next()
	if start.kind != bareword {
		p.pos = max(0, p.pos-1)
		return "", p.unexpected("a statement")
	}
	for n := 3; n > 0; n-- {
		key := strings.Join(p.wordsFrom(start.text, n-1), " ")
		for _, k := range []string{key, strings.TrimPrefix(key, "meta "), "meta " + key} {
			if _, ok := fields[k]; ok && len(strings.Fields(key)) == n {
				p.pos += n - 1
				return k, nil
			}
		}
	}
	return "", p.unknownKey(start)
}

// wordsFrom returns first and up to n of the words after it.
func (p *parser) wordsFrom(first string, n int) []string {
	list := []string{first}
	for i := 0; i < n && p.tokens[p.pos+i].kind == bareword; i++ {
		list = append(list, p.tokens[p.pos+i].text)
	}
	return list
}

// unknownKey returns the error for an unknown key, with a suggestion.
func (p *parser) unknownKey(t token) error {
	text := strings.Join(p.wordsFrom(t.text, 1), " ")
	known := slices.Sorted(maps.Keys(fields))
	var after []string
	for _, k := range known {
		if rest, ok := strings.CutPrefix(k, t.text+" "); ok {
			after = append(after, rest)
		}
	}
	if len(after) > 0 {
		_, err := p.choice(after...)
		return err
	}
	statements := []string{"accept", "drop", "return", "jump", "goto", "counter", "limit", "log", "reject", "snat", "dnat", "masquerade", "redirect", "notrack"}
	if near := words.DidYouMean(t.text, statements); near != "" {
		return p.errorAt(t, "unknown statement %s%s", t, near)
	}
	if near := words.DidYouMean(text, known); near != "" {
		return p.errorAt(t, "unknown expression %q%s", text, near)
	}
	return p.errorAt(t, "unknown statement %s", t)
}

// values reads the right-hand side of a match.
func (p *parser) values(m *Match) (err error) {
	switch {
	case p.skip("@"):
		m.Named = true
		name, err := p.reference("the name of a set")
		m.Values = []string{name}
		return err
	case p.skip("{"):
		m.Set = true
		m.Values, err = p.elements()
		return err
	}
	kind := field(m.Key).kind
	if kind.flags {
		var value string
		if value, err = p.flags("a value"); err == nil && p.skip("/") {
			m.Mask, err = p.flags("a mask")
		}
		m.Values = []string{value}
		return err
	}
	value, err := p.value()
	m.Values = []string{value}
	return err
}

// value reads one value or "from-to", also with spaces around the "-".
func (p *parser) value() (string, error) {
	value, err := p.word("a value")
	if err == nil && p.skip("-") {
		var to string
		to, err = p.word("a value")
		value += "-" + to
	}
	for err == nil && p.skip("|") {
		var more string
		more, err = p.word("a value")
		value += "|" + more
	}
	return value, err
}

// flags reads flags separated by "," or, in parentheses, by "|".
func (p *parser) flags(what string) (string, error) {
	open := p.skip("(")
	var list []string
	for {
		f, err := p.word(what)
		if err != nil {
			return "", err
		}
		list = append(list, f)
		if !p.skip(",", "|") {
			break
		}
	}
	if open {
		return strings.Join(list, ","), p.want(")")
	}
	return strings.Join(list, ","), nil
}

// elements reads values up to the closing brace, which may be on another line.
func (p *parser) elements() ([]string, error) {
	var list []string
	for {
		p.blank()
		if p.skip("}") {
			break
		}
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		p.blank()
		if !p.skip(",") && !p.is("}") {
			return nil, p.unexpected(`"," or "}"`)
		}
	}
	if len(list) == 0 {
		return nil, p.errorAt(p.peek(), "empty set")
	}
	return list, nil
}

// blank skips line ends.
func (p *parser) blank() {
	for t := p.peek(); t.kind == separator && t.text == "\n"; t = p.peek() {
		p.pos++
	}
}

func (p *parser) assign(start token, key string) (Statement, error) {
	if !assignable(key) {
		return nil, p.errorAt(start, "%s cannot be set (want meta mark, meta priority, meta nftrace or ct mark)", key)
	}
	if p.is("ct") || p.is("meta") || p.is("mark") {
		from, err := p.key()
		return Assign{key, from}, err
	}
	t := p.peek()
	value, err := p.word("a value")
	if err != nil {
		return nil, err
	}
	kind := field(key).kind
	data, err := kind.parse(value, nil)
	if err != nil {
		return nil, p.errorAt(t, "%v", err)
	}
	return Assign{key, kind.format(data, nil)}, nil
}

func assignable(key string) bool {
	return slices.Contains([]string{"meta mark", "meta priority", "meta nftrace", "ct mark"}, key)
}

// canonical returns the map with its elements in the order of a listing.
func (m VerdictMap) canonical() (VerdictMap, error) {
	t := field(m.Key).kind
	if len(m.Elements) == 0 {
		return m, fmt.Errorf("empty map")
	}
	verdicts := map[string]Verdict{}
	var values []string
	for _, e := range m.Elements {
		one, err := t.canonical([]string{e.Value}, false)
		if err != nil {
			return m, err
		}
		if _, ok := verdicts[one[0]]; ok {
			return m, fmt.Errorf("duplicate key %s", one[0])
		}
		verdicts[one[0]] = e.Verdict
		values = append(values, one[0])
	}
	values, err := t.canonical(values, false)
	if err != nil {
		return m, err
	}
	m.Elements = nil
	for _, v := range values {
		m.Elements = append(m.Elements, VerdictElement{v, verdicts[v]})
	}
	return m, nil
}

// checkRule returns an error if nft(8) would refuse the rule.
func (p *parser) checkRule(r Rule) error {
	list, err := explicit(p.family, r.Statements)
	if err != nil {
		return err
	}
	hasPorts := false // the matches so far require a transport protocol
	for i, s := range list {
		switch s := s.(type) {
		case Match:
			hasPorts = hasPorts || field(s.Key).l4 != "" || s.Key == "meta l4proto" || s.Key == "ip protocol" || s.Key == "ip6 nexthdr"
		case NAT:
			if s.Port != "" && !hasPorts {
				return fmt.Errorf("%s: a port needs a match such as tcp dport or meta l4proto before it", s)
			}
		}
		if final(s) && i+1 < len(list) {
			return fmt.Errorf("%s comes after %s and is never reached", list[i+1], s)
		}
	}
	return nil
}

// final reports whether a statement ends the rule.
func final(s Statement) bool {
	switch s := s.(type) {
	case Verdict:
		return s.Word != "continue"
	case Reject, NAT:
		return true
	}
	return false
}

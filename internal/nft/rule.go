package nft

import (
	"errors"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// ParseRule reads a rule, which stands alone in the text. The family is that of
// its table; "": not known, and the rule is taken to be as nft lists it.
func ParseRule(f Family, s string) (Rule, error) {
	p := newParser(s)
	p.family = f
	r, err := p.rule()
	if err == nil && p.peek().kind != end {
		err = p.unexpected("the end")
	}
	if e := (*Error)(nil); errors.As(err, &e) {
		p.errs = append(p.errs, e)
	}
	if len(p.errs) > 0 {
		return Rule{}, p.errs
	}
	return r, nil
}

// rule reads statements up to the end of the line.
func (p *parser) rule() (Rule, error) {
	var r Rule
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
	if err := p.sensible(r); err != nil {
		return r, p.mistake(start, "%v", err)
	}
	r.Statements = implicit(p.family, r.Statements)
	return r, nil
}

func (p *parser) atEnd() bool {
	t := p.peek()
	return t.kind == end || t.kind == gap || t.kind == sign && t.text == "}"
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
		return nil, p.mistake(p.peek(), "%q is not known here", word)
	}
	return p.match()
}

func (p *parser) verdict() (Verdict, error) {
	word, err := p.choice("accept", "drop", "continue", "return", "jump", "goto")
	if err != nil || word != "jump" && word != "goto" {
		return Verdict{Word: word}, err
	}
	chain, err := p.word("the name of a chain")
	return Verdict{word, chain}, err
}

func (p *parser) counter() (s Counter, err error) {
	p.next()
	if t := p.peek(); t.text == "name" {
		return s, p.mistake(t, "counters with a name are not known here")
	}
	if p.skip("packets") {
		if s.Packets, err = p.number("how many", 64); err == nil {
			if err = p.want("bytes"); err == nil {
				s.Bytes, err = p.number("how many", 64)
			}
		}
	}
	return s, err
}

// number takes a number of so many bits.
func (p *parser) number(what string, bits int) (uint64, error) {
	n, err := strconv.ParseUint(p.peek().text, 0, bits)
	if err != nil {
		return 0, p.unexpected(what)
	}
	p.next()
	return n, nil
}

func (p *parser) limit() (s Limit, err error) {
	p.next()
	if err = p.want("rate"); err != nil {
		return s, err
	}
	s.Over = p.skip("over")
	if !s.Over {
		p.skip("until")
	}
	s.Burst = defaultBurst
	if err = p.rate(&s); err == nil && p.skip("burst") {
		var n uint64
		if n, err = p.number("how many", 32); err == nil {
			n *= max(1, p.unit())
			s.Burst = uint32(n)
		}
	}
	return s, err
}

// rate reads "5/second" or "10 mbytes/second".
func (p *parser) rate(s *Limit) (err error) {
	t := p.next()
	amount, per, ok := strings.Cut(t.text, "/")
	if s.Rate, err = strconv.ParseUint(amount, 10, 64); err != nil {
		return p.mistake(t, "expected a rate such as 5/second, found %s", t)
	}
	if !ok {
		unit := p.next()
		amount, per, ok = strings.Cut(unit.text, "/")
		factor := bytesIn(amount)
		if !ok || amount != "" && amount != "packets" && factor == 0 {
			return p.mistake(unit, "expected a unit such as mbytes/second, found %s", unit)
		}
		if factor > 0 {
			s.Rate, s.Bytes, s.Burst = s.Rate*factor, true, 0
		}
	}
	if per == "" {
		per = p.next().text
	}
	if !slices.Contains([]string{"second", "minute", "hour", "day", "week"}, per) {
		return p.mistake(t, "expected second, minute, hour, day or week, found %q", per)
	}
	s.Per = per
	return nil
}

// unit takes a unit of bytes, or the word packets. 0: there is none.
func (p *parser) unit() uint64 {
	if p.skip("packets") {
		return 1
	}
	n := bytesIn(p.peek().text)
	if n > 0 {
		p.next()
	}
	return n
}

func bytesIn(unit string) uint64 {
	return map[string]uint64{"bytes": 1, "kbytes": 1 << 10, "mbytes": 1 << 20}[unit]
}

func (p *parser) log() (s Log, err error) {
	p.next()
	s.Group = -1
	for err == nil {
		switch {
		case p.skip("prefix"):
			s.Prefix, err = p.word("a prefix")
		case p.skip("level"):
			if s.Level, err = p.choice(wordsOf(logLevels())...); s.Level == "warn" {
				s.Level = ""
			}
		case p.skip("group"):
			var n uint64
			n, err = p.number("a group", 16)
			s.Group = int(n)
		case p.is("flags") || p.is("snaplen") || p.is("queue-threshold"):
			return s, p.mistake(p.peek(), "%s of log is not known here", p.peek())
		default:
			return s, nil
		}
	}
	return s, err
}

func wordsOf(list []word) []string {
	names := make([]string, len(list))
	for i, w := range list {
		names[i] = w.name
	}
	return names
}

// rejectCodes returns the codes of a kind of error.
func rejectCodes(with string) *datatype {
	return map[string]*datatype{"icmp": icmpCode, "icmpv6": icmp6Code, "icmpx": icmpxCode}[with]
}

func (p *parser) reject() (s Reject, err error) {
	p.next()
	if !p.skip("with") {
		return s, nil
	}
	if s.With, err = p.choice("icmp", "icmpv6", "icmpx", "tcp"); err != nil {
		return s, err
	}
	if s.With == "tcp" {
		s.With = "tcp reset"
		return s, p.want("reset")
	}
	p.skip("type", "code")
	if code, err := strconv.ParseUint(p.peek().text, 10, 8); err == nil {
		p.next()
		s.Code = rejectCodes(s.With).format([]byte{byte(code)}, nil)
	} else if s.Code, err = p.choice(wordsOf(rejectCodes(s.With).words)...); err != nil {
		return s, err
	}
	if s == usualReject(p.family) {
		s = Reject{}
	}
	return s, nil
}

// usualReject is what reject alone means.
func usualReject(f Family) Reject {
	switch f {
	case IP:
		return Reject{"icmp", "port-unreachable"}
	case IP6:
		return Reject{"icmpv6", "port-unreachable"}
	}
	return Reject{"icmpx", "port-unreachable"}
}

func (p *parser) nat() (s NAT, err error) {
	s.Word = p.next().text
	if s.Word == "snat" || s.Word == "dnat" {
		switch {
		case p.skip("ip"):
			s.Family = IP
		case p.skip("ip6"):
			s.Family = IP6
		}
		if p.skip("prefix", "interval") || p.is("addr") {
			return s, p.mistake(p.peek(), "only addresses and ports are known here")
		}
	}
	t := p.peek()
	if p.skip("to") {
		t = p.peek()
		if err = p.target(&s); err != nil {
			return s, err
		}
	} else if s.Word == "snat" || s.Word == "dnat" {
		return s, p.unexpected(`"to"`)
	}
	s.Flags, err = p.natFlags()
	return s, p.natFamily(&s, t, err)
}

// target reads an address, a port, or both with a colon between.
func (p *parser) target(s *NAT) error {
	t := p.peek()
	where, err := p.word("an address or :port")
	if err != nil {
		return err
	}
	if p.skip(":") {
		where += ":" + p.next().text
	}
	s.Address = where
	if rest, ok := strings.CutPrefix(where, "["); ok {
		addr, portText, ok := strings.Cut(rest, "]")
		if !ok {
			return p.mistake(t, "expected [address]:port, found %s", t)
		}
		s.Address, s.Port = addr, strings.TrimPrefix(portText, ":")
	} else if i := strings.LastIndexByte(where, ':'); i >= 0 && strings.Count(where, ":") == 1 {
		s.Address, s.Port = where[:i], where[i+1:]
	}
	if s.Port != "" {
		span, err := port.span(s.Port, nil)
		if err != nil {
			return p.mistake(t, "%v", err)
		}
		s.Port = port.spanText(span, false, nil)
	}
	return p.targetAddress(s, t)
}

func (p *parser) targetAddress(s *NAT, t token) error {
	if s.Address == "" && s.Port != "" {
		return nil
	}
	if s.Word == "masquerade" || s.Word == "redirect" {
		return p.mistake(t, "%s takes a port, as in %s to :8080, and finds the address by itself", s.Word, s.Word)
	}
	kind := ipv4Addr
	if strings.Contains(s.Address, ":") {
		kind = ipv6Addr
	}
	span, err := kind.span(s.Address, nil)
	if err != nil {
		return p.mistake(t, "%v", err)
	}
	s.Address = kind.spanText(span, false, nil)
	return nil
}

// natFlags reads "random", "persistent" and "fully-random", in the order in
// which nft lists them.
func (p *parser) natFlags() (string, error) {
	given := map[string]bool{}
	for {
		word := p.peek().text
		if word != "random" && word != "fully-random" && word != "persistent" {
			break
		}
		given[word] = true
		p.next()
		p.skip(",")
	}
	var list []string
	for _, f := range natFlags() {
		if given[f.name] {
			list = append(list, f.name)
		}
	}
	return strings.Join(list, ","), nil
}

// natFlags are the flags of NAT (NF_NAT_RANGE_*), in the order of a listing.
func natFlags() []word { return []word{{"random", 4}, {"fully-random", 16}, {"persistent", 8}} }

// natFamily finds the family of the address. It is written only where the
// table has both.
func (p *parser) natFamily(s *NAT, t token, err error) error {
	if err != nil || s.Word != "snat" && s.Word != "dnat" {
		return err
	}
	f := IP
	if low, _, _ := strings.Cut(s.Address, "-"); low != "" {
		if a, err := netip.ParseAddr(strings.Split(low, "/")[0]); err == nil && a.Is6() {
			f = IP6
		}
	} else if s.Family != "" {
		f = s.Family
	} else if p.family == IP6 {
		f = IP6
	}
	switch {
	case s.Family != "" && s.Family != f, (p.family == IP || p.family == IP6) && p.family != f:
		return p.mistake(t, "%s is no address of the family %s", s.Address, choose(s.Family != "" && s.Family != f, s.Family, p.family))
	case p.family == Inet:
		s.Family = f
	case p.family != "":
		s.Family = ""
	}
	return nil
}

func choose[T any](is bool, yes, no T) T {
	if is {
		return yes
	}
	return no
}

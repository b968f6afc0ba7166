package nft

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

func (p *parser) counter() (s Counter, err error) {
	p.next()
	if t := p.peek(); t.text == "name" {
		return s, p.errorAt(t, "counters with a name are not supported")
	}
	if p.skip("packets") {
		if s.Packets, err = p.number("a number", 64); err == nil {
			if err = p.want("bytes"); err == nil {
				s.Bytes, err = p.number("a number", 64)
			}
		}
	}
	return s, err
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
		err = p.burst(&s)
	}
	return s, err
}

// burst reads "7 packets" or "20 kbytes". The kernel takes a burst of 0 packets as the
// default.
func (p *parser) burst(s *Limit) error {
	t := p.peek()
	n, err := p.number("a number", 32)
	if err != nil {
		return err
	}
	unit := p.peek()
	factor := bytesIn(unit.text)
	switch {
	case s.Bytes && unit.text == "packets":
		return p.unexpected("a burst in bytes, as the rate")
	case !s.Bytes && factor > 0:
		return p.unexpected("a burst in packets, as the rate")
	case !s.Bytes && n == 0:
		return p.errorAt(t, "invalid burst of 0 packets (want 1 or more)")
	case n*factor > math.MaxUint32:
		return p.errorAt(t, "invalid burst of %d %s (want less than 4096 mbytes)", n, unit.text)
	case factor > 0 || unit.text == "packets":
		p.next()
	}
	s.Burst = uint32(n * max(1, factor))
	return nil
}

// rate reads "5/second" or "10 mbytes/second".
func (p *parser) rate(s *Limit) (err error) {
	t := p.next()
	amount, per, ok := strings.Cut(t.text, "/")
	if s.Rate, err = strconv.ParseUint(amount, 10, 64); err != nil || s.Rate == 0 {
		return p.errorAt(t, "expected a rate such as 5/second, found %s", t)
	}
	if !ok {
		unit := p.next()
		amount, per, ok = strings.Cut(unit.text, "/")
		factor := bytesIn(amount)
		if !ok || amount != "" && amount != "packets" && factor == 0 {
			return p.errorAt(unit, "expected a unit such as mbytes/second, found %s", unit)
		}
		if factor > 0 && s.Rate > math.MaxUint64/factor {
			return p.errorAt(t, "invalid rate of %d %s (want less than 2^64 bytes)", s.Rate, amount)
		}
		if factor > 0 {
			s.Rate, s.Bytes, s.Burst = s.Rate*factor, true, 0
		}
	}
	if per == "" {
		per = p.next().text
	}
	if !slices.Contains([]string{"second", "minute", "hour", "day", "week"}, per) {
		return p.errorAt(t, "expected second, minute, hour, day or week, found %q", per)
	}
	s.Per = per
	return nil
}

// unit reads "packets" or a unit of bytes and returns its factor; 0 if neither follows.
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
			return s, p.errorAt(p.peek(), "%s of log is not supported", p.peek())
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
	if s == defaultReject(p.family) {
		s = Reject{}
	}
	return s, nil
}

// defaultReject is the meaning of reject without a type (nft(8), reject statement).
func defaultReject(f Family) Reject {
	switch f {
	case IP:
		return Reject{"icmp", "port-unreachable"}
	case IP6:
		return Reject{"icmpv6", "port-unreachable"}
	}
	return Reject{"icmpx", "port-unreachable"}
}

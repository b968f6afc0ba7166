package nft

import (
	"net/netip"
	"strings"
)

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
			return s, p.errorAt(p.peek(), "unsupported (want addresses and ports only)")
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

// target reads "address", ":port", "address:port" or "[address]:port".
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
			return p.errorAt(t, "expected [address]:port, found %s", t)
		}
		s.Address, s.Port = addr, strings.TrimPrefix(portText, ":")
	} else if i := strings.LastIndexByte(where, ':'); i >= 0 && strings.Count(where, ":") == 1 {
		s.Address, s.Port = where[:i], where[i+1:]
	}
	if s.Port != "" {
		span, err := port.span(s.Port, nil)
		if err != nil {
			return p.errorAt(t, "%v", err)
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
		return p.errorAt(t, "%s takes a port only, as in %s to :8080", s.Word, s.Word)
	}
	kind := ipv4Addr
	if strings.Contains(s.Address, ":") {
		kind = ipv6Addr
	}
	span, err := kind.span(s.Address, nil)
	if err != nil {
		return p.errorAt(t, "%v", err)
	}
	s.Address = kind.spanText(span, false, nil)
	return nil
}

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

// natFamily sets the family of the address, which only tables of inet have.
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
		return p.errorAt(t, "%s is not an address of the family %s", s.Address, ternary(s.Family != "" && s.Family != f, s.Family, p.family))
	case p.family == Inet:
		s.Family = f
	case p.family != "":
		s.Family = ""
	}
	return nil
}

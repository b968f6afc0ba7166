package nft

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// compiler turns statements into instructions.
type compiler struct {
	family Family
	links  Links
	out    []Expr
}

// Compile returns the instructions of a rule in a table of that family. It fails
// if the rule contradicts itself, has an [Unknown] statement, or names an interface
// that does not exist by iif or oif.
func Compile(f Family, r Rule, l Links) ([]Expr, error) {
	list, err := explicit(f, r.Statements)
	if err != nil {
		return nil, err
	}
	c := &compiler{family: f, links: l}
	for _, s := range list {
		if err := c.statement(s); err != nil {
			return nil, err
		}
	}
	return c.out, nil
}

func (c *compiler) emit(e ...Expr) { c.out = append(c.out, e...) }

func (c *compiler) statement(s Statement) error {
	switch s := s.(type) {
	case Match:
		return c.match(s)
	case VerdictMap:
		return c.verdictMap(s)
	case Assign:
		return c.assign(s)
	case NAT:
		return c.nat(s)
	case Reject:
		return c.reject(s)
	case Counter, Limit, Log, Verdict, Notrack:
		c.emit(s)
		return nil
	}
	return fmt.Errorf("%s: unsupported", s)
}

// reg is the only register used, except by NAT.
const reg = 1

// load puts the value of a key into the register.
func (c *compiler) load(key string) {
	switch e := field(key); e.from {
	case meta:
		c.emit(LoadMeta{e.number, reg})
	case conntrack:
		c.emit(LoadCT{e.number, reg})
	case fib:
		c.emit(LoadFIB{e.number, FIBType, reg})
	default:
		c.emit(Load{e.base, e.offset, e.kind.size, reg})
	}
}

func (c *compiler) match(m Match) error {
	t := field(m.Key).kind
	c.load(m.Key)
	switch {
	case m.Named:
		c.emit(Lookup{Not: m.Op == "!=", Reg: reg, Name: m.Values[0]})
		return nil
	case m.Set:
		set, err := c.set(t, m.Values)
		c.emit(Lookup{Not: m.Op == "!=", Reg: reg, Inner: set})
		return err
	}
	s, err := t.span(m.Values[0], c.links)
	if err != nil {
		return err
	}
	if m.Mask != "" {
		mask, err := t.parse(m.Mask, c.links)
		if err != nil {
			return err
		}
		c.emit(And{reg, reg, mask, make([]byte, t.size)})
	}
	if t.host && (!s.single() || operator(m.Op) > NotEqual) {
		c.emit(Swap{reg, reg, t.size})
		s = span{swapped(s.from), swapped(s.to), s.length}
	}
	switch {
	case t.flags && m.Op == "" && m.Mask == "":
		c.emit(And{reg, reg, s.from, make([]byte, t.size)}, Compare{NotEqual, reg, make([]byte, t.size)})
	case s.length >= 0:
		c.emit(And{reg, reg, mask(s, t.size), make([]byte, t.size)}, Compare{operator(m.Op), reg, s.from})
	case s.single():
		c.emit(Compare{operator(m.Op), reg, s.from})
	case m.Op == "!=":
		c.emit(Between{true, reg, s.from, s.to})
	default:
		c.emit(Compare{GreaterEqual, reg, s.from}, Compare{LessEqual, reg, s.to})
	}
	return nil
}

// swapped converts a number from host to network byte order, or back.
func swapped(b []byte) []byte {
	b = slices.Clone(b)
	if binary.NativeEndian.Uint16([]byte{1, 0}) == 1 {
		slices.Reverse(b)
	}
	return b
}

// mask returns the mask of a prefix.
func mask(s span, size int) []byte {
	m := make([]byte, size)
	for i := range m {
		m[i] = ^(s.from[i] ^ s.to[i])
	}
	return m
}

// operators are the texts of the comparisons, by number (enum nft_cmp_ops).
func operators() []string { return []string{"", "!=", "<", "<=", ">", ">="} }

func operator(op string) int {
	if op == "==" {
		return Equal
	}
	return slices.Index(operators(), op)
}

// set returns an anonymous set.
func (c *compiler) set(t *datatype, values []string) (*InnerSet, error) {
	list, err := t.spans(values, c.links)
	if err != nil {
		return nil, err
	}
	set := &InnerSet{TypeID: t.id, Size: t.size, Host: t.host}
	set.Interval = slices.ContainsFunc(list, func(s span) bool { return !s.single() })
	set.Elements = elements(list, set.Interval)
	return set, nil
}

// elements returns the elements of a set as the kernel stores them.
func elements(list []span, interval bool) []Element {
	var es []Element
	for i, s := range list {
		if !interval {
			es = append(es, Element{Key: s.from})
			continue
		}
		if i == 0 && !zero(s.from) {
			es = append(es, Element{Key: make([]byte, len(s.from)), End: true}) // the values below the first interval are outside
		}
		es = append(es, Element{Key: s.from})
		after, more := next(s.to)
		if more && (i+1 == len(list) || !bytes.Equal(after, list[i+1].from)) {
			es = append(es, Element{Key: after, End: true})
		}
	}
	return es
}

func zero(b []byte) bool { return len(bytes.Trim(b, "\x00")) == 0 }

// next returns b + 1; false on overflow.
func next(b []byte) ([]byte, bool) {
	b = slices.Clone(b)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i]++; b[i] != 0 {
			return b, true
		}
	}
	return b, false
}

// previous returns b - 1. b must not be 0.
func previous(b []byte) []byte {
	b = slices.Clone(b)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i]--; b[i] != 0xff {
			break
		}
	}
	return b
}

func (c *compiler) verdictMap(m VerdictMap) error {
	t := field(m.Key).kind
	c.load(m.Key)
	values := make([]string, len(m.Elements))
	verdicts := map[string]Verdict{}
	for i, e := range m.Elements {
		s, err := t.span(e.Value, c.links)
		if err != nil {
			return err
		}
		values[i], verdicts[string(s.from)] = e.Value, e.Verdict
	}
	set, err := c.set(t, values)
	if err != nil {
		return err
	}
	set.Verdicts = true
	for i, e := range set.Elements {
		if !e.End {
			set.Elements[i].Verdict = verdicts[string(e.Key)]
		}
	}
	c.emit(Lookup{Reg: reg, Inner: set})
	return nil
}

func (c *compiler) assign(a Assign) error {
	e := field(a.Key)
	if _, ok := fields[a.Value]; ok {
		c.load(a.Value)
	} else {
		data, err := e.kind.parse(a.Value, c.links)
		if err != nil {
			return err
		}
		c.emit(Immediate{reg, data})
	}
	if e.from == conntrack {
		c.emit(StoreCT{e.number, reg})
	} else {
		c.emit(StoreMeta{e.number, reg})
	}
	return nil
}

func (c *compiler) reject(r Reject) error {
	if r == (Reject{}) {
		r = defaultReject(c.family)
	}
	if r.With == "tcp reset" {
		c.emit(RejectWith{Type: 1})
		return nil
	}
	code, ok := rejectCodes(r.With).number(r.Code)
	if !ok {
		return fmt.Errorf("%s: unknown code", r)
	}
	c.emit(RejectWith{ternary(r.With == "icmpx", 2, 0), int(code)})
	return nil
}

func (c *compiler) nat(n NAT) error {
	t := Translate{Word: n.Word, IPv6: n.Family == IP6 || c.family == IP6}
	for _, f := range natFlags() {
		if slices.Contains(strings.Split(n.Flags, ","), f.name) {
			t.Flags |= int(f.number)
		}
	}
	nextReg := reg
	loadRange := func(kind *datatype, text string, low, high *int) error {
		if text == "" {
			return nil
		}
		s, err := kind.span(text, nil)
		if err != nil {
			return err
		}
		*low = nextReg
		c.emit(Immediate{nextReg, s.from})
		nextReg++
		if !s.single() {
			*high = nextReg
			c.emit(Immediate{nextReg, s.to})
			nextReg++
		}
		return nil
	}
	if err := loadRange(ternary(t.IPv6, ipv6Addr, ipv4Addr), n.Address, &t.AddrMin, &t.AddrMax); err != nil {
		return err
	}
	if err := loadRange(port, n.Port, &t.PortMin, &t.PortMax); err != nil {
		return err
	}
	if t.PortMin != 0 {
		t.Flags |= natPorts
	}
	c.emit(t)
	return nil
}

// natPorts is NF_NAT_RANGE_PROTO_SPECIFIED.
const natPorts = 2

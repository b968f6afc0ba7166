package nft

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// decompiler finds the statements that instructions were made of.
type decompiler struct {
	around surrounding
	links  Links
	regs   map[int]operand
	out    []Statement
	strict bool // the last is a comparison that may be the lower end of a range
}

// An operand is what is known of a register.
type operand struct {
	key  string // "": not known
	from Load   // where key is of the packet's bytes
	size int    // bytes
	mask []byte
	data []byte // put there by the rule itself
	swap bool   // see [Swap]
	raw  string // how nft writes what has no key
}

// Decompile returns the statements of a rule as nft lists them. What is not
// understood is [Unknown].
func Decompile(f Family, program []Expr, l Links) []Statement {
	d := &decompiler{around: surroundings(f), links: l, regs: map[int]operand{}}
	for _, e := range program {
		was := len(d.out)
		d.expr(e)
		for _, s := range d.out[was:] {
			if m, ok := s.(Match); ok {
				d.around.learn(m)
			}
		}
	}
	return implicit(f, d.out)
}

func (d *decompiler) emit(s ...Statement) {
	d.out = append(d.out, s...)
	d.strict = false
}

func (d *decompiler) expr(e Expr) {
	if _, ok := e.(Compare); !ok {
		d.strict = false
	}
	switch e := e.(type) {
	case Load:
		d.regs[e.Reg] = operand{from: e, size: e.Size, key: d.payloadKey(e), raw: rawPayload(e)}
	case LoadMeta:
		d.regs[e.Reg] = d.keyed(meta, e.Key, fmt.Sprintf("meta key %d", e.Key))
	case LoadCT:
		d.regs[e.Reg] = d.keyed(conntrack, e.Key, fmt.Sprintf("ct key %d", e.Key))
	case LoadFIB:
		if d.regs[e.Reg] = d.keyed(fib, e.Flags, fmt.Sprintf("fib flags %d", e.Flags)); e.Result != FIBType {
			d.regs[e.Reg] = operand{raw: fmt.Sprintf("fib flags %d result %d", e.Flags, e.Result)}
		}
	case Immediate:
		d.regs[e.Reg] = operand{data: e.Data, size: len(e.Data)}
	case And:
		d.and(e)
	case Swap:
		o := d.regs[e.From]
		o.swap = true
		d.regs[e.To] = o
	case Compare:
		d.compare(e)
	case Between:
		d.between(e)
	case Lookup:
		d.lookup(e)
	case StoreMeta:
		d.store(meta, e.Key, e.Reg)
	case StoreCT:
		d.store(conntrack, e.Key, e.Reg)
	case RejectWith:
		d.reject(e)
	case Translate:
		d.translate(e)
	case Other:
		d.emit(Unknown{"[" + join(e.Name, e.Text) + "]"})
		clear(d.regs) // it may have written to any of them
	case Statement:
		d.emit(e)
	}
}

// keyed returns an operand of a key that has a number.
func (d *decompiler) keyed(from source, number int, raw string) operand {
	for key, e := range fields {
		if e.from == from && e.number == number {
			return operand{key: key, size: e.kind.size}
		}
	}
	return operand{raw: raw}
}

func rawPayload(l Load) string {
	return fmt.Sprintf("@%s,%d,%d", []string{"ll", "nh", "th", "ih"}[l.Base&3], 8*l.Offset, 8*l.Size)
}

// payloadKey returns the key of bytes of a packet. Fewer bytes than a key has
// are the beginning of an address.
func (d *decompiler) payloadKey(l Load) string {
	for _, key := range keysAt(l.Base, l.Offset) {
		e := fields[key]
		if (e.kind.size == l.Size || e.kind.prefixable() && l.Size < e.kind.size) && d.fits(e) {
			return key
		}
	}
	return ""
}

func keysAt(base, offset int) []string {
	var keys []string
	for key, e := range fields {
		if e.from == payload && e.base == base && e.offset == offset {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// fits reports whether packets that get here have a key.
func (d *decompiler) fits(e entry) bool {
	if e.base == transportHeader && e.l4 == "" {
		return d.around.l4 == "" || d.around.l4 == several
	}
	return (e.l3 == "" || e.l3 == d.around.l3) && (e.l4 == "" || e.l4 == d.around.l4)
}

func (d *decompiler) and(e And) {
	from := d.regs[e.From]
	if !zero(e.Xor) || from.mask != nil || from.data != nil {
		d.regs[e.To] = operand{raw: fmt.Sprintf("[%s & %s ^ %s]", d.name(from), d.bits(from, e.Mask), d.bits(from, e.Xor))}
		return
	}
	from.mask = e.Mask
	d.regs[e.To] = from
}

// name writes an operand that has no key, or not only one.
func (d *decompiler) name(o operand) string {
	if o.key != "" {
		return o.key
	}
	if o.raw == "" {
		return "[register]"
	}
	return o.raw
}

// bits writes a mask of an operand as a number.
func (d *decompiler) bits(o operand, mask []byte) string {
	t := field(o.key).kind
	if t.text != nil || !t.host {
		return fmt.Sprintf("0x%x", mask)
	}
	return fmt.Sprintf("0x%x", t.value(mask))
}

func (d *decompiler) compare(e Compare) {
	o := d.regs[e.Reg]
	if o.swap {
		e.Data = swapped(e.Data)
	}
	if n := len(d.out); n > 0 && d.strict && e.Op == LessEqual {
		if m := d.out[n-1].(Match); m.Key == o.key {
			t := field(o.key).kind
			m.Op, m.Values = "", []string{m.Values[0] + "-" + t.format(e.Data, d.links)}
			d.out[n-1] = m
			d.strict = false
			return
		}
	}
	if o.key == "" && e.Op == Equal && o.mask == nil && d.several(o.from, e.Data) {
		return
	}
	if o.key == "" || e.Op > GreaterEqual {
		d.unknown(o, slices.Concat(operators(), []string{"?"})[min(e.Op, 6)], e.Data)
		return
	}
	d.emit(d.comparison(o, e))
	d.strict = e.Op == GreaterEqual && o.mask == nil
}

func (d *decompiler) unknown(o operand, op string, data []byte) {
	and := ""
	if o.mask != nil {
		and = fmt.Sprintf("& 0x%x", o.mask)
	}
	d.emit(Unknown{"[" + join(d.name(o), and, op, fmt.Sprintf("0x%x", data)) + "]"})
}

// several takes apart what nft joins: two keys next to each other in the packet
// are compared at once.
func (d *decompiler) several(l Load, data []byte) bool {
	var list []Statement
	for l.Size > 0 {
		var found string
		for _, key := range keysAt(l.Base, l.Offset) {
			if e := fields[key]; e.kind.size <= l.Size && d.fits(e) && (e.base != transportHeader || e.l4 != "") {
				found = key
			}
		}
		e, ok := fields[found]
		if !ok || len(data) < e.kind.size {
			return false
		}
		list = append(list, Match{Key: found, Values: []string{e.kind.format(data[:e.kind.size], d.links)}})
		l.Offset, l.Size, data = l.Offset+e.kind.size, l.Size-e.kind.size, data[e.kind.size:]
	}
	d.emit(list...)
	return len(list) > 0
}

func (d *decompiler) comparison(o operand, e Compare) Statement {
	t := field(o.key).kind
	m := Match{Key: o.key, Op: operators()[e.Op]}
	switch {
	case t == ifName && o.mask == nil:
		m.Values = []string{t.format(e.Data, d.links)}
	case t.prefixable() && (o.mask != nil || o.size < t.size):
		return d.prefix(m, o, t, e.Data)
	case t.flags && o.mask != nil && e.Op == NotEqual && zero(e.Data):
		m.Op, m.Values = "", []string{t.format(o.mask, d.links)}
	case o.mask != nil && t.text != nil:
		return Unknown{"[" + join(o.key, fmt.Sprintf("& 0x%x", o.mask), m.Op, fmt.Sprintf("0x%x", e.Data)) + "]"}
	case o.mask != nil:
		m.Mask, m.Values = t.format(o.mask, d.links), []string{t.format(e.Data, d.links)}
	default:
		m.Op = choose(t.flags && m.Op == "", "==", m.Op)
		m.Values = []string{t.exact(e.Data, d.links)}
	}
	return m
}

// prefix writes the beginning of an address as a prefix.
func (d *decompiler) prefix(m Match, o operand, t *datatype, data []byte) Statement {
	whole := make([]byte, t.size)
	copy(whole, data)
	last := slices.Clone(whole)
	for i := range last {
		switch {
		case i >= o.size:
			last[i] = 0xff
		case o.mask != nil:
			last[i] |= ^o.mask[i]
		}
	}
	s := span{from: whole, to: last}
	if s.length = prefixLength(s); s.length < 0 {
		return Unknown{"[" + join(o.key, fmt.Sprintf("& 0x%x", o.mask), m.Op, t.format(whole, d.links)) + "]"}
	}
	if s.single() {
		s.length = -1
	}
	m.Values = []string{t.spanText(s, false, d.links)}
	return m
}

func (d *decompiler) between(e Between) {
	o := d.regs[e.Reg]
	if o.key == "" || o.mask != nil {
		d.emit(Unknown{fmt.Sprintf("[%s %s0x%x-0x%x]", d.name(o), choose(e.Not, "!= ", ""), e.From, e.To)})
		return
	}
	t := field(o.key).kind
	s := span{e.From, e.To, -1}
	if o.swap {
		s = span{swapped(e.From), swapped(e.To), -1}
	}
	d.emit(Match{Key: o.key, Op: choose(e.Not, "!=", ""), Values: []string{t.spanText(s, false, d.links)}})
}

func (d *decompiler) lookup(e Lookup) {
	o := d.regs[e.Reg]
	op := choose(e.Not, "!=", "")
	switch {
	case e.Inner == nil && o.size == field(o.key).kind.size && !o.swap && o.key != "" && o.mask == nil && e.Name != "":
		d.emit(Match{Key: o.key, Op: op, Named: true, Values: []string{e.Name}})
		return
	case e.Inner == nil || o.key == "" || o.mask != nil || o.swap || o.size != field(o.key).kind.size || e.Inner.Size != o.size:
		d.emit(Unknown{"[" + join(d.name(o), op, "in set", e.Name) + "]"})
		clear(d.regs) // it may be a map that fills one
		return
	}
	t := field(o.key).kind
	if e.Inner.Verdicts {
		d.emit(d.verdicts(o.key, t, e.Inner))
		return
	}
	d.emit(Match{Key: o.key, Op: op, Set: true, Values: texts(t, e.Inner, d.links)})
}

// SetElements returns the values of a set as nft lists them.
func SetElements(typ string, s *InnerSet, l Links) []string {
	return texts(Set{Type: typ}.kind(), s, l)
}

// SetType returns the name of a type by nft's number; "": it is not known here.
func SetType(id int) string {
	for _, t := range setTypes() {
		if t.id == id {
			return t.name
		}
	}
	return ""
}

func texts(t *datatype, s *InnerSet, l Links) []string {
	var list []string
	for _, x := range intervals(t, s) {
		list = append(list, t.spanText(x.span, true, l))
	}
	return list
}

func (d *decompiler) verdicts(key string, t *datatype, s *InnerSet) Statement {
	m := VerdictMap{Key: key}
	for _, x := range intervals(t, s) {
		m.Elements = append(m.Elements, VerdictElement{t.spanText(x.span, true, d.links), x.verdict})
	}
	return m
}

type interval struct {
	span
	verdict Verdict
}

// intervals returns the values of a set in order.
func intervals(t *datatype, s *InnerSet) []interval {
	es := slices.Clone(s.Elements)
	order := t.compare
	if s.Interval {
		order = bytes.Compare // as the kernel
	}
	slices.SortStableFunc(es, func(a, b Element) int {
		if c := order(a.Key, b.Key); c != 0 {
			return c
		}
		return choose(a.End, 0, 1) - choose(b.End, 0, 1)
	})
	var list []interval
	for i, e := range es {
		if e.End {
			continue
		}
		x := interval{span{e.Key, e.Key, -1}, e.Verdict}
		if s.Interval {
			x.to = bytes.Repeat([]byte{0xff}, len(e.Key))
			if i+1 < len(es) {
				x.to = previous(es[i+1].Key)
			}
		}
		list = append(list, x)
	}
	return list
}

func (d *decompiler) store(into source, number, from int) {
	target := d.keyed(into, number, "").key
	o := d.regs[from]
	switch {
	case !assignable(target):
		d.emit(Unknown{fmt.Sprintf("[set %s %d]", choose(into == meta, "meta", "ct"), number)})
	case o.data != nil:
		d.emit(Assign{target, field(target).kind.format(o.data, d.links)})
	case o.key != "" && o.mask == nil && (strings.HasPrefix(o.key, "meta ") || strings.HasPrefix(o.key, "ct ")):
		d.emit(Assign{target, o.key})
	default:
		d.emit(Unknown{"[" + join(target, "set", d.name(o)) + "]"})
	}
}

func (d *decompiler) reject(e RejectWith) {
	r := Reject{With: "icmp"}
	switch {
	case e.Type == 1:
		d.emit(Reject{With: "tcp reset"})
		return
	case e.Type == 2:
		r.With = "icmpx"
	case d.around.l3 == "ip6":
		r.With = "icmpv6"
	}
	r.Code = rejectCodes(r.With).format([]byte{byte(e.Code)}, nil)
	if r == usualReject(d.around.family) {
		r = Reject{}
	}
	d.emit(r)
}

func (d *decompiler) translate(e Translate) {
	n := NAT{Word: e.Word}
	kind := choose(e.IPv6, ipv6Addr, ipv4Addr)
	if d.around.family == Inet && (n.Word == "snat" || n.Word == "dnat") {
		n.Family = choose(e.IPv6, IP6, IP)
	}
	n.Address = d.target(kind, e.AddrMin, e.AddrMax)
	n.Port = d.target(port, e.PortMin, e.PortMax)
	var flags []string
	for _, f := range natFlags() {
		if e.Flags&int(f.number) != 0 {
			flags = append(flags, f.name)
		}
	}
	n.Flags = strings.Join(flags, ",")
	if n.Address == "?" || n.Port == "?" {
		d.emit(Unknown{"[" + n.String() + "]"})
		return
	}
	d.emit(n)
}

// target writes what is in one or two registers; "?": it is not known.
func (d *decompiler) target(kind *datatype, low, high int) string {
	if low == 0 {
		return ""
	}
	s := span{d.regs[low].data, d.regs[low].data, -1}
	if high != 0 {
		s.to = d.regs[high].data
	}
	if len(s.from) < kind.size || len(s.to) < kind.size {
		return "?"
	}
	s.from, s.to = s.from[:kind.size], s.to[:kind.size]
	return kind.spanText(s, false, d.links)
}

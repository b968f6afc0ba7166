package nft

import (
	"fmt"
	"slices"
)

func (d *decompiler) and(e And) {
	from := d.regs[e.From]
	if !zero(e.Xor) || from.mask != nil || from.data != nil {
		d.regs[e.To] = operand{raw: fmt.Sprintf("[%s & %s ^ %s]", d.name(from), d.bits(from, e.Mask), d.bits(from, e.Xor))}
		return
	}
	from.mask = e.Mask
	d.regs[e.To] = from
}

func (d *decompiler) name(o operand) string {
	if o.key != "" {
		return o.key
	}
	if o.raw == "" {
		return "[register]"
	}
	return o.raw
}

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

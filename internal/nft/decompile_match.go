package nft

import (
	"cmp"
	"fmt"
	"slices"
)

func (d *decompiler) and(e And) {
	from := d.regs[e.From]
	if !zero(e.Xor) || from.mask != nil || from.data != nil {
		d.regs[e.To] = operand{raw: fmt.Sprintf("(%s & %s ^ %s)", unknown(from), from.hex(e.Mask), from.hex(e.Xor))}
		return
	}
	from.mask = e.Mask
	d.regs[e.To] = from
}

// unknown formats an operand for an [Unknown] statement.
func unknown(o operand) string {
	mask := ""
	if o.mask != nil {
		mask = "& " + o.hex(o.mask)
	}
	return join(cmp.Or(o.key, o.raw, "register"), mask)
}

// hex formats the data of an operand: in host byte order as a number, else byte by
// byte.
func (o operand) hex(data []byte) string {
	if t := field(o.key).kind; t.host && t.text == nil {
		return fmt.Sprintf("0x%x", t.value(data))
	}
	return fmt.Sprintf("0x%x", data)
}

func (d *decompiler) compare(e Compare) {
	o := d.regs[e.Reg]
	if o.swap {
		e.Data = swapped(e.Data)
	}
	if n := len(d.out); n > 0 && d.lowerBound && e.Op == LessEqual {
		if m := d.out[n-1].(Match); m.Key == o.key {
			t := field(o.key).kind
			m.Op, m.Values = "", []string{m.Values[0] + "-" + t.format(e.Data, d.links)}
			d.out[n-1] = m
			d.lowerBound = false
			return
		}
	}
	if o.key == "" && e.Op == Equal && o.mask == nil && d.adjacentFields(o.from, e.Data) {
		return
	}
	if o.key == "" || e.Op > GreaterEqual {
		op := slices.Concat(operators(), []string{"?"})[min(e.Op, len(operators()))]
		d.emit(Unknown{"[" + join(unknown(o), op, o.hex(e.Data)) + "]"})
		return
	}
	d.emit(d.comparison(o, e))
	d.lowerBound = e.Op == GreaterEqual && o.mask == nil
}

// adjacentFields emits the matches that nft(8) joins into one comparison of adjacent
// fields. It reports whether data is exactly such fields.
func (d *decompiler) adjacentFields(l Load, data []byte) bool {
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
		return Unknown{"[" + join(unknown(o), m.Op, fmt.Sprintf("0x%x", e.Data)) + "]"}
	case o.mask != nil:
		m.Mask, m.Values = t.format(o.mask, d.links), []string{t.format(e.Data, d.links)}
	default:
		m.Op = ternary(t.flags && m.Op == "", "==", m.Op)
		m.Values = []string{t.exact(e.Data, d.links)}
	}
	return m
}

// prefix returns the comparison of the leading bits of an address.
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
		return Unknown{"[" + join(unknown(o), m.Op, t.format(whole, d.links)) + "]"}
	}
	if s.single() {
		s.length = -1
	}
	m.Values = []string{t.spanText(s, false, d.links)}
	return m
}

func (d *decompiler) between(e Between) {
	o := d.regs[e.Reg]
	s := span{e.From, e.To, -1}
	if o.swap {
		s = span{swapped(e.From), swapped(e.To), -1}
	}
	op := ternary(e.Not, "!=", "")
	if o.key == "" || o.mask != nil {
		d.emit(Unknown{"[" + join(unknown(o), op, o.hex(s.from)+"-"+o.hex(s.to)) + "]"})
		return
	}
	d.emit(Match{Key: o.key, Op: op, Values: []string{field(o.key).kind.spanText(s, false, d.links)}})
}

package nft

import (
	"bytes"
	"slices"
)

func (d *decompiler) lookup(e Lookup) {
	o := d.regs[e.Reg]
	op := ternary(e.Not, "!=", "")
	switch {
	case e.Inner == nil && o.size == field(o.key).kind.size && !o.swap && o.key != "" && o.mask == nil && e.Name != "":
		d.emit(Match{Key: o.key, Op: op, Named: true, Values: []string{e.Name}})
		return
	case e.Inner == nil || o.key == "" || o.mask != nil || o.swap || o.size != field(o.key).kind.size || e.Inner.Size != o.size:
		d.emit(Unknown{"[" + join(unknown(o), op, "in set", e.Name) + "]"})
		clear(d.regs) // a map writes a register
		return
	}
	t := field(o.key).kind
	if e.Inner.Verdicts {
		d.emit(d.verdicts(o.key, t, e.Inner))
		return
	}
	d.emit(Match{Key: o.key, Op: op, Set: true, Values: texts(t, e.Inner, d.links)})
}

// SetElements returns the elements of a set as nft(8) lists them.
func SetElements(typ string, s *InnerSet, l Links) []string {
	return texts(Set{Type: typ}.kind(), s, l)
}

// SetType returns the name of the type with that number in nft(8), "" if unknown.
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

// intervals returns the elements of a set in the order of a listing.
func intervals(t *datatype, s *InnerSet) []interval {
	es := slices.Clone(s.Elements)
	order := t.compare
	if s.Interval {
		order = bytes.Compare // the kernel's order
	}
	slices.SortStableFunc(es, func(a, b Element) int {
		if c := order(a.Key, b.Key); c != 0 {
			return c
		}
		return ternary(a.End, 0, 1) - ternary(b.End, 0, 1)
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

package nft

import (
	"bytes"
	"fmt"
	"math/bits"
	"net/netip"
	"slices"
	"strings"
)

// A span is a value or a range of values.
type span struct {
	from, to []byte
	length   int // of a prefix, in bits; -1: a range or one value
}

func (s span) single() bool { return bytes.Equal(s.from, s.to) }

// span reads a value, "from-to" or "address/length".
func (t *datatype) span(text string, l Links) (span, error) {
	if t.prefixable() && strings.Contains(text, "/") {
		return prefixSpan(t, text)
	}
	one, err := t.parse(text, l)
	if err == nil {
		return span{one, one, -1}, nil
	}
	low, high, ok := strings.Cut(text, "-")
	if !ok || t.text != nil && !t.prefixable() {
		return span{}, err
	}
	from, err := t.parse(low, l)
	if err != nil {
		return span{}, err
	}
	to, err := t.parse(high, l)
	switch {
	case err != nil:
		return span{}, err
	case t.compare(from, to) >= 0:
		return span{}, fmt.Errorf("invalid range %s (want the smaller value first)", text)
	}
	return span{from, to, -1}, nil
}

func prefixSpan(t *datatype, text string) (span, error) {
	p, err := netip.ParsePrefix(text)
	if err != nil || p.Addr().BitLen() != 8*t.size {
		return span{}, fmt.Errorf("invalid prefix %q (want one such as 10.0.0.0/8 or fd00::/64)", text)
	}
	p = p.Masked()
	s := span{p.Addr().AsSlice(), p.Addr().AsSlice(), p.Bits()}
	for i := p.Bits(); i < 8*t.size; i++ {
		s.to[i/8] |= 0x80 >> (i % 8)
	}
	if p.IsSingleIP() {
		s.length = -1
	}
	return s, nil
}

// spanText formats a span. In a set a range of addresses that is a prefix is formatted
// as a prefix.
func (t *datatype) spanText(s span, inSet bool, l Links) string {
	if s.length < 0 && inSet && t.prefixable() && !s.single() {
		s.length = prefixLength(s)
	}
	switch {
	case s.length >= 0:
		return fmt.Sprintf("%s/%d", t.format(s.from, l), s.length)
	case s.single() && inSet:
		return t.exact(s.from, l)
	case s.single():
		return t.format(s.from, l)
	case t == ifName: // a pattern, in a set
		return quoted(strings.TrimRight(string(s.from), "\x00") + "*")
	}
	return t.format(s.from, l) + "-" + t.format(s.to, l)
}

// prefixLength returns the length of the prefix with exactly these addresses, or -1.
func prefixLength(s span) int {
	n := 0
	for i := range s.from {
		if x := s.from[i] ^ s.to[i]; x != 0 {
			n += bits.LeadingZeros8(x)
			break
		}
		n += 8
	}
	for i := n; i < 8*len(s.from); i++ {
		bit := byte(0x80 >> (i % 8))
		if s.from[i/8]&bit != 0 || s.to[i/8]&bit == 0 {
			return -1
		}
	}
	return n
}

// spans reads the values of a set, in order and without overlaps.
func (t *datatype) spans(values []string, l Links) ([]span, error) {
	list := make([]span, 0, len(values))
	for _, v := range values {
		s, err := t.span(v, l)
		if err != nil {
			return nil, err
		}
		if len(s.from) < t.size {
			return nil, fmt.Errorf("%s: patterns in sets are not supported", v)
		}
		if t.host && !s.single() {
			return nil, fmt.Errorf("%s: ranges of %s in sets are not supported", v, t.label())
		}
		list = append(list, s)
	}
	slices.SortStableFunc(list, func(a, b span) int { return t.compare(a.from, b.from) })
	if l == nil && t == ifIndex { // the indexes are unknown
		return list, nil
	}
	for i := 1; i < len(list); i++ {
		a, b := list[i-1], list[i]
		if a.single() && b.single() && bytes.Equal(a.from, b.from) {
			list = slices.Delete(list, i, i+1)
			i--
			continue
		}
		if t.compare(a.to, b.from) >= 0 {
			return nil, fmt.Errorf("%s and %s overlap", t.spanText(a, true, l), t.spanText(b, true, l))
		}
	}
	return list, nil
}

// canonical returns the values of a set as nft lists them. With join, as in an
// anonymous set, adjacent ranges are joined.
func (t *datatype) canonical(values []string, join bool) ([]string, error) {
	list, err := t.spans(values, nil)
	if err != nil {
		return nil, err
	}
	if join {
		list = joined(list)
	}
	if t == ifIndex { // the indexes are unknown: keep the names in their order
		seen := map[string]bool{}
		return slices.DeleteFunc(quoteNames(values), func(name string) bool {
			known := seen[name]
			seen[name] = true
			return known
		}), nil
	}
	texts := make([]string, len(list))
	for i, s := range list {
		texts[i] = t.spanText(s, true, nil)
	}
	return texts, nil
}

// joined joins adjacent spans, if any of them is a range.
func joined(list []span) []span {
	if !slices.ContainsFunc(list, func(s span) bool { return !s.single() }) {
		return list
	}
	var out []span
	for _, s := range list {
		if n := len(out); n > 0 {
			if after, more := next(out[n-1].to); more && bytes.Equal(after, s.from) {
				out[n-1] = span{out[n-1].from, s.to, -1}
				continue
			}
		}
		out = append(out, s)
	}
	return out
}

func quoteNames(values []string) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = quoteLink(v)
	}
	return list
}

// quoteLink quotes the name of a link; an index stays a number.
func quoteLink(v string) string {
	v = strings.Trim(v, `"`)
	if v != "" && strings.Trim(v, "0123456789") == "" {
		return v
	}
	return quoted(v)
}

// Canonical returns the match as nft lists it. It fails if a value is invalid for the
// key.
func (m Match) Canonical() (Match, error) {
	t := field(m.Key).kind
	if m.Named {
		return m, nil
	}
	if m.Set && len(m.Values) > 1 {
		values, err := t.canonical(m.Values, true)
		m.Values = values
		if err != nil || len(values) > 1 {
			return m, err
		}
		if t.flags && m.Op == "" { // a set has exact values
			m.Op = "=="
		}
	}
	m.Set = false // a set of one value
	s, err := t.span(m.Values[0], nil)
	if err != nil {
		return m, err
	}
	ordered := m.Op == "<" || m.Op == ">" || m.Op == "<=" || m.Op == ">="
	if ordered && (!s.single() || t.text != nil || t.flags) {
		return m, fmt.Errorf("%s %s %s: the operator takes numbers only", m.Key, m.Op, m.Values[0])
	}
	if m.Op == "==" && (!t.flags || m.Mask != "") {
		m.Op = ""
	}
	if t == ifIndex {
		m.Values = quoteNames(m.Values)
	} else {
		m.Values = []string{t.spanText(s, m.Op != "" && !t.prefixable(), nil)}
	}
	return m.canonicalMask(t)
}

// canonicalMask returns the match with its mask as nft lists it.
func (m Match) canonicalMask(t *datatype) (Match, error) {
	if m.Mask == "" {
		return m, nil
	}
	if t.text != nil {
		return m, fmt.Errorf("%s takes no mask", m.Key)
	}
	mask, err := t.parse(m.Mask, nil)
	if err != nil {
		return m, err
	}
	m.Mask = t.format(mask, nil)
	value, _ := t.number(m.Values[0])
	if t.flags && m.Op == "!=" && value == 0 && m.Values[0] == t.format(t.bytes(0), nil) { // any flag
		return Match{Key: m.Key, Values: []string{m.Mask}}, nil
	}
	return m, nil
}

package compile

import (
	"net/netip"
	"slices"
)

// A pool is a prefix from which subnets are assigned.
type pool struct {
	prefix netip.Prefix

	// used are the parts in use: sorted, apart from each other. Neighbours
	// are joined, so subnets cut one after the other are one span.
	used []span

	// next[bits] is where the search for a subnet of that length goes on.
	// All before it is assigned.
	next map[int]netip.Addr

	// spare are the skipped subnets. They are used when nothing else is left.
	spare []*pool

	exhausted bool // and it has been said
}

// A span is a range of addresses with both its ends.
type span struct{ first, last netip.Addr }

func newPool(prefix netip.Prefix) *pool {
	return &pool{prefix: prefix.Masked(), next: map[int]netip.Addr{}}
}

// reserve keeps the addresses of p out of all subnets yet to be cut.
func (pl *pool) reserve(p netip.Prefix) {
	s := span{p.Masked().Addr(), lastAddr(p)}
	i, _ := slices.BinarySearchFunc(pl.used, s.first, func(u span, a netip.Addr) int {
		if next := u.last.Next(); next.IsValid() && next.Compare(a) < 0 {
			return -1
		}
		return 1
	})
	j := i
	for ; j < len(pl.used) && !apart(s, pl.used[j]); j++ {
		s.first = minAddr(s.first, pl.used[j].first)
		s.last = maxAddr(s.last, pl.used[j].last)
	}
	pl.used = slices.Replace(pl.used, i, j, s)
}

// apart reports whether there is an address between s and a later u.
func apart(s, u span) bool {
	next := s.last.Next()
	return next.IsValid() && next.Compare(u.first) < 0
}

// cut returns the first free subnet of that length. It reports false when
// there is none.
func (pl *pool) cut(bits int) (netip.Prefix, bool) {
	if p, ok := pl.find(bits, nil); ok {
		return p, true
	}
	for _, spare := range pl.spare {
		if p, ok := spare.cut(bits); ok {
			return p, true
		}
	}
	return netip.Prefix{}, false
}

// skip leaves a subnet unused that a segment would get, if the file did not give it its
// own ones. A nil pool has none.
func (pl *pool) skip(bits int, own []netip.Prefix) {
	if pl == nil {
		return
	}
	p, ok := pl.find(bits, own)
	if ok && !slices.ContainsFunc(own, p.Overlaps) {
		pl.spare = append(pl.spare, newPool(p))
	}
}

// find returns the first subnet of that length that is free but for own ones, and
// reserves it. It reports false when there is none.
func (pl *pool) find(bits int, own []netip.Prefix) (netip.Prefix, bool) {
	if bits < pl.prefix.Bits() {
		return netip.Prefix{}, false
	}
	at, ok := pl.next[bits]
	if !ok {
		at = pl.prefix.Addr()
	}
	for pl.prefix.Contains(at) {
		subnet := netip.PrefixFrom(at, bits)
		u := pl.usedIn(subnet)
		if first := firstIn(own, at, u); first.IsValid() {
			subnet, u = netip.PrefixFrom(first, bits).Masked(), nil
		}
		if u == nil {
			pl.next[bits] = lastAddr(subnet).Next()
			pl.reserve(subnet)
			return subnet, true
		}
		at = lastAddr(netip.PrefixFrom(u.last, bits)).Next()
	}
	pl.next[bits] = netip.Addr{} // no pool contains it
	return netip.Prefix{}, false
}

// firstIn returns the first address of prefixes that is in a span and not before at; the
// zero Addr if there is none, or no span.
func firstIn(prefixes []netip.Prefix, at netip.Addr, u *span) netip.Addr {
	first := netip.Addr{}
	for _, p := range prefixes {
		a := maxAddr(p.Masked().Addr(), at)
		if u != nil && p.Contains(a) && a.Compare(u.last) <= 0 && (!first.IsValid() || a.Less(first)) {
			first = a
		}
	}
	return first
}

// usedIn returns the first span in use that has to do with p, or nil.
func (pl *pool) usedIn(p netip.Prefix) *span {
	i, _ := slices.BinarySearchFunc(pl.used, p.Addr(), func(u span, a netip.Addr) int {
		if u.last.Compare(a) < 0 {
			return -1
		}
		return 1
	})
	if i < len(pl.used) && pl.used[i].first.Compare(lastAddr(p)) <= 0 {
		return &pl.used[i]
	}
	return nil
}

// lastAddr returns the last address of a prefix.
func lastAddr(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := range b {
		hostBits := min(max((i+1)*8-p.Bits(), 0), 8)
		b[i] |= byte(1<<hostBits - 1)
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}

func minAddr(a, b netip.Addr) netip.Addr {
	if b.Less(a) {
		return b
	}
	return a
}

func maxAddr(a, b netip.Addr) netip.Addr {
	if a.Less(b) {
		return b
	}
	return a
}

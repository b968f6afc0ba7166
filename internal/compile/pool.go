package compile

import (
	"net/netip"
	"slices"
)

// A pool is a prefix out of which subnets are cut.
type pool struct {
	prefix netip.Prefix

	// used are the parts in use: sorted, apart from each other. Neighbours
	// are joined, so subnets cut one after the other are one span.
	used []span

	// next[bits] is where the search for a subnet of that length goes on.
	// Before it there is no room, and there never will be again.
	next map[int]netip.Addr

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

package draw

import "slices"

// A net is the route of a cable through the channel between two layers.
type net struct {
	a, b   *pin // a: in the layer before
	ca, cb int  // coordinates across the flow at which it enters and leaves the channel
	loop   bool // both ends are in the layer before
	track  int  // across the flow; -1: none, it is straight
	rest   *net // the rest of the route, on a second track, or nil; it begins where this one ends
}

// end returns the coordinate across the flow at which a net leaves the channel.
func (n *net) end() int {
	for n.rest != nil {
		n = n.rest
	}
	return n.cb
}

func (n *net) low() int  { return min(n.ca, n.cb) }
func (n *net) high() int { return max(n.ca, n.cb) }

// findNets collects the nets of each channel and sets their tracks.
func (p *part) findNets() {
	p.nets = make([][]*net, len(p.layers))
	for _, c := range p.members() {
		for _, a := range c.pins {
			b := a.peer
			if b == nil || a.side == next || a.side == previous && c.item.block == nil {
				continue
			}
			la, lb := a.vertex.item.layer, b.vertex.item.layer
			if la > lb || la == lb && (a.vertex.index > b.vertex.index || a.vertex == b.vertex && a.index > b.index) {
				continue
			}
			p.nets[la] = append(p.nets[la], &net{a: a, b: b, ca: p.enters(a), cb: p.enters(b), loop: la == lb, track: -1})
		}
	}
	for _, nets := range p.nets {
		chooseTracks(nets, p.minGap)
	}
}

// enters returns the coordinate at which the cable of a port enters its channel.
func (p *part) enters(pin *pin) int {
	at := p.entry(pin)
	if p.direction == across {
		at += p.line / 2
	}
	return at
}

// chooseTracks sets the tracks of nets that are not straight such that none overlap and
// none cross needlessly: of nets to the right, the one that begins farthest right gets
// the first track; of nets to the left, the one that begins farthest left.
func chooseTracks(nets []*net, minGap int) {
	var bent []*net
	for _, n := range nets {
		if n.ca != n.cb || n.loop {
			bent = append(bent, n)
		}
	}
	slices.SortStableFunc(bent, func(a, b *net) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		switch {
		case a.loop:
			return (a.high() - a.low()) - (b.high() - b.low())
		case a.cb > a.ca:
			return b.ca - a.ca
		}
		return a.ca - b.ca
	})
	bent = splitRings(bent, nets, minGap)
	for i, n := range bent {
		n.track = 0
		for _, m := range bent[:i] {
			if n.meets(m, minGap) {
				n.track = max(n.track, m.track+1)
			}
		}
	}
	untangle(bent, minGap)
}

// splitRings gives a second track to a net of each ring, in which each net must be
// [net.above] the next. It returns all nets with the new ones.
func splitRings(bent, all []*net, minGap int) []*net {
	for range len(bent) { // at most: each iteration breaks a ring
		ring := findRing(bent, minGap)
		i := slices.IndexFunc(ring, func(n *net) bool { return n.split(all, minGap) })
		if i < 0 {
			break
		}
		at := slices.Index(bent, ring[i])
		bent = slices.Insert(bent, at+1, ring[i].rest)
	}
	return bent
}

// findRing returns a ring of nets: each must be above the next and the last above the
// first. It returns nil if there is none.
func findRing(nets []*net, minGap int) []*net {
	done := map[*net]bool{}
	var path []*net
	var visit func(n *net) []*net
	visit = func(n *net) []*net {
		if i := slices.Index(path, n); i >= 0 {
			return path[i:]
		}
		if done[n] {
			return nil
		}
		path = append(path, n)
		for _, m := range nets {
			if n != m && n.above(m, minGap) {
				if ring := visit(m); ring != nil {
					return ring
				}
			}
		}
		path = path[:len(path)-1]
		done[n] = true
		return nil
	}
	for _, n := range nets {
		if ring := visit(n); ring != nil {
			return ring
		}
	}
	return nil
}

// split splits a net at the coordinate nearest to its middle at which no other net of
// the channel enters or turns. It returns false if there is none.
func (n *net) split(all []*net, minGap int) bool {
	low, high := n.low(), n.high()
	for _, m := range all {
		low, high = min(low, m.low()), max(high, m.high())
	}
	middle := (n.ca + n.cb) / 2
	for d := 0; middle-d > low || middle+d < high; d++ {
		for _, at := range []int{middle - d, middle + d} {
			if low < at && at < high && n.free(at, all, minGap) {
				n.rest = &net{a: n.a, b: n.b, ca: at, cb: n.cb, rest: n.rest}
				n.cb = at
				return true
			}
		}
	}
	return false
}

// free reports whether no net enters, turns or leaves near a coordinate.
func (n *net) free(at int, all []*net, minGap int) bool {
	return !slices.ContainsFunc(all, func(m *net) bool {
		for ; m != nil; m = m.rest {
			if tooNear(at, m.ca, minGap) || tooNear(at, m.cb, minGap) {
				return true
			}
		}
		return false
	})
}

func tooNear(x, y, minGap int) bool { return max(x-y, y-x) < minGap }

func rank(n *net) int {
	switch {
	case n.loop:
		return 0
	case n.cb > n.ca:
		return 1
	}
	return 2
}

// meets reports whether two nets would overlap on one track.
func (n *net) meets(m *net, minGap int) bool {
	return n.low() <= m.high()+minGap && m.low() <= n.high()+minGap
}

// rounds bounds how often tracks are moved. Nets of a ring without space for a second
// track still overlap afterwards.
const rounds = 24

// untangle moves nets that overlap along the flow: if one comes from the layer before
// at the coordinate at which another goes to the layer after, the first must turn
// first.
func untangle(nets []*net, minGap int) {
	for range rounds {
		changed := false
		for _, a := range nets {
			for _, b := range nets {
				switch {
				case a == b:
				case a.above(b, minGap) && a.track >= b.track:
					b.track = a.track + 1
					changed = true
				}
			}
		}
		for i, a := range nets {
			for _, b := range nets[:i] {
				if a.track == b.track && a.meets(b, minGap) {
					a.track++
					changed = true
				}
			}
		}
		if !changed {
			return
		}
	}
}

// above reports whether a net must have an earlier track than another.
func (n *net) above(m *net, minGap int) bool {
	if n.rest == m || m.rest == n {
		return n.rest == m
	}
	return !m.loop && tooNear(n.ca, m.cb, minGap) || n.loop && !m.loop && tooNear(n.cb, m.cb, minGap)
}

// tracks returns the number of tracks of a channel.
func tracks(nets []*net) int {
	most := 0
	for _, n := range nets {
		for ; n != nil; n = n.rest {
			most = max(most, n.track+1)
		}
	}
	return most
}

package compile

import (
	"math/bits"
	"net/netip"
	"slices"
)

// A summary turns the next hops from one node to all subnets into the fewest routes. It is the algorithm of Draves, King, Venkatachary and Zill,
// "Constructing optimal IP routing tables" (INFOCOM 1999), with one thing
// added: address space without a subnet, unreachable subnets, and connected subnets
// may be routed anywhere.
//
// Like a search it is used for one node after the other.
type summary struct {
	trie  trie
	words int // of 64 bits each, in one set

	// sets holds, by node of the trie, the hops that the node may have for the
	// fewest routes below it. One more bit stands for no hop; it is set only
	// where any hop is right.
	sets []uint64

	above []int // by node of the trie: the hop of the nearest route above, or unreachable
}

// widest is the length of the shortest prefix that summarises subnets. A shorter one
// would look like a default route.
const widest = 8

// routes calls emit for each route, given the next hop of each subnet, the number of
// hops, and the hop of an existing route to everything (or unreachable).
func (s *summary) routes(nextHop []int, hops, top int, emit func(to netip.Prefix, hop int)) {
	if len(s.trie) == 0 {
		return
	}
	s.words = hops/64 + 1
	s.sets = slices.Grow(s.sets[:0], len(s.trie)*s.words)[:len(s.trie)*s.words]
	s.above = slices.Grow(s.above[:0], len(s.trie))[:len(s.trie)]
	for at := range slices.Backward(s.trie) {
		s.setHops(at, nextHop)
	}
	s.above[0] = top
	for at := range s.trie {
		s.choose(at, nextHop, emit)
	}
}

func (s *summary) set(at int) []uint64 { return s.sets[at*s.words : (at+1)*s.words] }

// setHops finds the hops of a node of the trie, those of its children known.
func (s *summary) setHops(at int, nextHop []int) {
	n, set := &s.trie[at], s.set(at)
	w := hopOf(n, nextHop)
	if w >= 0 {
		clear(set)
		set[w/64] = 1 << (w % 64)
		return
	}
	for i := range set {
		set[i] = ^uint64(0)
	}
	for _, child := range [2]int{n.left, n.right} {
		if w == unreachable && child != 0 {
			merge(set, s.set(child))
		}
	}
}

// hopOf returns the next hop of the subnet at a node of the trie.
func hopOf(n *trieNode, nextHop []int) int {
	if n.subnet < 0 {
		return unreachable
	}
	return nextHop[n.subnet]
}

// merge sets dst to what it and src have in common, or else to what is in either.
func merge(dst, src []uint64) {
	common := uint64(0)
	for i := range dst {
		common |= dst[i] & src[i]
	}
	for i := range dst {
		if common != 0 {
			dst[i] &= src[i]
		} else {
			dst[i] |= src[i]
		}
	}
}

// choose emits a route at a node of the trie unless the one above is right.
func (s *summary) choose(at int, nextHop []int, emit func(netip.Prefix, int)) {
	n, set, hop := &s.trie[at], s.set(at), s.above[at]
	if !contains(set, hop) && (n.prefix.Bits() >= widest || n.subnet >= 0) {
		hop = first(set)
		emit(n.prefix, hop)
	}
	if hopOf(n, nextHop) == connected {
		hop = unreachable // the node's own subnet hides what is above
	}
	s.above[n.left], s.above[n.right] = hop, hop
}

// contains reports whether a hop is in a set, or any hop is right.
func contains(set []uint64, hop int) bool {
	if set[len(set)-1]>>63 == 1 {
		return true
	}
	return hop >= 0 && set[hop/64]>>(hop%64)&1 == 1
}

// first returns the first hop of a set.
func first(set []uint64) int {
	for i, word := range set {
		if word != 0 {
			return i*64 + bits.TrailingZeros64(word)
		}
	}
	return unreachable
}

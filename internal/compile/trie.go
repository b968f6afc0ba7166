package compile

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
	"slices"

	"github.com/vethlab/vethlab/internal/state"
)

// A trie is the binary tree of a family's subnets: parents before children,
// lower addresses first. Nodes with one child only are left out.
type trie []trieNode

type trieNode struct {
	prefix      netip.Prefix
	left, right int // children; 0: none, since the root is not a child
	subnet      int // number of the subnet with just this prefix, or -1
}

// newTrie makes the trie of the subnets.
func newTrie(subnets []routedSubnet) trie {
	order := make([]int, 0, len(subnets))
	for i := range subnets {
		order = append(order, i)
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return state.ComparePrefixes(subnets[a].prefix, subnets[b].prefix)
	})
	// Of two segments with one prefix only the first can be reached.
	order = slices.CompactFunc(order, func(a, b int) bool { return subnets[a].prefix == subnets[b].prefix })
	t := make(trie, 0, 2*len(order))
	if len(order) > 0 {
		t.add(subnets, order)
	}
	return t
}

// add appends the tree of some subnets, given in order, and returns its root.
func (t *trie) add(subnets []routedSubnet, order []int) int {
	first, last := subnets[order[0]].prefix, subnets[order[len(order)-1]].prefix
	n := trieNode{prefix: commonPrefix(first, last), subnet: -1}
	if n.prefix == first {
		n.subnet, order = order[0], order[1:]
	}
	at := len(*t)
	*t = append(*t, n)
	middle, _ := slices.BinarySearchFunc(order, true, func(i int, _ bool) int {
		if bitAt(subnets[i].prefix.Addr(), n.prefix.Bits()) {
			return 1
		}
		return -1
	})
	if middle > 0 {
		(*t)[at].left = t.add(subnets, order[:middle])
	}
	if middle < len(order) {
		(*t)[at].right = t.add(subnets, order[middle:])
	}
	return at
}

// commonPrefix returns the longest prefix that holds both.
func commonPrefix(a, b netip.Prefix) netip.Prefix {
	x, y := a.Addr().As16(), b.Addr().As16()
	same := bits.LeadingZeros64(binary.BigEndian.Uint64(x[:8]) ^ binary.BigEndian.Uint64(y[:8]))
	if same == 64 {
		same += bits.LeadingZeros64(binary.BigEndian.Uint64(x[8:]) ^ binary.BigEndian.Uint64(y[8:]))
	}
	same -= 128 - a.Addr().BitLen() // an IPv4 address is in the last bits
	p, _ := a.Addr().Prefix(min(same, a.Bits(), b.Bits()))
	return p
}

// bitAt returns the bit after the first n bits of an address.
func bitAt(a netip.Addr, n int) bool {
	b := a.As16()
	n += 128 - a.BitLen()
	return b[n/8]>>(7-n%8)&1 == 1
}

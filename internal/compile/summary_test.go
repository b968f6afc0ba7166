package compile

import (
	"fmt"
	"net/netip"
	"testing"

	"pgregory.net/rapid"
)

// drawNextHops draws subnets of 10.0.0.0/27 that do not overlap, and a next hop of each.
func drawNextHops(t *rapid.T, p netip.Prefix, hops int) ([]routedSubnet, []int) {
	switch rapid.IntRange(0, 3).Draw(t, p.String()) {
	case 0:
		return nil, nil
	case 1:
		way := rapid.IntRange(connected, hops-1).Draw(t, "way")
		return []routedSubnet{{prefix: p}}, []int{way}
	}
	if p.Bits() == 32 {
		return nil, nil
	}
	low, high := halves(p)
	a, aWays := drawNextHops(t, low, hops)
	b, bWays := drawNextHops(t, high, hops)
	return append(b, a...), append(bWays, aWays...) // unsorted
}

func halves(p netip.Prefix) (low, high netip.Prefix) {
	low = netip.PrefixFrom(p.Addr(), p.Bits()+1)
	return low, netip.PrefixFrom(lastAddr(low).Next(), p.Bits()+1)
}

// The summary has the minimal number of routes, with correct next hops.
func TestSummaryIsMinimalAndCorrect(t *testing.T) {
	s := &summary{}
	rapid.Check(t, func(t *rapid.T) {
		hops := rapid.SampledFrom([]int{1, 2, 3, 5, 63, 64, 130}).Draw(t, "hops")
		subnets, way := drawNextHops(t, netip.MustParsePrefix("10.0.0.0/27"), hops)
		top := rapid.SampledFrom([]int{unreachable, 0, hops - 1}).Draw(t, "top")
		got := map[netip.Prefix]int{}
		s.trie = newTrie(subnets)
		s.routes(way, hops, top, func(to netip.Prefix, hop int) { got[to] = hop })

		want := &fewest{map[netip.Prefix]int{}, hops, map[string]int{}}
		for i, sub := range subnets {
			want.way[sub.prefix] = way[i]
			checkLookup(t, got, top, sub.prefix.Addr(), way[i])
		}
		if n := want.cost(netip.MustParsePrefix("10.0.0.0/27"), top); len(got) != n {
			t.Fatalf("%d routes, want %d: %v", len(got), n, got)
		}
	})
}

func checkLookup(t *rapid.T, routes map[netip.Prefix]int, top int, a netip.Addr, want int) {
	got := top
	for bits := 32; bits >= 0; bits-- {
		if hop, ok := routes[netip.PrefixFrom(a, bits).Masked()]; ok {
			got = hop
			break
		}
	}
	if want >= 0 && got != want {
		t.Fatalf("%s goes to %d, want %d", a, got, want)
	}
}

// fewest finds the minimal number of routes by exhaustive search.
type fewest struct {
	way  map[netip.Prefix]int
	hops int
	memo map[string]int
}

// cost returns the minimal number of routes in p, below a route to hop.
func (f *fewest) cost(p netip.Prefix, hop int) int {
	key := fmt.Sprint(p, hop)
	if n, ok := f.memo[key]; ok {
		return n
	}
	f.memo[key] = 1 << 20 // during the search
	n := f.below(p, hop)
	for other := range f.used() {
		n = min(n, 1+f.below(p, other))
	}
	f.memo[key] = n
	return n
}

// below returns the cost without another route for the whole of p.
func (f *fewest) below(p netip.Prefix, hop int) int {
	if way, ok := f.way[p]; ok {
		if way >= 0 && way != hop {
			return 1 << 20
		}
		return 0
	}
	if p.Bits() == 32 {
		return 0
	}
	low, high := halves(p)
	return f.cost(low, hop) + f.cost(high, hop)
}

func (f *fewest) used() map[int]bool {
	used := map[int]bool{}
	for _, way := range f.way {
		if way >= 0 {
			used[way] = true
		}
	}
	return used
}

// A subnet of the node itself hides the routes above it from subnets inside.
func TestSummaryInsideOwnSubnet(t *testing.T) {
	subnets := []routedSubnet{
		{prefix: netip.MustParsePrefix("10.0.0.0/16")},
		{prefix: netip.MustParsePrefix("10.0.7.1/32")},
		{prefix: netip.MustParsePrefix("10.9.0.0/16")},
	}
	s := &summary{trie: newTrie(subnets)}
	got := map[string]int{}
	s.routes([]int{connected, 0, 0}, 1, unreachable, func(to netip.Prefix, hop int) { got[to.String()] = hop })
	if len(got) != 2 || got["10.0.0.0/12"] != 0 {
		t.Errorf("got %v, want 10.0.0.0/12 and 10.0.7.1/32", got)
	}
	if _, ok := got["10.0.7.1/32"]; !ok {
		t.Errorf("10.0.7.1/32 is not routed: %v", got)
	}
}

// Distant subnets are not summarised into a prefix shorter than /8.
func TestSummaryIsNotWiderThanASlashEight(t *testing.T) {
	subnets := []routedSubnet{
		{prefix: netip.MustParsePrefix("10.0.0.0/24")},
		{prefix: netip.MustParsePrefix("10.128.0.0/24")},
		{prefix: netip.MustParsePrefix("192.168.0.0/24")},
	}
	s := &summary{trie: newTrie(subnets)}
	var got []string
	s.routes([]int{0, 0, 0}, 1, unreachable, func(to netip.Prefix, _ int) { got = append(got, to.String()) })
	if want := "[10.0.0.0/8 192.168.0.0/24]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

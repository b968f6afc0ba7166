package dump_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/dump"
)

// end returns an end of a veth pair; netns is -1 for the link's own namespace.
func end(index, peer int, netns int32) dump.Link {
	l := dump.Link{Index: index, Kind: "veth", Parent: peer}
	if netns >= 0 {
		l.ParentNetns = &netns
	}
	return l
}

func wiring(links map[int32][]dump.Link) *dump.Wiring {
	w := &dump.Wiring{Namespaces: map[int32]*dump.Namespace{}}
	for id, list := range links {
		w.Namespaces[id] = &dump.Namespace{Links: list}
	}
	return w
}

func TestPairs(t *testing.T) {
	vlan := dump.Link{Index: 9, Kind: "vlan", Parent: 2, ParentNetns: new(int32(4))}
	for _, c := range []struct {
		name         string
		links        map[int32][]dump.Link
		pairs        [][2]dump.LinkRef
		inconsistent []int32
	}{
		{"nothing", nil, nil, nil},
		{"between two", map[int32][]dump.Link{0: {end(2, 3, 1)}, 1: {end(3, 2, 0)}}, [][2]dump.LinkRef{{{0, 2}, {1, 3}}}, nil},
		{"in one", map[int32][]dump.Link{5: {end(2, 3, -1), end(3, 2, -1)}}, [][2]dump.LinkRef{{{5, 2}, {5, 3}}}, nil},
		{
			"equal indexes and nsids",
			map[int32][]dump.Link{0: {end(2, 2, 1)}, 1: {end(2, 2, 0), end(3, 2, 2)}, 2: {end(2, 3, 1)}},
			[][2]dump.LinkRef{{{0, 2}, {1, 2}}, {{1, 3}, {2, 2}}},
			nil,
		},
		{
			"before Linux 5.12, equal indexes are omitted",
			map[int32][]dump.Link{0: {end(2, 0, 1)}, 1: {end(2, 0, 0)}},
			[][2]dump.LinkRef{{{0, 2}, {1, 2}}},
			nil,
		},
		{"one-sided", map[int32][]dump.Link{0: {end(2, 3, 1)}, 1: {end(3, 2, 7)}}, nil, []int32{0, 1}},
		{"moved away", map[int32][]dump.Link{0: {end(2, 3, 1)}, 1: {}}, nil, []int32{0, 1}},
		{"peer in an unreadable namespace", map[int32][]dump.Link{0: {end(2, 3, 1)}}, nil, nil},
		{"peer in a namespace that is being deleted", map[int32][]dump.Link{0: {{Index: 2, Kind: "veth", Parent: 3, ParentNetns: new(int32(-1))}}}, nil, nil},
		{"the peer's index is reused", map[int32][]dump.Link{0: {end(2, 3, 1)}, 1: {{Index: 3, Kind: "bridge"}}}, nil, []int32{0, 1}},
		{"a VLAN on a link in another namespace", map[int32][]dump.Link{0: {vlan}, 4: {{Index: 2}}}, nil, nil},
		{"a VLAN on a deleted link", map[int32][]dump.Link{0: {vlan}, 4: {{Index: 3}}}, nil, []int32{0, 4}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := wiring(c.links)
			if got := w.Pairs(); !slices.Equal(got, c.pairs) {
				t.Errorf("pairs %v, want %v", got, c.pairs)
			}
			if got := w.Inconsistent(); !slices.Equal(got, c.inconsistent) {
				t.Errorf("inconsistent %v, want %v", got, c.inconsistent)
			}
		})
	}
}

func TestLower(t *testing.T) {
	w := wiring(map[int32][]dump.Link{
		0: {
			{Index: 1, Kind: "macvlan", Parent: 5, ParentNetns: new(int32(1))},
			{Index: 2, Kind: "vxlan", Info: dump.VXLAN{Device: 6}, ParentNetns: new(int32(1))},
			{Index: 3, Kind: "vxlan", Info: dump.VXLAN{}},
			{Index: 4, Kind: "vlan", Parent: 1},
			{Index: 6, Kind: "sit", ParentNetns: new(int32(1))},
			{Index: 7, Parent: 7}, // a physical device: IFLA_LINK is its own index
		},
		1: {{Index: 5}, {Index: 6}},
	})
	for index, want := range map[int]dump.LinkRef{1: {1, 5}, 2: {1, 6}, 4: {0, 1}} {
		if got, ok := w.Lower(dump.LinkRef{Netns: 0, Index: index}); !ok || got != want {
			t.Errorf("the lower device of %d is %v, %v; want %v", index, got, ok, want)
		}
	}
	for _, index := range []int{3, 6, 7, 99} {
		if got, ok := w.Lower(dump.LinkRef{Netns: 0, Index: index}); ok {
			t.Errorf("the lower device of %d is %v, want none", index, got)
		}
	}
	if inconsistent := w.Inconsistent(); inconsistent != nil {
		t.Errorf("inconsistent: %v", inconsistent)
	}
}

// TestPairsProperty checks that Pairs finds the cables of random wirings with few,
// often equal, indexes.
func TestPairsProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var want [][2]dump.LinkRef
		links := map[int32][]dump.Link{}
		taken := map[dump.LinkRef]bool{}
		freeRef := func(label string) dump.LinkRef {
			p := dump.LinkRef{Netns: rapid.Int32Range(0, 4).Draw(t, label), Index: rapid.IntRange(1, 8).Draw(t, label+" index")}
			for taken[p] {
				p.Index++
			}
			taken[p] = true
			return p
		}
		add := func(p, peer dump.LinkRef) {
			l := end(p.Index, peer.Index, -1)
			if p.Netns != peer.Netns {
				l.ParentNetns = &peer.Netns
			}
			links[p.Netns] = append(links[p.Netns], l)
		}
		for range rapid.IntRange(0, 12).Draw(t, "cables") {
			a, b := freeRef("a"), freeRef("b")
			add(a, b)
			add(b, a)
			if a.Compare(b) > 0 {
				a, b = b, a
			}
			want = append(want, [2]dump.LinkRef{a, b})
		}
		for _, list := range links {
			slices.SortFunc(list, func(a, b dump.Link) int { return a.Index - b.Index })
		}
		slices.SortFunc(want, func(a, b [2]dump.LinkRef) int { return a[0].Compare(b[0]) })
		w := wiring(links)
		if got := w.Pairs(); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		if inconsistent := w.Inconsistent(); inconsistent != nil {
			t.Errorf("inconsistent: %v", inconsistent)
		}
		// If one end is missing, its namespace is inconsistent, and all other pairs are
		// found.
		if len(want) > 0 {
			lost := rapid.SampledFrom(want).Draw(t, "lost")[1]
			ns := w.Namespaces[lost.Netns]
			ns.Links = slices.DeleteFunc(ns.Links, func(l dump.Link) bool { return l.Index == lost.Index })
			if got := len(w.Pairs()); got != len(want)-1 {
				t.Errorf("%d pairs of %d found with one end missing", got, len(want))
			}
			if inconsistent := w.Inconsistent(); !slices.Contains(inconsistent, lost.Netns) {
				t.Errorf("inconsistent: %v", inconsistent)
			}
		}
	})
}

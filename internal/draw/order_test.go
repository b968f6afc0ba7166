package draw

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// mesh returns a Scene of n hosts with cables between the given pairs.
func mesh(n int, cables ...[2]int) *Scene {
	s := &Scene{}
	for i := range n {
		s.Boxes = append(s.Boxes, Box{ID: fmt.Sprint("n", i), Name: fmt.Sprint("n", i)})
	}
	for _, c := range cables {
		var ends [2]End
		for k, i := range c {
			b := &s.Boxes[i]
			b.Ports = append(b.Ports, Port{Name: fmt.Sprint("eth", len(b.Ports)), Addresses: []string{"192.0.2.1/24"}, Up: true, Carrier: true})
			ends[k] = End{b.ID, b.Ports[len(b.Ports)-1].Name}
		}
		s.Cables = append(s.Cables, Cable{Ends: ends})
	}
	return s
}

// layered returns the layers of a connected Scene before crossing reduction.
func layered(s *Scene) *part {
	g := newGraph(s, styles["pixels"])
	p := &part{graph: g, direction: g.direction}
	p.layer(g.parts()[0])
	p.link()
	return p
}

// fence returns a planar network: a root, posts below it, and rails below these, each
// from a post to the next. The rails are in the given order.
func fence(posts int, order []int) *Scene {
	var cables [][2]int
	for i := range posts {
		cables = append(cables, [2]int{0, 1 + i})
	}
	for k, rail := range order {
		cables = append(cables, [2]int{1 + rail, 1 + posts + k}, [2]int{2 + rail, 1 + posts + k})
	}
	return mesh(1+posts+len(order), cables...)
}

// counted counts crossings by looking at all pairs of cables between two layers.
func counted(p *part) int {
	type line struct{ layer, from, to, weight int }
	var lines []line
	for i, layer := range p.layers {
		for _, x := range layer {
			for _, l := range x.links {
				if l.item.layer == i+1 {
					lines = append(lines, line{i, x.pos, l.item.pos, l.weight})
				}
			}
		}
	}
	total := 0
	for i, a := range lines {
		for _, b := range lines[:i] {
			if a.layer == b.layer && (a.from-b.from)*(a.to-b.to) < 0 {
				total += a.weight * b.weight
			}
		}
	}
	return total
}

func TestCrossingsAreCounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := layered(connected(t))
		if got, want := p.crossings(), counted(p); got != want {
			t.Fatalf("%d crossings, want %d by comparing all pairs", got, want)
		}
	})
}

// connected draws a Scene of one part with many cables.
func connected(t *rapid.T) *Scene {
	n := rapid.IntRange(3, 24).Draw(t, "boxes")
	var cables [][2]int
	for i := 1; i < n; i++ {
		cables = append(cables, [2]int{rapid.IntRange(0, i-1).Draw(t, "to"), i})
	}
	for range rapid.IntRange(1, 24).Draw(t, "more") {
		a, b := rapid.IntRange(0, n-1).Draw(t, "a"), rapid.IntRange(0, n-1).Draw(t, "b")
		if a != b {
			cables = append(cables, [2]int{a, b})
		}
	}
	return mesh(n, cables...)
}

// Crossing reduction never adds crossings and keeps the items of each layer.
func TestOrderNeverCrossesMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := layered(connected(t))
		before, items := counted(p), p.positions()
		p.order()
		if after := counted(p); after > before {
			t.Fatalf("ordering increased the crossings from %d to %d", before, after)
		}
		for i, layer := range p.layers {
			for k, x := range layer {
				if x.pos != k || x.layer != i || !slices.Contains(items[i], x) || len(layer) != len(items[i]) {
					t.Fatalf("layer %d has other items or positions: item %d has position %d", i, k, x.pos)
				}
			}
		}
	})
}

// TestOrderCrossesLess checks the number of crossings removed from random networks by
// each phase.
func TestOrderCrossesLess(t *testing.T) {
	before, swept, after := 0, 0, 0
	for seed := range 200 {
		r := rand.New(rand.NewPCG(uint64(seed), 1))
		const n = 18
		var cables [][2]int
		for i := 1; i < n; i++ {
			cables = append(cables, [2]int{r.IntN(i), i})
		}
		for range 10 {
			if a, b := r.IntN(n), r.IntN(n); a != b {
				cables = append(cables, [2]int{a, b})
			}
		}
		p := layered(mesh(n, cables...))
		before += counted(p)
		p.sweep()
		swept += counted(p)
		p.exchange()
		after += counted(p)
	}
	t.Logf("%d crossings, after sweeps %d, after exchanges %d", before, swept, after)
	if swept > before*6/10 || after > swept*95/100 {
		t.Errorf("%d crossings, after sweeps %d, after exchanges %d", before, swept, after)
	}
}

// Crossing reduction removes three of four crossings of shuffled planar networks.
func TestOrderOfAFence(t *testing.T) {
	before, after := 0, 0
	for posts := 3; posts < 12; posts++ {
		for seed := range 10 {
			r := rand.New(rand.NewPCG(uint64(seed), uint64(posts)))
			p := layered(fence(posts, r.Perm(posts-1)))
			mixed := p.positions()
			for _, layer := range mixed {
				r.Shuffle(len(layer), func(i, k int) { layer[i], layer[k] = layer[k], layer[i] })
			}
			p.restore(mixed)
			before += counted(p)
			p.order()
			after += counted(p)
		}
	}
	t.Logf("%d crossings of the shuffled network, %d after ordering", before, after)
	if after > before/4 {
		t.Errorf("%d crossings of the shuffled network, %d after ordering", before, after)
	}
}

// Sweeps that remove no crossing are undone.
func TestOrderKeepsTheBest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := layered(connected(t))
		p.order()
		best, least := p.positions(), counted(p)
		p.sweep()
		if n := counted(p); n > least {
			t.Fatalf("%d crossings became %d by more sweeps", least, n)
		} else if n < least {
			return
		}
		for i, layer := range p.layers {
			if !slices.Equal(layer, best[i]) {
				t.Fatalf("layer %d was reordered without removing a crossing", i)
			}
		}
	})
}

// items makes layers of items with the given names, joined by links such as
// "a-x".
func items(layers []string, links ...string) *part {
	p := &part{}
	of := map[byte]*item{}
	for i, names := range layers {
		p.layers = append(p.layers, nil)
		for k := range len(names) {
			of[names[k]] = p.add(&item{}, i)
		}
	}
	for _, l := range links {
		a, b := of[l[0]], of[l[2]]
		if a.layer == b.layer {
			a.beside, b.beside = append(a.beside, b), append(b.beside, a)
			continue
		}
		a.join(b)
		b.join(a)
	}
	return p
}

// ordered returns the layers as names, after do has put them in order.
func ordered(p *part, layers []string, do func()) string {
	name := map[*item]byte{}
	for i, layer := range p.layers {
		for k, x := range layer {
			name[x] = layers[i][k]
		}
	}
	do()
	var out []string
	for _, layer := range p.layers {
		text := ""
		for _, x := range layer {
			text += string(name[x])
		}
		out = append(out, text)
	}
	return strings.Join(out, " ")
}

func TestSortLayer(t *testing.T) {
	for _, c := range []struct {
		layers []string
		links  []string
		want   string
	}{
		{[]string{"abc", "xyz"}, []string{"a-z", "b-y", "c-x"}, "abc zyx"},
		{[]string{"abcd", "xy"}, []string{"b-y", "c-y", "d-x"}, "abcd yx"},               // the middle of two
		{[]string{"abcd", "xy"}, []string{"a-x", "d-x", "d-x", "d-x", "c-y"}, "abcd yx"}, // by their weights
		{[]string{"abcd", "xy"}, []string{"a-x", "d-x", "c-y"}, "abcd xy"},
		{[]string{"abc", "xyz"}, []string{"a-x", "a-z"}, "abc xzy"}, // y, without links, keeps its position
		{[]string{"ab", "xyz"}, []string{"a-x", "a-y", "a-z"}, "ab xyz"},
	} {
		p := items(c.layers, c.links...)
		if got := ordered(p, c.layers, func() { p.sortLayer(1, 0) }); got != c.want {
			t.Errorf("%v %v: %s, want %s", c.layers, c.links, got, c.want)
		}
	}
}

func TestExchange(t *testing.T) {
	for _, c := range []struct {
		layers []string
		links  []string
		want   string
	}{
		{[]string{"ab", "xy"}, []string{"a-y", "b-x"}, "ba xy"},
		{[]string{"ab", "xy"}, []string{"a-x", "b-y"}, "ab xy"},
		{[]string{"abc", "xyz"}, []string{"a-z", "b-y", "c-x"}, "bca yxz"},
		// Items are not exchanged if the number of crossings stays equal.
		{[]string{"ab", "xy"}, []string{"a-x", "a-y", "b-x", "b-y"}, "ab xy"},
		// Neighbours in a layer are moved together,
		{[]string{"abcd"}, []string{"a-d"}, "bcad"},
		{[]string{"abc"}, []string{"a-c", "a-b"}, "bac"},
		// but not if that adds a crossing.
		{[]string{"abc", "xyz"}, []string{"a-x", "b-y", "c-z", "a-c"}, "abc xyz"},
		// Links count by their number of cables.
		{[]string{"ab", "xy"}, []string{"a-x", "a-y", "a-y", "b-x", "b-x", "b-y"}, "ba xy"},
		{[]string{"ab", "xy"}, []string{"a-x", "a-x", "a-y", "b-x", "b-y", "b-y"}, "ab xy"},
	} {
		p := items(c.layers, c.links...)
		if got := ordered(p, c.layers, p.exchange); got != c.want {
			t.Errorf("%v %v: %s, want %s", c.layers, c.links, got, c.want)
		}
	}
}

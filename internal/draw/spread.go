package draw

import (
	"cmp"
	"math"
	"slices"
)

// A wish is a preferred coordinate and its weight.
type wish struct {
	at     float64
	weight float64
}

// spread returns coordinates of items in a fixed order, each at least gaps[i] after the
// one before (gaps[0] is ignored), all from low to high, with the least weighted sum of
// squared distances from their wishes (pool adjacent violators).
func spread(wishes []wish, gaps []int, low, high int) []int {
	type group struct{ at, weight, n float64 }
	var groups []group
	offset, offsets := 0, make([]int, len(wishes))
	for i, w := range wishes {
		if i > 0 {
			offset += gaps[i]
		}
		offsets[i] = offset
		g := group{w.at - float64(offset), max(w.weight, 1e-6), 1}
		for len(groups) > 0 && groups[len(groups)-1].at >= g.at {
			last := groups[len(groups)-1]
			groups = groups[:len(groups)-1]
			weight := last.weight + g.weight
			g = group{(last.at*last.weight + g.at*g.weight) / weight, weight, last.n + g.n}
		}
		groups = append(groups, g)
	}
	places := make([]int, 0, len(wishes))
	for _, g := range groups {
		at := int(math.Floor(g.at + 0.5))
		at = max(low, min(at, high-offset))
		for range int(g.n) {
			places = append(places, at+offsets[len(places)])
		}
	}
	return places
}

// unbounded is a limit beyond all coordinates.
const unbounded = math.MaxInt32

// spreadItems sets the coordinate of each item within its layer: near its neighbours
// in the layer before, then in the layer after, and so on.
func (p *part) spreadItems() {
	if p.inRow {
		return // all begin at 0
	}
	for i := range p.layers {
		p.spreadLayer(i, func(x *item) wish { return wish{float64(-x.size) / 2, 1} })
	}
	for range 4 {
		for i := 1; i < len(p.layers); i++ {
			p.spreadLayer(i, func(x *item) wish { return x.wish(i - 1) })
		}
		for i := len(p.layers) - 2; i >= 0; i-- {
			p.spreadLayer(i, func(x *item) wish { return x.wish(i + 1) })
		}
	}
	least := unbounded
	for _, layer := range p.layers {
		least = min(least, layer[0].at)
	}
	for _, layer := range p.layers {
		for _, x := range layer {
			x.at -= least
		}
	}
}

// wish returns the mean coordinate of an item's neighbours in another layer.
func (i *item) wish(layer int) wish {
	sum, weight := 0.0, 0.0
	for _, l := range i.links {
		if l.item.layer == layer {
			w := float64(l.weight) * cmp.Or(i.pull(), l.item.pull(), 1)
			sum += w * (float64(l.item.at) + float64(l.item.size)/2)
			weight += w
		}
	}
	if weight == 0 {
		return wish{float64(i.at), 0.01}
	}
	return wish{sum/weight - float64(i.size)/2, weight}
}

// pull is the weight of an item's wish: most with many leaves, least with a few.
func (i *item) pull() float64 {
	const few = 2
	switch {
	case i.block == nil:
		return 0
	case len(i.block.leaves) <= few && i.block.hub.item.branches():
		return 1.0 / 256
	}
	return 16
}

// branches reports whether the item has a neighbour in a later layer that is not a
// leaf.
func (i *item) branches() bool {
	return slices.ContainsFunc(i.links, func(l link) bool { return l.item.vertex != nil && l.item.layer > i.layer })
}

func (p *part) spreadLayer(layer int, wishOf func(*item) wish) {
	items := p.layers[layer]
	wishes, gaps := make([]wish, len(items)), make([]int, len(items))
	for i, x := range items {
		wishes[i] = wishOf(x)
		if i > 0 {
			gaps[i] = items[i-1].size + p.between(items[i-1], x)
		}
	}
	for i, at := range spread(wishes, gaps, -unbounded, unbounded) {
		items[i].at = at
	}
}

// between returns the gap between two adjacent items of a layer.
func (p *part) between(a, b *item) int {
	if slices.Contains(a.beside, b) {
		return p.flow[p.direction].lateral
	}
	if a.block != nil || b.block != nil {
		return p.flow[p.direction].between * 3 / 2
	}
	return p.flow[p.direction].between
}

package draw

import (
	"cmp"
	"slices"
)

// sweeps is the largest number of passes over the layers.
const sweeps = 6

// order reduces crossings by reordering the items of each layer. It changes an order
// only for a better one, so that a small edit of a lab changes the picture little.
func (p *part) order() {
	p.sweep()
	p.exchange()
}

// sweep sorts each layer by the barycentres of its items' neighbours in the layer
// before, then in the layer after, alternately, and keeps the best order.
func (p *part) sweep() {
	best, least := p.positions(), p.crossings()
	for sweep := range sweeps {
		if least == 0 {
			break
		}
		if sweep%2 == 0 {
			for i := 1; i < len(p.layers); i++ {
				p.sortLayer(i, i-1)
			}
		} else {
			for i := len(p.layers) - 2; i >= 0; i-- {
				p.sortLayer(i, i+1)
			}
		}
		if n := p.crossings(); n < least {
			best, least = p.positions(), n
		}
	}
	p.restore(best)
}

// positions returns a copy of the layers in their present order.
func (p *part) positions() [][]*item {
	layers := make([][]*item, len(p.layers))
	for i, l := range p.layers {
		layers[i] = slices.Clone(l)
	}
	return layers
}

func (p *part) restore(layers [][]*item) {
	p.layers = layers
	for i := range layers {
		p.number(i)
	}
}

// number sets the positions of the items of a layer.
func (p *part) number(layer int) {
	for i, x := range p.layers[layer] {
		x.pos = i
	}
}

func (p *part) sortLayer(layer, by int) {
	middle := map[*item]float64{}
	for _, x := range p.layers[layer] {
		sum, n := 0, 0
		for _, l := range x.links {
			if l.item.layer == by {
				sum += l.item.pos * l.weight
				n += l.weight
			}
		}
		if middle[x] = float64(x.pos); n > 0 {
			middle[x] = float64(sum) / float64(n)
		}
	}
	slices.SortStableFunc(p.layers[layer], func(a, b *item) int { return cmp.Compare(middle[a], middle[b]) })
	p.number(layer)
}

// crossings counts the crossings of cables between layers.
func (p *part) crossings() int {
	total := 0
	for i := 1; i < len(p.layers); i++ {
		total += p.crossingsBefore(i)
	}
	return total
}

// crossingsBefore counts the crossings between a layer and the one before: the
// inversions of the lower ends of cables sorted by upper ends, with a Fenwick tree in
// O(n log n).
func (p *part) crossingsBefore(layer int) int {
	sums := make([]int, len(p.layers[layer])+1)
	total, sum := 0, 0
	for _, x := range p.layers[layer-1] {
		links := slices.DeleteFunc(slices.Clone(x.links), func(l link) bool { return l.item.layer != layer })
		for _, l := range links {
			left := 0
			for k := l.item.pos + 1; k > 0; k -= k & -k {
				left += sums[k]
			}
			total += l.weight * (sum - left)
		}
		for _, l := range links {
			sum += l.weight
			for k := l.item.pos + 1; k < len(sums); k += k & -k {
				sums[k] += l.weight
			}
		}
	}
	return total
}

// exchange swaps adjacent items of a layer while that lowers their cost, at most
// 2*sweeps times over all layers.
func (p *part) exchange() {
	for range 2 * sweeps {
		better := false
		for _, layer := range p.layers {
			for i := 1; i < len(layer); i++ {
				a, b := layer[i-1], layer[i]
				if cost(b, a) < cost(a, b) {
					layer[i-1], layer[i] = b, a
					a.pos, b.pos = i, i-1
					better = true
				}
			}
		}
		if !better {
			return
		}
	}
}

// cost returns the cost of a directly before b: 100 for each crossing, 1 for each
// position between neighbours in the same layer.
func cost(a, b *item) int {
	const crossing = 100
	sum := 0
	for _, x := range a.links {
		for _, y := range b.links {
			if x.item.layer == y.item.layer && x.item.pos > y.item.pos {
				sum += crossing * x.weight * y.weight
			}
		}
	}
	at := min(a.pos, b.pos)
	return sum + stretch(a, at, b) + stretch(b, at+1, a)
}

// stretch returns the distance, in positions, of an item at at from its neighbours in
// the layer except one.
func stretch(x *item, at int, but *item) int {
	sum := 0
	for _, n := range x.beside {
		if n != but {
			sum += max(at-n.pos, n.pos-at)
		}
	}
	return sum
}

package draw

import "slices"

// A part is the boxes that are joined with each other, in layers. Its
// coordinates are its own until it is packed.
type part struct {
	*graph
	direction direction
	inRow     bool // each box is joined to the one before and the one after
	blocks    int  // how many boxes have leaves
	layers    [][]*item
	nets      [][]*net // by the channel behind a layer

	levels []int // where each layer begins, along the flow
	frame  Frame
}

// An item is what has a place in a layer: a box, or the leaves of one.
type item struct {
	cell  *cell
	block *block

	layer, pos int
	links      []link  // to items of the layers before and after
	beside     []*item // joined ones of the same layer

	at, size int // across the flow
}

// A link joins two items of neighbouring layers by some cables.
type link struct {
	item   *item
	weight int
}

// maxRow is how many boxes are drawn in one row.
const maxRow = 8

func arrangePart(g *graph, cells []*cell) *part {
	p := &part{graph: g, direction: g.direction}
	line, ok := inLine(cells)
	if ok && g.rows && len(line) <= maxRow {
		p.direction, p.inRow = across, true
		p.layers = make([][]*item, len(line))
		for i, c := range line {
			p.add(&item{cell: c}, i)
		}
	} else {
		p.layer(cells)
	}
	p.link()
	p.order()
	p.chooseSides()
	p.measure()
	p.spreadItems()
	p.spreadPins()
	p.build()
	return p
}

func (p *part) add(i *item, layer int) *item {
	i.layer, i.pos = layer, len(p.layers[layer])
	p.layers[layer] = append(p.layers[layer], i)
	if i.cell != nil {
		i.cell.item = i
	}
	return i
}

// layer puts the boxes into layers, by how far they are from the roots. Leaves,
// which are joined to one box only, are a block in the layer behind it, or before
// it if it is a root with others behind it.
func (p *part) layer(cells []*cell) {
	c := newCore(cells)
	depth := c.depths()
	p.blocks = len(c.leaves)
	first := 0
	for _, hub := range c.cells {
		if depth[hub] == 0 && len(c.leaves[hub]) > 0 && len(c.cells) > 1 {
			first = 1 // a layer before the roots
		}
	}
	last := first
	for _, hub := range c.cells {
		last = max(last, first+depth[hub])
		if len(c.leaves[hub]) > 0 && (first == 0 || depth[hub] > 0) {
			last = max(last, first+depth[hub]+1)
		}
	}
	p.layers = make([][]*item, last+1)
	seen := map[*cell]bool{}
	var visit func(hub *cell)
	visit = func(hub *cell) {
		seen[hub] = true
		at := first + depth[hub]
		p.add(&item{cell: hub}, at)
		for _, n := range hub.near {
			switch {
			case seen[n]:
			case !c.in[n]:
				b := newBlock(p, hub, c.leaves[hub])
				b.before = first > 0 && at == first
				for _, leaf := range b.leaves {
					seen[leaf] = true
				}
				layer := at + 1
				if b.before {
					layer = at - 1
				}
				i := p.add(&item{block: b}, layer)
				for _, leaf := range b.leaves {
					leaf.item = i
				}
			case depth[n] == depth[hub]+1:
				visit(n)
			}
		}
	}
	for _, hub := range c.cells {
		if depth[hub] == 0 && !seen[hub] {
			visit(hub)
		}
	}
}

// link notes which items are joined.
func (p *part) link() {
	for _, c := range p.members() {
		for _, n := range c.near {
			a, b := c.item, n.item
			switch {
			case a == b:
			case a.layer == b.layer:
				if !slices.Contains(a.beside, b) {
					a.beside = append(a.beside, b)
				}
			default:
				a.join(b)
			}
		}
	}
}

func (i *item) join(other *item) {
	for k := range i.links {
		if i.links[k].item == other {
			i.links[k].weight++
			return
		}
	}
	i.links = append(i.links, link{other, 1})
}

// members returns all cells of a part, layer by layer.
func (p *part) members() []*cell {
	var cells []*cell
	for _, layer := range p.layers {
		for _, i := range layer {
			cells = append(cells, i.cells()...)
		}
	}
	return cells
}

func (i *item) cells() []*cell {
	if i.cell != nil {
		return []*cell{i.cell}
	}
	return i.block.leaves
}

// A core is what remains of joined boxes without their leaves.
type core struct {
	cells  []*cell
	in     map[*cell]bool
	leaves map[*cell][]*cell // by the box that they are joined to
}

func newCore(cells []*cell) *core {
	c := &core{in: map[*cell]bool{}, leaves: map[*cell][]*cell{}}
	for _, x := range cells {
		if len(x.near) == 1 && len(cells) > 2 && !x.loops() {
			c.leaves[x.near[0]] = append(c.leaves[x.near[0]], x)
			continue
		}
		c.in[x] = true
		c.cells = append(c.cells, x)
	}
	return c
}

// near returns the neighbours of a box that belong to the core.
func (c *core) near(x *cell) []*cell {
	return slices.DeleteFunc(slices.Clone(x.near), func(n *cell) bool { return !c.in[n] })
}

// depths returns how far each box of the core is from the nearest root.
func (c *core) depths() map[*cell]int {
	edges := 0
	for _, x := range c.cells {
		edges += len(c.near(x))
	}
	if edges/2 == len(c.cells)-1 {
		return c.from(c.centre())
	}
	top := c.farthest()
	if depth := c.from(top...); len(top) < len(c.cells) && c.crosswise(depth) == 0 {
		return depth
	}
	return c.from(c.busiest(top))
}

// from returns how far each box is from the nearest of some.
func (c *core) from(roots ...*cell) map[*cell]int {
	depth := map[*cell]int{}
	queue := slices.Clone(roots)
	for _, r := range roots {
		depth[r] = 0
	}
	for i := 0; i < len(queue); i++ {
		for _, n := range c.near(queue[i]) {
			if _, ok := depth[n]; !ok {
				depth[n] = depth[queue[i]] + 1
				queue = append(queue, n)
			}
		}
	}
	return depth
}

// crosswise counts the ends of what joins boxes of one layer.
func (c *core) crosswise(depth map[*cell]int) int {
	count := 0
	for _, x := range c.cells {
		for _, n := range c.near(x) {
			if depth[x] == depth[n] {
				count++
			}
		}
	}
	return count
}

// farthest returns the boxes that are farthest from all that have leaves: the
// spines of a network of spines and leaves.
func (c *core) farthest() []*cell {
	var hubs []*cell
	for _, x := range c.cells {
		if len(c.leaves[x]) > 0 {
			hubs = append(hubs, x)
		}
	}
	depth := c.from(hubs...)
	most := 0
	for _, d := range depth {
		most = max(most, d)
	}
	return slices.DeleteFunc(slices.Clone(c.cells), func(x *cell) bool { return depth[x] < most })
}

// busiest returns the first of some boxes with the most neighbours in the core.
func (c *core) busiest(of []*cell) *cell {
	return slices.MaxFunc(of, func(a, b *cell) int { return len(c.near(a)) - len(c.near(b)) })
}

// centre returns the middle of a tree: what remains if its outermost boxes are
// taken off, again and again.
func (c *core) centre() *cell {
	degree := map[*cell]int{}
	var outer []*cell
	for _, x := range c.cells {
		if degree[x] = len(c.near(x)); degree[x] <= 1 {
			outer = append(outer, x)
		}
	}
	for left := len(c.cells); left > 2; {
		var inner []*cell
		left -= len(outer)
		for _, x := range outer {
			for _, n := range c.near(x) {
				if degree[n]--; degree[n] == 1 {
					inner = append(inner, n)
				}
			}
			degree[x] = 0
		}
		outer = inner
	}
	slices.SortFunc(outer, func(a, b *cell) int { return a.index - b.index })
	return c.busiest(outer)
}

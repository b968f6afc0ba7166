package draw

// layer puts the boxes into layers, by how far they are from the roots. Leaves,
// which are joined to one box only, are a block in the layer behind it, or before
// it if it is a root with others behind it.
func (p *part) layer(cells []*cell) {
	c := newCore(cells)
	p.blocks = len(c.leaves)
	d := &descent{part: p, core: c, depth: c.depths(), seen: map[*cell]bool{}}
	d.makeLayers()
	for _, root := range c.cells {
		if d.depth[root] == 0 && !d.seen[root] {
			d.visit(root)
		}
	}
}

// A descent goes from the roots to all others, and puts each into its layer when
// it comes by.
type descent struct {
	*part
	core  *core
	depth map[*cell]int
	first int // the layer of the roots: 0, or 1 if leaves are before them
	seen  map[*cell]bool
}

func (d *descent) makeLayers() {
	for _, hub := range d.core.cells {
		if d.depth[hub] == 0 && len(d.core.leaves[hub]) > 0 && len(d.core.cells) > 1 {
			d.first = 1
		}
	}
	last := d.first
	for _, hub := range d.core.cells {
		at := d.first + d.depth[hub]
		if len(d.core.leaves[hub]) > 0 {
			last = max(last, d.leafLayer(at))
		}
		last = max(last, at)
	}
	d.layers = make([][]*item, last+1)
}

// leafLayer returns where the leaves of a box are whose layer is at.
func (d *descent) leafLayer(at int) int {
	if d.first > 0 && at == d.first {
		return at - 1
	}
	return at + 1
}

func (d *descent) visit(hub *cell) {
	d.seen[hub] = true
	at := d.first + d.depth[hub]
	d.add(&item{cell: hub}, at)
	for _, n := range hub.near {
		switch {
		case d.seen[n]:
		case !d.core.in[n]:
			d.addLeaves(hub, at)
		case d.depth[n] == d.depth[hub]+1:
			d.visit(n)
		}
	}
}

func (d *descent) addLeaves(hub *cell, at int) {
	b := newBlock(d.part, hub, d.core.leaves[hub])
	layer := d.leafLayer(at)
	b.before = layer < at
	i := d.add(&item{block: b}, layer)
	for _, leaf := range b.leaves {
		d.seen[leaf] = true
		leaf.item = i
	}
}

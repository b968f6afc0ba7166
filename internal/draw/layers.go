package draw

// layer assigns the boxes to layers by their distance from the roots. The leaves of a
// box are one block in the layer after it, or before it if the box is a root and has
// other boxes after it.
func (p *part) layer(vertices []*vertex) {
	c := newCore(vertices)
	p.blocks = len(c.leaves)
	d := &layering{part: p, core: c, depth: c.depths(), seen: map[*vertex]bool{}}
	d.makeLayers()
	for _, root := range c.vertices {
		if d.depth[root] == 0 && !d.seen[root] {
			d.visit(root)
		}
	}
}

// A layering is a depth-first walk from the roots that adds each box to its layer.
type layering struct {
	*part
	core  *core
	depth map[*vertex]int
	first int // the layer of the roots: 0, or 1 if they have leaves before them
	seen  map[*vertex]bool
}

func (d *layering) makeLayers() {
	for _, hub := range d.core.vertices {
		if d.depth[hub] == 0 && len(d.core.leaves[hub]) > 0 && len(d.core.vertices) > 1 {
			d.first = 1
		}
	}
	last := d.first
	for _, hub := range d.core.vertices {
		at := d.first + d.depth[hub]
		if len(d.core.leaves[hub]) > 0 {
			last = max(last, d.leafLayer(at))
		}
		last = max(last, at)
	}
	d.layers = make([][]*item, last+1)
}

// leafLayer returns the layer of the leaves of a box in layer at.
func (d *layering) leafLayer(at int) int {
	if d.first > 0 && at == d.first {
		return at - 1
	}
	return at + 1
}

func (d *layering) visit(hub *vertex) {
	d.seen[hub] = true
	at := d.first + d.depth[hub]
	d.add(&item{vertex: hub}, at)
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

func (d *layering) addLeaves(hub *vertex, at int) {
	b := newBlock(d.part, hub, d.core.leaves[hub])
	layer := d.leafLayer(at)
	b.before = layer < at
	i := d.add(&item{block: b}, layer)
	for _, leaf := range b.leaves {
		d.seen[leaf] = true
		leaf.item = i
	}
}

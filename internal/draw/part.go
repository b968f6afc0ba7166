package draw

import "slices"

// A part is a connected component of the graph, in layers. Its coordinates begin at 0
// until it is packed.
type part struct {
	*graph
	direction direction
	inRow     bool // it is a path that is drawn as a row
	blocks    int  // number of boxes with leaves
	layers    [][]*item
	nets      [][]*net // by the channel after a layer

	levels []int // coordinate of each layer along the flow
	frame  Frame
}

// An item is a member of a layer: a box, or the block of a box's leaves.
type item struct {
	vertex *vertex
	block  *block

	layer, pos int
	links      []link  // to items of the layers before and after
	beside     []*item // neighbours in the same layer

	at, size int // coordinate and size across the flow
}

// A link is an edge to an item of an adjacent layer; its weight is the number of cables.
type link struct {
	item   *item
	weight int
}

// maxRow is the largest number of boxes in a row.
const maxRow = 8

func arrangePart(g *graph, vertices []*vertex) *part {
	p := &part{graph: g, direction: g.direction}
	line, ok := inLine(vertices)
	if ok && g.rows && p.fitsRow(line) {
		p.direction, p.inRow = across, true
		p.layers = make([][]*item, len(line))
		for i, c := range line {
			p.add(&item{vertex: c}, i)
		}
	} else {
		p.layer(vertices)
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

// fitsRow estimates whether a path fits the page as a row.
func (p *part) fitsRow(line []*vertex) bool {
	wide := p.flow[across].channel * (len(line) - 1)
	for _, c := range line {
		wide += 2 * p.pad
		for _, pin := range c.pins {
			wide += p.labelOf(pin, false).width + p.gap
		}
	}
	return len(line) <= maxRow && (p.row == 0 || wide <= p.row)
}

func (p *part) add(i *item, layer int) *item {
	i.layer, i.pos = layer, len(p.layers[layer])
	p.layers[layer] = append(p.layers[layer], i)
	if i.vertex != nil {
		i.vertex.item = i
	}
	return i
}

// link sets the links and neighbours of items.
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

// members returns all vertices of a part, layer by layer.
func (p *part) members() []*vertex {
	var vertices []*vertex
	for _, layer := range p.layers {
		for _, i := range layer {
			vertices = append(vertices, i.vertices()...)
		}
	}
	return vertices
}

func (i *item) vertices() []*vertex {
	if i.vertex != nil {
		return []*vertex{i.vertex}
	}
	return i.block.leaves
}

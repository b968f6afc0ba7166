package draw

import "slices"

// A graph is a Scene as the layout works on it.
type graph struct {
	style
	scene *Scene
	cells []*cell // by place in the Scene
	ends  map[End]*pin
}

// A cell is a box while it is laid out.
type cell struct {
	box   *Box
	index int       // in the Scene
	pins  []*pin    // one a port, in the order of the box
	near  []*cell   // who is joined to it, each once, in the order of the pins
	sides [4][]*pin // by side

	item   *item // what it is part of
	origin int   // where it begins across the flow
	frame  Frame
	parts  sections
	zones  []*zone // nil: it has one bridge at most
	bars   []*bar
	named  map[string]bool // bridges whose names have the place before their ports
}

// A pin is a port while it is laid out.
type pin struct {
	cell  *cell
	port  *Port
	index int  // in the box
	peer  *pin // nil: no cable
	cable int  // which of the Scene
	bound *cell

	side   side
	silent bool // the label is left out
	label  label
	before int // room that it takes along its side
	after  int
	at     int // along its side, from the corner of the cell
}

// A side of a cell as the flow sees it.
type side int

const (
	toward   side = iota // the layer before
	onward               // the layer after
	previous             // the neighbour in the layer
	next
)

func newGraph(s *Scene, st style) *graph {
	g := &graph{style: st, scene: s, ends: map[End]*pin{}}
	for i := range s.Boxes {
		c := &cell{box: &s.Boxes[i], index: i}
		for k := range c.box.Ports {
			p := &pin{cell: c, port: &c.box.Ports[k], index: k, cable: -1}
			c.pins = append(c.pins, p)
			g.ends[End{c.box.ID, p.port.Name}] = p
		}
		g.cells = append(g.cells, c)
	}
	for i, cable := range s.Cables {
		g.connect(i, cable)
	}
	g.bind()
	for _, c := range g.cells {
		for _, p := range c.byBars() {
			if p.bound != nil && p.bound != c && !slices.Contains(c.near, p.bound) {
				c.near = append(c.near, p.bound)
			}
		}
	}
	return g
}

// byBars returns the ports of a cell, those on one bridge together.
func (c *cell) byBars() []*pin {
	pins := slices.Clone(c.pins)
	byBar(pins, len(c.box.Bars))
	return pins
}

func (g *graph) connect(i int, cable Cable) {
	a, b := g.ends[cable.Ends[0]], g.ends[cable.Ends[1]]
	if a == nil || b == nil || a == b || a.peer != nil || b.peer != nil {
		return
	}
	a.peer, b.peer, a.cable, b.cable = b, a, i, i
	a.bound, b.bound = b.cell, a.cell
}

// bind makes that boxes which are related come to stand by each other.
func (g *graph) bind() {
	for _, r := range g.scene.Relations {
		from, to := g.cellOf(r.From), g.cellOf(r.To)
		if from == nil || to == nil || from == to {
			continue
		}
		if p := g.ends[r.From]; p != nil && p.bound == nil {
			p.bound = to
		}
		if !slices.Contains(to.near, from) {
			to.near = append(to.near, from)
		}
		if !slices.Contains(from.near, to) {
			from.near = append(from.near, to)
		}
	}
}

func (g *graph) cellOf(e End) *cell {
	if i := slices.IndexFunc(g.scene.Boxes, func(b Box) bool { return b.ID == e.Box }); i >= 0 {
		return g.cells[i]
	}
	return nil
}

// parts divides the cells into those that are joined, each in its order.
func (g *graph) parts() [][]*cell {
	var parts [][]*cell
	seen := make([]bool, len(g.cells))
	for _, c := range g.cells {
		if seen[c.index] {
			continue
		}
		seen[c.index] = true
		part := []*cell{c}
		for i := 0; i < len(part); i++ {
			for _, other := range part[i].near {
				if !seen[other.index] {
					seen[other.index] = true
					part = append(part, other)
				}
			}
		}
		slices.SortFunc(part, func(a, b *cell) int { return a.index - b.index })
		parts = append(parts, part)
	}
	return parts
}

// inLine returns the cells of a part one after the other, if each is joined
// only to the one before and the one after.
func inLine(cells []*cell) ([]*cell, bool) {
	first := (*cell)(nil)
	ends := 0
	for _, c := range cells {
		if len(c.near) > 2 || c.loops() {
			return nil, false
		}
		if len(c.near) < 2 {
			ends++
			if first == nil {
				first = c
			}
		}
	}
	if first == nil { // a ring
		return nil, false
	}
	line, last := []*cell{first}, (*cell)(nil)
	for c := first; len(line) < len(cells); {
		i := slices.IndexFunc(c.near, func(o *cell) bool { return o != last })
		last, c = c, c.near[i]
		line = append(line, c)
	}
	return line, true
}

// loops reports whether a cable of the cell ends in it.
func (c *cell) loops() bool {
	return slices.ContainsFunc(c.pins, func(p *pin) bool { return p.bound == c })
}

package draw

import "slices"

// A graph is a Scene while it is laid out.
type graph struct {
	style
	scene *Scene
	cells []*cell // by index in the Scene
	ends  map[End]*pin
}

// A cell is a box while it is laid out.
type cell struct {
	box   *Box
	index int       // in the Scene
	pins  []*pin    // one for each port, in the order of the box
	near  []*cell   // neighbours by cable or relation, in the order of the pins
	sides [4][]*pin // by side

	item   *item
	origin int // coordinate across the flow
	frame  Frame
	parts  sections
	zones  []*zone // nil: it has one bridge at most
	bars   []*bar
	named  map[string]bool // bridges whose names are before their ports
}

// A pin is a port while it is laid out.
type pin struct {
	cell  *cell
	port  *Port
	index int   // in the box
	peer  *pin  // the other end of its cable, or nil
	cable int   // index in the Scene
	bound *cell // neighbour by cable or relation, or nil

	side       side
	unlabelled bool // the box at the other end tells enough
	label      label
	before     int // size along its side before and after at
	after      int
	at         int // coordinate along its side, from the corner of the cell
}

// A side of a cell, relative to the flow.
type side int

const (
	toward   side = iota // to the layer before
	onward               // to the layer after
	previous             // to the neighbour before it in the layer
	next                 // to the neighbour after it in the layer
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

// byBars returns the ports of a cell grouped by bridge.
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

// bind makes related boxes neighbours, so that they are laid out near each other.
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

// parts returns the connected components, each in the order of the Scene.
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

// inLine returns the cells of a part as a path, if they are one.
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
	if first == nil { // a cycle
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

// loops reports whether both ends of a cable are in the cell.
func (c *cell) loops() bool {
	return slices.ContainsFunc(c.pins, func(p *pin) bool { return p.bound == c })
}

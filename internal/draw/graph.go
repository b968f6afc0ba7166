package draw

import "slices"

// A graph is a Scene during layout.
type graph struct {
	style
	scene    *Scene
	vertices []*vertex // by index in the Scene
	ends     map[End]*pin
}

// A vertex is a box during layout.
type vertex struct {
	box   *Box
	index int       // in the Scene
	pins  []*pin    // one for each port, in the order of the box
	near  []*vertex // neighbours by cable or relation, in the order of the pins
	sides [4][]*pin // by side

	item   *item
	origin int // coordinate across the flow
	frame  Frame
	parts  sections
	zones  []*zone // nil: at most one bridge
	bars   []*bar
	named  map[string]bool // bridges whose names are before their ports
}

// A pin is a port during layout.
type pin struct {
	vertex *vertex
	port   *Port
	index  int     // in the box
	peer   *pin    // the other end of its cable, or nil
	cable  int     // index in the Scene
	bound  *vertex // neighbour by cable or relation, or nil

	side       side
	unlabelled bool // its label would repeat that of its peer's box
	label      label
	before     int // size along its side before and after at
	after      int
	at         int // coordinate along its side, from the corner of the vertex
}

// A side of a vertex, relative to the flow.
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
		c := &vertex{box: &s.Boxes[i], index: i}
		for k := range c.box.Ports {
			p := &pin{vertex: c, port: &c.box.Ports[k], index: k, cable: -1}
			c.pins = append(c.pins, p)
			g.ends[End{c.box.ID, p.port.Name}] = p
		}
		g.vertices = append(g.vertices, c)
	}
	for i, cable := range s.Cables {
		g.connect(i, cable)
	}
	g.bind()
	for _, c := range g.vertices {
		for _, p := range c.byBars() {
			if p.bound != nil && p.bound != c && !slices.Contains(c.near, p.bound) {
				c.near = append(c.near, p.bound)
			}
		}
	}
	return g
}

// byBars returns the ports of a vertex grouped by bridge.
func (c *vertex) byBars() []*pin {
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
	a.bound, b.bound = b.vertex, a.vertex
}

// bind makes related boxes neighbours, so that they are laid out near each other.
func (g *graph) bind() {
	for _, r := range g.scene.Relations {
		from, to := g.vertexOf(r.From), g.vertexOf(r.To)
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

func (g *graph) vertexOf(e End) *vertex {
	if i := slices.IndexFunc(g.scene.Boxes, func(b Box) bool { return b.ID == e.Box }); i >= 0 {
		return g.vertices[i]
	}
	return nil
}

// parts returns the connected components, each in the order of the Scene.
func (g *graph) parts() [][]*vertex {
	var parts [][]*vertex
	seen := make([]bool, len(g.vertices))
	for _, c := range g.vertices {
		if seen[c.index] {
			continue
		}
		seen[c.index] = true
		part := []*vertex{c}
		for i := 0; i < len(part); i++ {
			for _, other := range part[i].near {
				if !seen[other.index] {
					seen[other.index] = true
					part = append(part, other)
				}
			}
		}
		slices.SortFunc(part, func(a, b *vertex) int { return a.index - b.index })
		parts = append(parts, part)
	}
	return parts
}

// inLine returns the vertices of a part as a path, if they are one.
func inLine(vertices []*vertex) ([]*vertex, bool) {
	first := (*vertex)(nil)
	ends := 0
	for _, c := range vertices {
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
	line, last := []*vertex{first}, (*vertex)(nil)
	for c := first; len(line) < len(vertices); {
		i := slices.IndexFunc(c.near, func(o *vertex) bool { return o != last })
		last, c = c, c.near[i]
		line = append(line, c)
	}
	return line, true
}

// loops reports whether both ends of a cable are in the vertex.
func (c *vertex) loops() bool {
	return slices.ContainsFunc(c.pins, func(p *pin) bool { return p.bound == c })
}

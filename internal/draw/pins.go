package draw

import (
	"cmp"
	"slices"
)

// spreadPins sets the coordinate of each port on its side. A leaf's port is in the
// middle; then, layer by layer, ports go opposite their peers' actual or expected
// coordinates. A last pass moves ports whose peer is not where it was expected.
func (p *part) spreadPins() {
	p.eachItem(func(i *item) {
		if i.block != nil {
			p.spreadLeaves(i)
		}
	})
	p.eachItem(func(i *item) {
		if i.vertex != nil {
			p.divideByGoals(i.vertex)
			p.spreadSide(i.vertex, toward)
			p.spreadSide(i.vertex, onward)
			p.spreadLateral(i.vertex)
		}
	})
	if p.inRow {
		return
	}
	p.eachItem(func(i *item) {
		for _, c := range i.vertices() {
			p.follow(c, toward)
			p.follow(c, onward)
			p.nameBars(c)
		}
	})
}

func (p *part) eachItem(do func(*item)) {
	for _, layer := range p.layers {
		for _, i := range layer {
			do(i)
		}
	}
}

// keepNear moves the ports of a side as little as their limits allow.
func (p *part) keepNear(c *vertex, s side) {
	wishes := make([]wish, len(c.sides[s]))
	for i, pin := range c.sides[s] {
		wishes[i] = wish{float64(pin.at), 1}
	}
	p.place(c, s, wishes)
}

// follow moves the ports of a side opposite their peers.
func (p *part) follow(c *vertex, s side) {
	pins := c.sides[s]
	wishes := make([]wish, len(pins))
	for i, pin := range pins {
		wishes[i] = wish{float64(pin.at), 0.01}
		if pin.peer != nil && pin.peer.vertex.item.layer != c.item.layer {
			wishes[i] = wish{float64(p.entry(pin.peer) - c.origin), 1}
		}
	}
	p.place(c, s, wishes)
}

func (p *part) spreadLeaves(i *item) {
	for k, c := range i.block.leaves {
		at, _ := i.block.offset(p, k)
		c.origin = i.at + at
		middle := float64(i.block.w) / 2
		if p.direction == across {
			middle = 0
			c.frame.H = i.block.h
		} else {
			c.frame.W = i.block.w
		}
		if c.inZones() {
			p.divide(c, func(pin *pin) int { return int(middle) })
		}
		for _, s := range []side{toward, onward} {
			c.byZones(c.sides[s])
			p.place(c, s, slices.Repeat([]wish{{middle, 1}}, len(c.sides[s])))
		}
		at = p.head + c.parts.top + c.parts.labelGap
		for _, pin := range c.sides[previous] {
			pin.at = at
			at += pin.after
		}
	}
}

// place sets the coordinates of the ports of a side, from the corner of the vertex, as
// near to their wishes as possible.
func (p *part) place(c *vertex, s side, wishes []wish) {
	pins := c.sides[s]
	if len(pins) == 0 {
		return
	}
	if c.zones != nil && (s == toward || s == onward) {
		for first := 0; first < len(pins); {
			b := c.zone(pins[first].port.Bar)
			n := first
			for n < len(pins) && pins[n].port.Bar == b.bar {
				n++
			}
			p.placeBetween(pins[first:n], wishes[first:n], b.low+pins[first].before+p.reserved(c, b.bar), b.high)
			first = n
		}
		return
	}
	low, high := p.lowest(c, s), c.frame.W-p.pad
	if p.upright(s) {
		low = p.head + c.parts.top
		high = c.frame.H - p.foot - c.parts.bottom - c.parts.notes
	}
	p.placeBetween(pins, wishes, low, high)
}

// placeBetween sets the coordinates of adjacent ports: the first at low or more, the
// last such that its label ends at high or before.
func (p *part) placeBetween(pins []*pin, wishes []wish, low, high int) {
	gaps := make([]int, len(pins))
	for i := 1; i < len(pins); i++ {
		gaps[i] = p.apart(pins[i-1], pins[i])
	}
	for i, at := range spread(wishes, gaps, low, high-pins[len(pins)-1].after) {
		pins[i].at = at
	}
}

// reserved returns the space before the ports on a bridge for its name.
func (p *part) reserved(c *vertex, bar string) int {
	if i := slices.IndexFunc(c.box.Bars, func(b Bar) bool { return b.Name == bar }); i >= 0 && c.named[bar] {
		return p.beside(&c.box.Bars[i])
	}
	return 0
}

// lowest returns the lowest coordinate of the first port on the upper or lower side.
func (p *part) lowest(c *vertex, s side) int {
	low := p.pad + c.sides[s][0].before
	if len(c.box.Bars) == 1 && c.wired(s) {
		low += p.reserved(c, c.box.Bars[0].Name)
	}
	return max(low, p.behindText(c, s))
}

// behindText returns the lowest coordinate of ports on a side that does not hide text:
// on the upper side after the name of the box, if that is in the border or wires go
// down from there; on the lower side after the notes, if wires go up and down.
func (p *part) behindText(c *vertex, s side) int {
	wired := c.wired(s)
	switch {
	case p.page(s) == Top && (p.edge > 0 || wired):
		return p.pad + p.title(c.box) + max(2, p.labelGap)
	case p.page(s) == Bottom && wired && c.wired(toward) && c.parts.notes > 0:
		return p.pad + p.noteWidth(c) + max(2, p.labelGap)
	}
	return 0
}

// wired reports whether wires go from a side to a bridge.
func (c *vertex) wired(s side) bool {
	return slices.ContainsFunc(c.sides[s], func(pin *pin) bool { return pin.port.Bar != "" })
}

// A goal is the point that a port is moved towards.
type goal struct {
	class int // ports to the same layer are at either end, ports without a cable last
	pos   int // position of the neighbour's item
	at    int // across the flow
	rank  int // among the ports to one box
}

func (g goal) compare(o goal) int {
	return cmp.Or(cmp.Compare(g.class, o.class), cmp.Compare(g.pos, o.pos), cmp.Compare(g.at, o.at), cmp.Compare(g.rank, o.rank))
}

// divideByGoals divides a box into zones.
func (p *part) divideByGoals(c *vertex) {
	if c.origin = c.item.at; c.inZones() {
		p.divide(c, func(pin *pin) int { return p.goalOf(pin, pin.index).at - c.origin })
	}
}

func (p *part) spreadSide(c *vertex, s side) {
	pins := c.sides[s]
	goals := map[*pin]goal{}
	for i, pin := range pins {
		goals[pin] = p.goalOf(pin, i)
	}
	slices.SortStableFunc(pins, func(a, b *pin) int { return goals[a].compare(goals[b]) })
	c.byZones(pins)
	wishes := make([]wish, len(pins))
	for i, pin := range pins {
		g := goals[pin]
		wishes[i] = wish{float64(g.at - c.origin), 1}
		if g.class != towardLayer {
			wishes[i].weight = 0.01
		}
	}
	p.place(c, s, wishes)
}

// The classes of goals.
const (
	before = iota // in the same layer
	towardLayer
	behind
	none
)

func (p *part) goalOf(pin *pin, i int) goal {
	near := pin.vertex.item
	switch pin.bound {
	case nil:
		return goal{class: none, at: near.at + near.size, rank: i}
	case pin.vertex:
		return goal{class: behind, at: near.at + near.size, rank: i}
	}
	far := pin.bound.item
	g := goal{class: towardLayer, pos: far.pos, at: p.goalAt(pin), rank: i}
	switch {
	case far.layer != near.layer:
		if pin.side == toward && pin.peer != nil {
			g.rank = slices.Index(pin.bound.sides[pin.peer.side], pin.peer)
		}
	case far.pos < near.pos: // the route to the nearest is inside the routes to others
		g.class, g.pos = before, -far.pos
	default:
		g.class, g.pos = behind, -far.pos
	}
	return g
}

// goalAt returns the coordinate of a port's peer, or an estimate until it is set.
func (p *part) goalAt(pin *pin) int {
	far := pin.bound.item
	switch {
	case pin.peer != nil && far.block != nil:
		return p.entry(pin.peer)
	case pin.peer != nil && pin.side == toward:
		return pin.bound.origin + pin.peer.at
	case p.inRow:
		return 0
	case p.direction == across:
		return far.at + p.head
	}
	return far.at + far.size/2
}

// entry returns the coordinate across the flow at which a cable reaches a port, or the block of a leaf.
func (p *part) entry(pin *pin) int {
	if pin.side != previous {
		return pin.vertex.origin + pin.at
	}
	b := pin.vertex.item.block
	i := slices.Index(b.leaves, pin.vertex)
	k := slices.Index(pin.vertex.sides[previous], pin)
	return pin.vertex.item.at + b.lanes(p, i)[k]
}

// spreadLateral gives the ports between two adjacent vertices of a layer the same
// coordinates on both.
func (p *part) spreadLateral(c *vertex) {
	pins := c.sides[next]
	if len(pins) == 0 {
		return
	}
	for i, pin := range pins { // the other side in the same order
		pin.peer.vertex.sides[previous][i] = pin.peer
	}
	at := max(p.lowest(c, next), p.lowest(pins[0].peer.vertex, previous))
	if p.upright(next) {
		at = p.head + p.topOf(c.item.layer)
	}
	for i, pin := range pins {
		if i > 0 {
			at += max(p.apart(pins[i-1], pin), p.apart(pins[i-1].peer, pin.peer))
		}
		pin.at, pin.peer.at = at, at
	}
}

// topOf makes the labels on the upper sides of boxes of a layer with lateral cables
// equally high, and returns their height.
func (p *part) topOf(layer int) int {
	high := 0
	var lateral []*vertex
	for _, i := range p.layers[layer] {
		if c := i.vertex; c != nil && len(c.sides[previous])+len(c.sides[next]) > 0 {
			lateral = append(lateral, c)
			high = max(high, c.parts.top+c.parts.labelGap)
		}
	}
	for _, c := range lateral {
		c.parts.top = high - c.parts.labelGap
	}
	return high
}

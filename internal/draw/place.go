package draw

import "slices"

// write adds the boxes and cables of a part to a Layout.
func (p *part) write(l *Layout) {
	dx, dy := p.frame.X, p.frame.Y
	for _, c := range p.members() {
		box := p.placed(c)
		box.move(dx, dy)
		l.Boxes[c.index] = box
	}
	for _, nets := range p.nets {
		for _, n := range nets {
			l.Cables = append(l.Cables, p.route(n.a, moved(p.routeOf(n), dx, dy)))
		}
	}
	for _, c := range p.members() {
		for _, pin := range c.sides[next] {
			l.Cables = append(l.Cables, p.route(pin, moved([]Point{p.at(pin), p.at(pin.peer)}, dx, dy)))
		}
	}
}

// route returns the cable of a port with its points, reversed if needed so that it
// begins at the cable's first end.
func (p *part) route(from *pin, points []Point) Route {
	r := Route{Cable: p.scene.Cables[from.cable], Points: points, index: from.cable, live: from.port.live() && from.peer.port.live()}
	if p.ends[r.Ends[0]] != from {
		slices.Reverse(points)
	}
	return r
}

func moved(points []Point, dx, dy int) []Point {
	for i := range points {
		points[i].X += dx
		points[i].Y += dy
	}
	return points
}

func (b *PlacedBox) move(dx, dy int) {
	b.Frame = b.moved(dx, dy)
	moveRuns(b.notes, dx, dy)
	for i := range b.Ports {
		q := &b.Ports[i]
		q.X += dx
		q.Y += dy
		moveRuns(q.label, dx, dy)
		moved(q.wire, dx, dy)
	}
	for i := range b.Bars {
		b.Bars[i].Frame = b.Bars[i].moved(dx, dy)
	}
}

func moveRuns(runs []run, dx, dy int) {
	for i := range runs {
		runs[i].x += dx
		runs[i].y += dy
	}
}

func (p *part) placed(c *vertex) PlacedBox {
	b := PlacedBox{Box: *c.box, Frame: c.frame, upright: p.direction == across}
	y := c.frame.Y + c.frame.H - p.foot - c.parts.bottom - c.parts.notes
	if p.notesFirst(c) {
		y = c.frame.Y + p.head + c.parts.top + c.parts.labelGap + c.parts.rows
	}
	for i, line := range noteLines(c.box) {
		b.notes = append(b.notes, run{x: c.frame.X + p.pad, y: y + i*p.line, text: line})
	}
	b.Bars = p.placedBars(c)
	for _, pin := range c.pins {
		q := PlacedPort{Port: *pin.port, Point: p.at(pin), Side: p.page(pin.side), cabled: pin.peer != nil}
		if pin.unlabelled {
			q.pitch = pin.bound.item.block.lane
		}
		q.label = p.labelAt(pin, q)
		q.wire = p.wireOf(pin, q, b.Bars)
		b.Ports = append(b.Ports, q)
	}
	return b
}

func (p *part) placedBars(c *vertex) []PlacedBar {
	bars := make([]PlacedBar, len(c.box.Bars))
	if p.direction == across {
		x := c.frame.X + p.pad
		if w := widest(c.sides[toward]); w > 0 {
			x += w + p.gap
		}
		space := c.frame.W - 2*p.pad - widest(c.sides[toward]) - widest(c.sides[onward])
		x = max(x, x+(space-2*p.gap-p.barsWide(c.box))/2)
		low, high := p.zoneLimits(c)
		for i := range bars {
			if b := c.zone(c.box.Bars[i].Name); b != nil {
				low, high = b.low, b.high
			}
			bars[i] = PlacedBar{c.box.Bars[i], Frame{x, c.frame.Y + low, p.barsWide(c.box), high - low}}
		}
		return bars
	}
	y := c.frame.Y + p.head + c.parts.top + c.parts.labelGap + c.parts.rows
	if p.notesFirst(c) {
		y += c.parts.notes
	}
	for i, b := range c.bars {
		bars[i] = PlacedBar{*b.Bar, Frame{c.frame.X + b.low, y, b.high - b.low, p.bar}}
	}
	return bars
}

// notesFirst reports whether notes are above the bars, not below: wires go down only.
func (p *part) notesFirst(c *vertex) bool {
	return p.direction == down && c.wired(onward) && !c.wired(toward)
}

// labelAt returns the label of a port with coordinates.
func (p *part) labelAt(pin *pin, q PlacedPort) []run {
	l := pin.label
	if l.lines == 0 {
		return nil
	}
	f := pin.vertex.frame
	r := run{name: l.name}
	switch q.Side {
	case Left:
		r.x, r.y = f.X+p.pad, f.Y+pin.at
	case Right:
		r.x, r.y = f.X+f.W-p.pad-l.width, f.Y+pin.at
	case Top:
		r.x, r.y, r.anchor = q.X, f.Y+p.head, middle
	case Bottom:
		r.x, r.y, r.anchor = q.X, f.Y+f.H-p.foot-l.lines*p.line, middle
	}
	if r.anchor == middle {
		left := f.X + p.pad
		at := max(left, min(q.X-l.width/2, f.X+f.W-p.pad-l.width))
		switch {
		case p.wires && pin.port.Bar != "":
			r.x, r.anchor = q.X+5, start
		case l.stacked:
			r.x = at + l.width/2
		case len(pin.vertex.pins) == 1:
			r.x, r.anchor = left, start
		default:
			r.x, r.anchor = at, start
		}
	}
	return p.lines(r, l)
}

// lines returns a label, given its first line.
func (p *part) lines(first run, l label) []run {
	runs := []run{first}
	rest := l.addresses
	indent := 0
	if !l.stacked && len(rest) > 0 {
		runs[0].text, rest = rest[0], rest[1:]
		indent = p.width(l.name + " ")
	}
	for i, a := range rest {
		runs = append(runs, run{x: first.x + indent, y: first.y + (i+1)*p.line, anchor: first.anchor, text: a})
	}
	return runs
}

// wireOf returns the points of the wire from a port to its bar, nil without one.
func (p *part) wireOf(pin *pin, q PlacedPort, bars []PlacedBar) []Point {
	for _, b := range bars {
		if b.Name != pin.port.Bar {
			continue
		}
		switch q.Side {
		case Top, Bottom:
			return []Point{q.Point, {q.X, b.Y + b.H/2}}
		case Left:
			if p.direction == down { // along the border, beside the labels
				m := b.Y + b.H/2
				return []Point{q.Point, {q.X + p.pad/2, q.Y}, {q.X + p.pad/2, m}, {b.X + p.pad/2, m}}
			}
			return []Point{{q.X + p.pad + pin.label.width, q.Y}, {b.X + b.W/2, q.Y}}
		case Right:
			return []Point{{q.X - p.pad - pin.label.width, q.Y}, {b.X + b.W/2, q.Y}}
		}
	}
	return nil
}

// relate adds the relations to a Layout whose boxes have coordinates.
func (g *graph) relate(l *Layout) {
	for _, r := range g.scene.Relations {
		a, okA := g.pointOf(l, r.From)
		b, okB := g.pointOf(l, r.To)
		if okA && okB {
			l.Relations = append(l.Relations, Curve{r, a, b})
		}
	}
}

// pointOf returns the point of a port or the middle of a bar, else the middle of its box.
func (g *graph) pointOf(l *Layout, e End) (Point, bool) {
	c := g.vertexOf(e)
	if c == nil {
		return Point{}, false
	}
	b := l.Boxes[c.index]
	for _, q := range b.Ports {
		if q.Name == e.Port {
			return q.Point, true
		}
	}
	f := b.Frame
	for _, bar := range b.Bars {
		if bar.Name == e.Port {
			f = bar.Frame
		}
	}
	return Point{f.X + f.W/2, f.Y + f.H/2}, true
}

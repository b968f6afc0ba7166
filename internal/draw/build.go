package draw

import "slices"

// build finds how high boxes are and where the layers begin, now that the places
// across the flow are known.
func (p *part) build() {
	for i := range p.layers {
		p.topOf(i)
	}
	for _, c := range p.members() {
		if p.direction == down {
			c.bars = p.barRows(c)
			c.parts.bars = len(c.bars) * p.bar
			c.frame.H = c.parts.height(p)
		}
	}
	p.findNets()
	p.levels = make([]int, len(p.layers))
	at, wide := 0, 0
	for i, layer := range p.layers {
		p.levels[i] = at
		size := 0
		for _, x := range layer {
			size = max(size, p.depthOf(x))
			wide = max(wide, x.at+x.size)
		}
		p.settle(layer, at, size)
		at += size
		if i < len(p.layers)-1 || len(p.nets[i]) > 0 {
			at += p.channel(i)
		}
	}
	p.frame = Frame{W: wide, H: at}
	if p.direction == across {
		p.frame = Frame{W: at, H: wide}
	}
}

// depthOf returns the size of an item along the flow.
func (p *part) depthOf(x *item) int {
	switch {
	case x.block != nil:
		return x.block.depth(p)
	case p.direction == across:
		return x.cell.frame.W
	}
	return x.cell.frame.H
}

// laneOf returns how far the tracks of a channel are apart. Many are closer.
func (p *part) laneOf(i int) int {
	lane := p.flow[p.direction].lane
	if n := tracks(p.nets[i]); n*lane > 160 {
		return max(1, 160/n)
	}
	return lane
}

// channel returns the room between a layer and the one behind.
func (p *part) channel(i int) int {
	return max(p.flow[p.direction].channel, (tracks(p.nets[i])+1)*p.laneOf(i))
}

// trackAt returns where a track is along the flow: the tracks are in the middle
// of their channel.
func (p *part) trackAt(layer, track int) int {
	far := len(p.layers) - 1
	begin := 0
	if layer < far {
		begin = p.levels[layer+1] - p.channel(layer)
	} else {
		begin = p.bottom() - p.channel(layer)
	}
	lane := p.laneOf(layer)
	spare := p.channel(layer) - (tracks(p.nets[layer])+1)*lane
	return begin + (spare+1)/2 + (track+1)*lane
}

func (p *part) bottom() int {
	if p.direction == across {
		return p.frame.W
	}
	return p.frame.H
}

// settle gives the boxes of a layer their frames. They begin side by side; the
// boxes of the core are equally large along the flow, and leaves before the roots
// stand by these.
func (p *part) settle(layer []*item, level, size int) {
	core := 0
	for _, x := range layer {
		if x.cell != nil {
			core = max(core, p.depthOf(x))
		}
	}
	for _, x := range layer {
		if x.cell != nil {
			x.cell.grow(p.direction, core)
			x.cell.frame.X, x.cell.frame.Y = p.xy(x.at, level)
			continue
		}
		b := x.block
		begin := level
		if b.before {
			begin += size - b.depth(p)
		}
		w, h := b.w, b.h
		for k, c := range b.leaves {
			cross, along := b.offset(p, k)
			c.frame.X, c.frame.Y = p.xy(x.at+cross, begin+along)
			c.frame.W, c.frame.H = w, h
		}
	}
}

func (c *cell) grow(d direction, size int) {
	if d == across {
		c.frame.W = size
	} else {
		c.frame.H = size
	}
}

func (p *part) xy(c, m int) (x, y int) {
	at := p.direction.point(c, m)
	return at.X, at.Y
}

// at returns where a port is on the page.
func (p *part) at(pin *pin) Point {
	f := pin.cell.frame
	switch p.page(pin.side) {
	case Top:
		return Point{f.X + pin.at, f.Y}
	case Bottom:
		return Point{f.X + pin.at, f.Y + f.H - p.edge}
	case Left:
		return Point{f.X, f.Y + pin.at + p.line/2}
	}
	return Point{f.X + f.W - p.edge, f.Y + pin.at + p.line/2}
}

// routeOf returns the way of a net on the page, from a to b.
func (p *part) routeOf(n *net) []Point {
	a, b := p.at(n.a), p.at(n.b)
	points := []Point{a}
	layer := n.a.cell.item.layer
	if n.a.side == previous {
		points = append(points, Point{n.ca, a.Y})
	}
	if n.track >= 0 {
		m := p.trackAt(layer, n.track)
		points = append(points, p.direction.point(n.ca, m), p.direction.point(n.cb, m))
	}
	if n.b.side == previous {
		points = append(points, Point{n.cb, b.Y})
	}
	return straighten(append(points, b))
}

// straighten leaves out the points at which a way does not turn.
func straighten(points []Point) []Point {
	out := points[:1:1]
	for i := 1; i < len(points); i++ {
		if i < len(points)-1 {
			a, b, c := out[len(out)-1], points[i], points[i+1]
			if b == a || a.X == b.X && b.X == c.X || a.Y == b.Y && b.Y == c.Y {
				continue
			}
		}
		out = append(out, points[i])
	}
	return out
}

// barRows puts the bars of a box side by side, each above or below its ports, and
// in further rows those for which there is no room.
func (p *part) barRows(c *cell) [][]*bar {
	var rows [][]*bar
	for i := range c.box.Bars {
		b := &bar{Bar: &c.box.Bars[i], low: anywhere, high: -anywhere}
		for _, s := range []side{toward, onward} {
			for _, pin := range c.sides[s] {
				if pin.port.Bar == b.Name {
					b.low, b.high = min(b.low, pin.at-p.gap), max(b.high, pin.at+p.gap)
				}
			}
		}
		b.widen(p, c)
		row := slices.IndexFunc(rows, func(row []*bar) bool { return !slices.ContainsFunc(row, b.touches) })
		if row < 0 {
			row, rows = len(rows), append(rows, nil)
		}
		rows[row] = append(rows[row], b)
	}
	for _, row := range rows {
		p.fill(c, row)
	}
	return rows
}

// A bar is a bridge while its box is laid out; low and high are counted from the
// left side of the box.
type bar struct {
	*Bar
	low, high int
}

// widen makes room for the name.
func (b *bar) widen(p *part, c *cell) {
	left, right := p.pad, c.frame.W-p.pad
	wide := p.barWide(b.Bar)
	if b.low > b.high {
		b.low, b.high = left, left
	}
	if need := wide - (b.high - b.low); need > 0 {
		b.low -= need / 2
		b.high = b.low + wide
	}
	if b.low < left {
		b.low, b.high = left, b.high+left-b.low
	}
	if b.high > right {
		b.low, b.high = max(left, b.low-(b.high-right)), right
	}
}

func (b *bar) touches(o *bar) bool { return b.low <= o.high && o.low <= b.high }

// fill makes a bar that is alone in its row as wide as the box, unless the box
// has ports that are not on it.
func (p *part) fill(c *cell, row []*bar) {
	other := func(pin *pin) bool { return pin.port.Bar == "" }
	if len(row) == 1 && !slices.ContainsFunc(c.pins, other) {
		row[0].low, row[0].high = p.pad, c.frame.W-p.pad
	}
}

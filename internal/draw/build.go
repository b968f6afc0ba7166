package draw

// build sets the heights of boxes and the coordinates of layers. The coordinates across
// the flow are already set.
func (p *part) build() {
	for i := range p.layers {
		if p.direction == down {
			p.topOf(i)
		}
	}
	for _, c := range p.members() {
		if p.direction == down {
			c.bars = p.barsOf(c)
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
		p.setFrames(layer, at, size)
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
		return x.vertex.frame.W
	}
	return x.vertex.frame.H
}

// laneOf returns the distance of the tracks of a channel, less if there are many.
func (p *part) laneOf(i int) int {
	lane := p.flow[p.direction].lane
	if n := tracks(p.nets[i]); n*lane > 160 {
		return max(1, 160/n)
	}
	return lane
}

// channel returns the distance between a layer and the next.
func (p *part) channel(i int) int {
	return max(p.flow[p.direction].channel, (tracks(p.nets[i])+1)*p.laneOf(i))
}

// trackAt returns the coordinate of a track along the flow. Tracks are centred in
// their channel.
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

// setFrames sets the frames of a layer's boxes. All begin at the same coordinate; boxes
// of the core have equal size along the flow; leaves before the roots are aligned to the
// end of the layer, next to the roots.
func (p *part) setFrames(layer []*item, level, size int) {
	core := 0
	for _, x := range layer {
		if x.vertex != nil {
			core = max(core, p.depthOf(x))
		}
	}
	for _, x := range layer {
		if x.vertex != nil {
			x.vertex.grow(p.direction, core)
			x.vertex.frame.X, x.vertex.frame.Y = p.xy(x.at, level)
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

func (c *vertex) grow(d direction, size int) {
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

// at returns the point of a port on the page.
func (p *part) at(pin *pin) Point {
	f := pin.vertex.frame
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

// routeOf returns the points of a net on the page, from a to b.
func (p *part) routeOf(n *net) []Point {
	a, b := p.at(n.a), p.at(n.b)
	points := []Point{a}
	layer := n.a.vertex.item.layer
	if n.a.side == previous {
		points = append(points, Point{n.ca, a.Y})
	}
	for h := n; h != nil && h.track >= 0; h = h.rest {
		m := p.trackAt(layer, h.track)
		points = append(points, p.direction.point(h.ca, m), p.direction.point(h.cb, m))
	}
	if n.b.side == previous {
		points = append(points, Point{n.end(), b.Y})
	}
	return straighten(append(points, b))
}

// straighten removes the points at which a route does not turn.
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

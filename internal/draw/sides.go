package draw

import "slices"

// chooseSides puts each port on the side of its box that faces its peer.
func (p *part) chooseSides() {
	for _, c := range p.members() {
		for _, pin := range c.pins {
			pin.side = p.sideOf(pin)
			c.sides[pin.side] = append(c.sides[pin.side], pin)
		}
	}
	for _, c := range p.members() {
		for s, pins := range c.sides {
			for _, pin := range pins {
				if pin.unlabelled = pin.toRibbons(); !pin.unlabelled {
					pin.label = p.labelOf(pin, len(pins) > 1 && !p.upright(side(s)))
				}
			}
		}
	}
	for _, c := range p.members() {
		for _, pin := range c.pins {
			pin.before, pin.after = p.space(pin)
		}
	}
}

func (p *part) sideOf(pin *pin) side {
	near := pin.vertex.item
	leaf := near.block != nil
	if pin.bound == nil || pin.bound == pin.vertex {
		if leaf && near.block.before {
			return toward
		}
		return onward
	}
	far := pin.bound.item
	switch {
	case leaf && near.block.ribbons:
		return previous
	case far.layer > near.layer:
		return onward
	case far.layer < near.layer:
		return toward
	case pin.peer == nil || far.block != nil, pin.port.Bar != "" || pin.peer.port.Bar != "":
		return onward // wires reach a bridge along the flow
	case far.pos == near.pos+1:
		return next
	case far.pos == near.pos-1:
		return previous
	}
	return onward
}

// upright reports whether a side is vertical on the page, with its labels one below
// another.
func (p *part) upright(s side) bool {
	return (s == toward || s == onward) == (p.direction == across)
}

// page returns the side of a box on the page.
func (p *part) page(s side) Side {
	names := [...][4]Side{down: {Top, Bottom, Left, Right}, across: {Left, Right, Top, Bottom}}
	return names[p.direction][s]
}

// A label is the text at a port.
type label struct {
	name      string
	addresses []string
	stacked   bool // addresses are below the name, not beside it
	width     int
	lines     int
}

// toRibbons reports whether the cable of a port is part of a ribbon, whose ports are too
// close for labels.
func (p *pin) toRibbons() bool {
	return p.peer != nil && p.vertex.item.vertex != nil && p.bound.item.block != nil && p.bound.item.block.ribbons
}

func (p *part) labelOf(pin *pin, stacked bool) label {
	l := label{name: p.name(pin.port), addresses: pin.port.Addresses, stacked: stacked}
	wide := 0
	for _, a := range l.addresses {
		wide = max(wide, p.width(a))
	}
	switch name := p.width(l.name); {
	case stacked:
		l.width, l.lines = max(name, wide), 1+len(l.addresses)
	case wide > 0:
		l.width, l.lines = name+p.width(" ")+wide, len(l.addresses)
	default:
		l.width, l.lines = name, 1
	}
	return l
}

// space returns how much of its side a port takes before and after its coordinate. On
// vertical sides both ends of a cable take the same, so that it can be straight.
func (p *part) space(pin *pin) (before, after int) {
	switch {
	case p.upright(pin.side):
		lines := max(1, pin.label.lines)
		if pin.peer != nil {
			lines = max(lines, pin.peer.label.lines)
		}
		return 0, lines * p.line
	case pin.unlabelled:
		return 0, 0
	case p.wires && pin.port.Bar != "":
		return 4, pin.label.width + 7
	case len(pin.vertex.sides[pin.side]) == 1:
		return 0, 0 // the label is beside the port, see [part.labelAt]
	}
	return pin.label.width / 2, pin.label.width - pin.label.width/2
}

// apart returns the distance of two adjacent ports.
func (p *part) apart(a, b *pin) int {
	switch {
	case p.upright(a.side):
		return a.after
	case a.unlabelled && b.unlabelled:
		return a.bound.item.block.lane
	}
	return max(p.flow[p.direction].lane, a.after+b.before+p.gap)
}

// extent returns the total length of the ports of a side.
func (p *part) extent(pins []*pin) int {
	if len(pins) == 0 {
		return 0
	}
	if len(pins) == 1 && !p.upright(pins[0].side) {
		return max(pins[0].label.width, pins[0].before+pins[0].after)
	}
	sum := pins[0].before + pins[len(pins)-1].after
	for i := 1; i < len(pins); i++ {
		sum += p.apart(pins[i-1], pins[i])
	}
	return sum
}

// widest returns the width of the longest label.
func widest(pins []*pin) int {
	w := 0
	for _, p := range pins {
		w = max(w, p.label.width)
	}
	return w
}

// highest returns the largest number of lines of a label.
func highest(pins []*pin) int {
	n := 0
	for _, p := range pins {
		n = max(n, p.label.lines)
	}
	return n
}

// byBar groups ports by bridge; the groups are in the order of their mean positions.
func byBar(pins []*pin, bars int) {
	if bars < 2 {
		return
	}
	sum, count := map[string]int{}, map[string]int{}
	for i, p := range pins {
		sum[p.port.Bar] += i
		count[p.port.Bar]++
	}
	slices.SortStableFunc(pins, func(a, b *pin) int {
		x, y := a.port.Bar, b.port.Bar
		if d := sum[x]*count[y] - sum[y]*count[x]; d != 0 {
			return d
		}
		return firstOf(pins, x) - firstOf(pins, y)
	})
}

func firstOf(pins []*pin, bar string) int {
	return slices.IndexFunc(pins, func(p *pin) bool { return p.port.Bar == bar })
}

package draw

import "slices"

// chooseSides puts each port on the side of its box that faces its other end.
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
				if pin.silent = pin.toRibbons(); !pin.silent {
					pin.label = p.labelOf(pin, len(pins) > 1 && !p.upright(side(s)))
				}
			}
		}
	}
	for _, c := range p.members() {
		for _, pin := range c.pins {
			pin.before, pin.after = p.room(pin)
		}
	}
}

func (p *part) sideOf(pin *pin) side {
	here := pin.cell.item
	leaf := here.block != nil
	if pin.bound == nil || pin.bound == pin.cell {
		if leaf && here.block.before {
			return toward
		}
		return onward
	}
	there := pin.bound.item
	switch {
	case leaf && here.block.ribbons:
		return previous
	case there.layer > here.layer:
		return onward
	case there.layer < here.layer:
		return toward
	case pin.peer == nil || there.block != nil, pin.port.Bar != "" || pin.peer.port.Bar != "":
		return onward // wires come to a bridge from before or behind
	case there.pos == here.pos+1:
		return next
	case there.pos == here.pos-1:
		return previous
	}
	return onward
}

// upright reports whether a side runs down the page: its labels are lines below
// each other.
func (p *part) upright(s side) bool {
	return (s == toward || s == onward) == (p.direction == across)
}

// page returns which side of a box on the page that is.
func (p *part) page(s side) Side {
	names := [...][4]Side{down: {Top, Bottom, Left, Right}, across: {Left, Right, Top, Bottom}}
	return names[p.direction][s]
}

// A label is what is written at a port.
type label struct {
	name      string
	addresses []string
	stacked   bool // addresses stand below the name, not behind it
	width     int
	lines     int
}

// toRibbons reports whether a port is one of many, for which there is no room to
// be named, as what hangs on it tells.
func (p *pin) toRibbons() bool {
	return p.peer != nil && p.cell.item.cell != nil && p.bound.item.block != nil && p.bound.item.block.ribbons
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

// room returns how much of its side a port takes before and behind its place.
// Where labels stand below each other both ends of a cable take as much, so that it
// is straight.
func (p *part) room(pin *pin) (before, after int) {
	switch {
	case p.upright(pin.side):
		lines := max(1, pin.label.lines)
		if pin.peer != nil {
			lines = max(lines, pin.peer.label.lines)
		}
		return 0, lines * p.line
	case pin.silent:
		return 0, 0
	case p.wires && pin.port.Bar != "":
		return 4, pin.label.width + 7
	case len(pin.cell.sides[pin.side]) == 1:
		return 0, 0 // the label finds room beside the port, see [part.labelAt]
	}
	return pin.label.width / 2, pin.label.width - pin.label.width/2
}

// apart returns how far two ports that are side by side are from each other.
func (p *part) apart(a, b *pin) int {
	switch {
	case p.upright(a.side):
		return a.after
	case a.silent && b.silent:
		return a.bound.item.block.lane
	}
	return max(p.flow[p.direction].lane, a.after+b.before+p.gap)
}

// extent returns how long the ports of a side are together.
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

// highest returns the lines of the highest label.
func highest(pins []*pin) int {
	n := 0
	for _, p := range pins {
		n = max(n, p.label.lines)
	}
	return n
}

// byBar brings ports of one bridge together, in the order of their middles.
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

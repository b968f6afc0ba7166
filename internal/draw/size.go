package draw

import "strings"

// Sections are the heights of the sections of a box, from above.
type sections struct {
	top      int // labels of ports on the upper side
	labelGap int // gap below them
	rows     int // labels of ports on the left and right, and vertical bars
	bars     int
	notes    int // above the bars, if wires go down from these
	bottom   int // labels of ports on the lower side
}

// measure sets the minimum sizes of boxes and blocks.
func (p *part) measure() {
	for _, c := range p.members() {
		p.measureVertex(c)
	}
	if p.direction == across {
		for _, c := range p.members() {
			p.widenLateral(c)
		}
	}
	p.eachItem(p.measureItem)
	p.eachItem(func(i *item) {
		if i.block != nil {
			p.stretchHub(i)
		}
	})
	if p.inRow {
		p.equalRow()
	}
}

func (p *part) measureItem(i *item) {
	switch {
	case i.block != nil:
		i.block.measure(p)
		i.size = i.block.across(p)
	case p.direction == down:
		i.size = i.vertex.frame.W
	default:
		i.size = i.vertex.frame.H
	}
}

// stretchHub makes a box at least as wide as its leaves, so that cables are straight.
func (p *part) stretchHub(i *item) {
	b, hub := i.block, i.block.hub
	size := i.size
	switch {
	case b.ribbons:
		size += 2 * p.pad
	case p.direction == down:
		size += p.extent(b.leaves[0].sides[toward]) - b.w + 2*p.pad
	default:
		size += p.head - 1
	}
	if p.direction == down {
		hub.frame.W = max(hub.frame.W, size)
		hub.item.size = hub.frame.W
		return
	}
	hub.frame.H = max(hub.frame.H, size)
	hub.item.size = hub.frame.H
}

// widenLateral makes a box and the one below it wide enough for the ports between them.
func (p *part) widenLateral(c *vertex) {
	p.spreadLateral(c)
	for _, pin := range c.sides[next] {
		need := pin.at + max(pin.after, pin.peer.after) + p.pad + p.edge
		c.frame.W, pin.peer.vertex.frame.W = max(c.frame.W, need), max(pin.peer.vertex.frame.W, need)
	}
}

// equalRow makes all boxes of a row equally high.
func (p *part) equalRow() {
	high := 0
	for _, layer := range p.layers {
		high = max(high, layer[0].size)
	}
	for _, layer := range p.layers {
		layer[0].size, layer[0].vertex.frame.H = high, high
	}
}

func (p *part) measureVertex(c *vertex) {
	c.parts = p.sectionsOf(c)
	wide := max(p.title(c.box), p.noteWidth(c))
	wide = max(wide, p.sideBySide(c))
	for s, pins := range c.sides {
		if !p.upright(side(s)) && len(pins) > 0 {
			wide = max(wide, p.sideWide(c, side(s)))
		}
	}
	switch {
	case p.direction == across:
	case c.inZones():
		wide = max(wide, p.zonesBegin(c)-p.pad+p.zonesLong(c))
	case len(c.box.Bars) == 1:
		wide = max(wide, p.barWide(&c.box.Bars[0]))
	}
	c.frame.W = wide + 2*p.pad
	c.frame.H = c.parts.height(p)
}

// sideWide returns the minimum length of the upper or lower side for its ports in any
// order.
func (p *part) sideWide(c *vertex, s side) int {
	pins := c.sides[s]
	least := pins[0].before
	for _, pin := range pins {
		least = min(least, pin.before)
	}
	behind := max(0, p.behindText(c, s)-p.pad-least)
	if len(c.box.Bars) == 1 && c.wired(s) {
		behind = max(behind, p.beside(&c.box.Bars[0]))
	}
	if len(pins) == 1 {
		return max(behind+pins[0].before+pins[0].after+1, p.extent(pins))
	}
	return behind + p.extent(pins)
}

func (s sections) height(p *part) int {
	return p.head + s.top + s.labelGap + s.rows + s.bars + s.notes + s.bottom + p.foot
}

// sectionsOf returns the sections of a box.
func (p *part) sectionsOf(c *vertex) sections {
	s := sections{notes: len(noteLines(c.box)) * p.line}
	if p.direction == down {
		s.top, s.bottom = highest(c.sides[toward])*p.line, highest(c.sides[onward])*p.line
		s.rows = max(p.extent(c.sides[previous]), p.extent(c.sides[next]))
		s.bars = min(1, len(c.box.Bars)) * p.bar
		if s.notes > 0 && s.bottom > 0 {
			s.notes += p.labelGap
		}
		if s.top > 0 && s.bars == 0 && s.rows+s.notes+s.bottom > 0 {
			s.labelGap = p.labelGap
		}
		return s
	}
	s.top, s.bottom = highest(c.sides[previous])*p.line, highest(c.sides[next])*p.line
	s.rows = max(p.extent(c.sides[toward]), p.extent(c.sides[onward]))
	switch {
	case c.inZones():
		s.rows = p.zonesLong(c)
	case len(c.box.Bars) == 1:
		s.rows = max(s.rows, len(barLines(&c.box.Bars[0]))*p.line)
	}
	if s.top+s.rows+s.notes+s.bottom == 0 {
		s.rows = p.line
	}
	return s
}

// sideBySide returns the width of the labels at the left and right, and of the
// widest bar between them.
func (p *part) sideBySide(c *vertex) int {
	left, right := previous, next
	middle := 0
	if p.direction == across {
		left, right = toward, onward
		middle = p.barsWide(c.box)
	}
	sum := 0
	for _, w := range []int{widest(c.sides[left]), middle, widest(c.sides[right])} {
		if w > 0 && sum > 0 {
			sum += p.gap
		}
		sum += w
	}
	return sum
}

// barsWide returns the minimum width of the widest bar.
func (p *part) barsWide(b *Box) int {
	wide := 0
	for i := range b.Bars {
		wide = max(wide, p.barWide(&b.Bars[i]))
	}
	return wide
}

func (p *part) barWide(b *Bar) int {
	if p.direction == down {
		return p.width(strings.Join(barLines(b), " ")) + 2*p.gap
	}
	wide := 0
	for _, line := range barLines(b) {
		wide = max(wide, p.width(line))
	}
	return wide + 2*p.gap
}

// barLines returns the text on a bar: name and addresses.
func barLines(b *Bar) []string {
	lines := []string{b.Name}
	if !b.Up {
		lines[0] += " ✗"
	}
	return append(lines, b.Addresses...)
}

// noteLines returns the subtitle and notes of a box.
func noteLines(b *Box) []string {
	if b.Subtitle == "" {
		return b.Notes
	}
	return append([]string{b.Subtitle}, b.Notes...)
}

func (p *part) noteWidth(c *vertex) int {
	wide := 0
	for _, line := range noteLines(c.box) {
		wide = max(wide, p.width(line))
	}
	return wide
}

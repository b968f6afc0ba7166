package draw

import (
	"slices"
	"strings"
)

// A bar is a bridge during the layout of its box down the page; low and high count from
// the left side of the box.
type bar struct {
	*Bar
	low, high int
}

// barsOf returns the bridges of a box with coordinates, side by side, each above or
// below its ports.
func (p *part) barsOf(c *vertex) []*bar {
	bars := make([]*bar, len(c.box.Bars))
	for i := range bars {
		bars[i] = p.stretched(c, &c.box.Bars[i])
	}
	return bars
}

// stretched returns a bridge as long as its ports and its name require. The only bridge
// of a box is as wide as the box if all ports are on it.
func (p *part) stretched(c *vertex, of *Bar) *bar {
	left, right := p.pad, c.frame.W-p.pad
	if zone := c.zone(of.Name); zone != nil {
		left, right = zone.low, zone.high
	} else if !slices.ContainsFunc(c.pins, func(pin *pin) bool { return pin.port.Bar == "" }) {
		return &bar{of, left, right}
	}
	b := &bar{of, unbounded, -unbounded}
	for _, at := range c.joints(of.Name) {
		b.low, b.high = min(b.low, at-p.gap), max(b.high, at+p.gap)
	}
	if b.low > b.high {
		b.low, b.high = left, left
	}
	if c.named[of.Name] {
		b.low = max(left, b.low+p.gap-p.barWide(of))
	}
	b.widen(p.barWide(of), left, right)
	if c.entered(of.Name) {
		b.low = left
	}
	return b
}

// widen makes the bridge at least wide units long.
func (b *bar) widen(wide, left, right int) {
	if need := wide - (b.high - b.low); need > 0 {
		b.low -= need / 2
		b.high = b.low + wide
	}
	if b.low < left {
		b.low, b.high = left, max(b.high, left+wide)
	}
	if b.high > right {
		b.low, b.high = max(left, min(b.low, right-wide)), right
	}
}

// joints returns the coordinates at which wires meet a bridge, from left to right.
func (c *vertex) joints(bar string) []int {
	var list []int
	for _, s := range []side{toward, onward} {
		for _, pin := range pinsOn(c.sides[s], bar) {
			list = append(list, pin.at)
		}
	}
	slices.Sort(list)
	return list
}

// beside returns the space for the name of a bridge beside its ports: in text the name
// must not hide a joint. In pixels it is 0.
func (p *part) beside(b *Bar) int {
	if p.edge == 0 || p.direction == across {
		return 0
	}
	return p.barWide(b)
}

// nameBars moves the ports on a bridge to the right if its name does not fit between
// them.
func (p *part) nameBars(c *vertex) {
	for i := range c.box.Bars {
		of := &c.box.Bars[i]
		if p.beside(of) == 0 {
			return
		}
		b := p.stretched(c, of)
		if _, ok := nameAt(of, c.joints(of.Name), b.low, b.high, p.width); ok {
			continue
		}
		if c.named == nil {
			c.named = map[string]bool{}
		}
		c.named[of.Name] = true
		p.keepNear(c, toward)
		p.keepNear(c, onward)
	}
}

// nameAt returns the coordinate of the name of a bridge from low to high: in the first
// gap between its joints that is wide enough. ok is false if none is.
func nameAt(b *Bar, joints []int, low, high int, width func(string) int) (at int, ok bool) {
	wide := width(barName(b))
	at = low + 1
	for _, x := range joints {
		if at <= x && x < at+wide {
			at = x + 1
		}
	}
	return at, at+wide <= high
}

// barName returns the text on a horizontal bridge, in characters.
func barName(b *Bar) string { return " " + strings.Join(barLines(b), " ") + " " }

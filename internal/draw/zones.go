package draw

import (
	"cmp"
	"slices"
)

// A zone is the interval of a box, across the flow, that belongs to one of its
// bridges. The ports of the bridge are in its zone on both sides of the box, so that
// no wire crosses another bridge. Ports without a bridge share a zone.
type zone struct {
	bar       string
	need      int // minimum length
	low, high int // from the corner of the box
}

// inZones reports whether a box is divided into zones: it has several bridges.
func (c *vertex) inZones() bool { return len(c.box.Bars) > 1 }

// zonesOf returns the zones of a box in the order of its bridges, without coordinates.
func (p *part) zonesOf(c *vertex) []*zone {
	var zones []*zone
	for i := range c.box.Bars {
		bar := &c.box.Bars[i]
		own := len(barLines(bar)) * p.line
		if p.direction == down {
			own = p.barWide(bar)
		}
		zones = append(zones, &zone{bar: bar.Name, need: max(own, p.portsOn(c, bar.Name)+p.beside(bar))})
	}
	if free := p.portsOn(c, ""); free > 0 {
		zones = append(zones, &zone{need: free})
	}
	return zones
}

// portsOn returns the length of the ports on a bridge, on the side where they are
// longer.
func (p *part) portsOn(c *vertex, bar string) int {
	most := 0
	for _, s := range []side{toward, onward} {
		most = max(most, p.extent(pinsOn(c.sides[s], bar)))
	}
	return most
}

func pinsOn(pins []*pin, bar string) []*pin {
	return slices.DeleteFunc(slices.Clone(pins), func(pin *pin) bool { return pin.port.Bar != bar })
}

// zoneGap is the distance between two zones.
func (p *part) zoneGap() int {
	if p.direction == down {
		return p.gap
	}
	return max(1, p.line/2)
}

// zonesLong returns the total length of a box's zones.
func (p *part) zonesLong(c *vertex) int {
	sum := 0
	for i, z := range p.zonesOf(c) {
		if i > 0 {
			sum += p.zoneGap()
		}
		sum += z.need
	}
	return sum
}

// zoneLimits returns the beginning of the first zone of a box and the end of the last.
func (p *part) zoneLimits(c *vertex) (low, high int) {
	if p.direction == across {
		return p.head + c.parts.top, c.frame.H - p.foot - c.parts.bottom - c.parts.notes
	}
	return p.zonesBegin(c), c.frame.W - p.pad
}

// zonesBegin returns the left limit of the zones, after text that wires must not cross.
func (p *part) zonesBegin(c *vertex) int {
	begin := p.pad
	for _, s := range []side{toward, onward} {
		if len(c.sides[s]) > 0 {
			begin = max(begin, p.behindText(c, s))
		}
	}
	return begin
}

// divide sets the order and coordinates of a box's zones by the mean goal of their
// ports. Adjacent zones share the free space between them.
func (p *part) divide(c *vertex, goalOf func(*pin) int) {
	c.zones = p.zonesOf(c)
	low, high := p.zoneLimits(c)
	goals := map[*zone]float64{}
	for _, z := range c.zones {
		n, sum := p.goalsIn(c, z.bar, goalOf)
		switch {
		case c.entered(z.bar):
			goals[z] = -unbounded // wires from the left reach only the first zone
		case n == 0:
			goals[z] = float64(high)
		default:
			goals[z] = float64(sum) / float64(n)
		}
	}
	slices.SortStableFunc(c.zones, func(a, b *zone) int { return cmp.Compare(goals[a], goals[b]) })
	wishes, gaps := make([]wish, len(c.zones)), make([]int, len(c.zones))
	for i, z := range c.zones {
		wishes[i] = wish{goals[z] - float64(z.need)/2, 1}
		if i > 0 {
			gaps[i] = c.zones[i-1].need + p.zoneGap()
		}
	}
	last := c.zones[len(c.zones)-1]
	for i, at := range spread(wishes, gaps, low, high-last.need) {
		c.zones[i].low, c.zones[i].high = at, at+c.zones[i].need
	}
	p.shareRest(c.zones, low, high)
}

// entered reports whether a bridge has a port on the left of the box.
func (c *vertex) entered(bar string) bool {
	return bar != "" && len(pinsOn(c.sides[previous], bar)) > 0
}

func (p *part) shareRest(zones []*zone, low, high int) {
	for i, z := range zones {
		if i == 0 {
			z.low = low
		} else {
			before := zones[i-1]
			spare := z.low - before.high - p.zoneGap()
			before.high += spare / 2
			z.low = before.high + p.zoneGap()
		}
	}
	zones[len(zones)-1].high = high
}

// goalsIn returns the number of ports of a zone that have a goal, and the sum of goals.
func (p *part) goalsIn(c *vertex, bar string, goalOf func(*pin) int) (n, sum int) {
	for _, s := range []side{toward, onward} {
		for _, pin := range pinsOn(c.sides[s], bar) {
			if pin.bound != nil && pin.bound != c {
				n, sum = n+1, sum+goalOf(pin)
			}
		}
	}
	return n, sum
}

// byZones sorts the ports of a side by the order of the zones.
func (c *vertex) byZones(pins []*pin) {
	at := func(pin *pin) int {
		return slices.IndexFunc(c.zones, func(z *zone) bool { return z.bar == pin.port.Bar })
	}
	slices.SortStableFunc(pins, func(a, b *pin) int { return at(a) - at(b) })
}

// zone returns the zone of a bridge, or nil.
func (c *vertex) zone(bar string) *zone {
	for _, z := range c.zones {
		if z.bar == bar {
			return z
		}
	}
	return nil
}

package draw

import (
	"fmt"
	"strings"
)

// ids are identifiers of boxes, ports and bars for languages that restrict the characters
// of identifiers: n0 is the first box, n0p1 its second port, n0b0 its first bar, with
// between in front of p and b.
type ids struct {
	between string
	boxes   map[string]string
	ends    map[End]string
}

func newIDs(s *Scene, between string) *ids {
	n := &ids{between: between, boxes: map[string]string{}, ends: map[End]string{}}
	for i, b := range s.Boxes {
		box := fmt.Sprint("n", i)
		n.boxes[b.ID] = box
		for k, bar := range b.Bars {
			n.ends[End{b.ID, bar.Name}] = fmt.Sprint(box, between, "b", k)
		}
		for k, p := range b.Ports {
			n.ends[End{b.ID, p.Name}] = fmt.Sprint(box, between, "p", k)
		}
	}
	return n
}

// of returns the identifier of a port or bar, else that of its box.
func (n *ids) of(e End) string {
	if id, ok := n.ends[e]; ok {
		return id
	}
	return n.boxes[e.Box]
}

// caption returns the lines of a port's label.
func (p *Port) caption() []string {
	name := p.Name
	if !p.Up {
		name += " ✗"
	}
	return append([]string{name}, p.Addresses...)
}

// caption returns the label of a cable.
func (c *Cable) caption() string {
	if c.Count > 1 {
		return strings.TrimSpace(fmt.Sprintf("×%d %s", c.Count, c.Label))
	}
	return c.Label
}

// heading returns the title and notes of a box.
func (b *Box) heading() []string { return append([]string{b.title()}, noteLines(b)...) }

// lineColour returns the line colour of a kind of box, visible on light and dark background.
func (k Kind) lineColour() string {
	switch k {
	case Router:
		return "#4776d0"
	case Switch:
		return "#359160"
	case Machine:
		return "#c2872a"
	case Container:
		return "#8a63cc"
	}
	return "#8796a5"
}

// live returns a function that reports whether both ends of a cable are up with a carrier.
func (s *Scene) live() func(Cable) bool {
	live := map[End]bool{}
	for _, b := range s.Boxes {
		for _, p := range b.Ports {
			live[End{b.ID, p.Name}] = p.live()
		}
	}
	return func(c Cable) bool { return live[c.Ends[0]] && live[c.Ends[1]] }
}

// eachRune returns a text with some characters replaced.
func eachRune(s string, replace func(rune) (string, bool)) string {
	var b strings.Builder
	for _, r := range clean(s) {
		if text, ok := replace(r); ok {
			b.WriteString(text)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// downward returns a function that orders the ends of an edge from the upper box of the
// layout to the lower: the renderers of these languages assign layers by it.
func downward(l *Layout) func([2]End) [2]End {
	y := map[string]int{}
	for _, b := range l.Boxes {
		y[b.ID] = b.Y
	}
	return func(ends [2]End) [2]End {
		if y[ends[1].Box] < y[ends[0].Box] {
			return [2]End{ends[1], ends[0]}
		}
		return ends
	}
}

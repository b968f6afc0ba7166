package draw

import "strings"

// A row is a line of boxes. Each box has at most one cable on either side, or
// there are just two boxes with any number of cables between them.
type row struct {
	boxes []*box
	lines int // inside each box
}

// A box is a node with what is written at its left and right border.
type box struct {
	title       string
	left, right []line
	width       int // inside the borders
}

// A line is one line at the border of a box.
type line struct {
	text  string
	cable rune // what goes out of the border; 0: nothing
}

// drawRow draws a part of the lab as a row of boxes. False: it is no row, or
// too wide.
func drawRow(part []*node, width int) (string, bool) {
	ordered, ok := inLine(part)
	if !ok {
		return "", false
	}
	r := &row{}
	for i, n := range ordered {
		b := &box{title: n.title}
		for _, p := range n.ports {
			if i > 0 && p.peer.node == ordered[i-1] {
				continue // drawn in the order of its other end
			}
			b.right = append(b.right, linesOf(p)...)
		}
		if i > 0 {
			for _, p := range ordered[i-1].ports {
				if p.peer.node == n {
					b.left = append(b.left, linesOf(p.peer)...)
				}
			}
		}
		r.boxes = append(r.boxes, b)
	}
	r.alignCables()
	return r.draw(), r.measure() <= width
}

// inLine returns the nodes of a part one after the other, if each is cabled
// only to the one before and the one after.
func inLine(part []*node) ([]*node, bool) {
	start := part[0]
	for _, n := range part {
		others := neighbours(n)
		if len(others) > 2 || len(n.ports) > len(others) && len(part) > 2 {
			return nil, false
		}
		if len(others) < len(neighbours(start)) {
			start = n
		}
	}
	if len(neighbours(start)) > 1 || hasLoop(part) {
		return nil, false
	}
	ordered := []*node{start}
	for len(ordered) < len(part) {
		last := ordered[len(ordered)-1]
		for _, n := range neighbours(last) {
			if len(ordered) < 2 || n != ordered[len(ordered)-2] {
				ordered = append(ordered, n)
				break
			}
		}
	}
	return ordered, true
}

// neighbours returns the nodes that a node is cabled to.
func neighbours(n *node) []*node {
	var list []*node
	seen := map[*node]bool{}
	for _, p := range n.ports {
		if other := p.peer.node; !seen[other] {
			seen[other] = true
			list = append(list, other)
		}
	}
	return list
}

// hasLoop reports whether a node is cabled to itself.
func hasLoop(part []*node) bool {
	for _, n := range part {
		for _, p := range n.ports {
			if p.peer.node == n {
				return true
			}
		}
	}
	return false
}

// linesOf writes a port: its name with its first address, the others below.
func linesOf(p *port) []line {
	lines := []line{{text: p.name, cable: '─'}}
	if !p.up || !p.peer.up {
		lines[0].cable = '╌'
	}
	if !p.up {
		lines[0].text += " ✗"
	}
	for i, a := range p.addresses {
		if i == 0 {
			lines[0].text += " " + a
		} else {
			lines = append(lines, line{text: strings.Repeat(" ", columns(p.name)) + " " + a})
		}
	}
	return lines
}

// alignCables puts the ends of each cable on the same line.
func (r *row) alignCables() {
	for i := 1; i < len(r.boxes); i++ {
		a, b := &r.boxes[i-1].right, &r.boxes[i].left
		for k := 0; k < max(len(*a), len(*b)); k++ {
			atA, atB := hasCable(*a, k), hasCable(*b, k)
			switch {
			case atA && !atB:
				*a = insert(*a, k)
			case atB && !atA:
				*b = insert(*b, k)
			}
		}
	}
	for _, b := range r.boxes {
		r.lines = max(r.lines, len(b.left), len(b.right), 1)
	}
	for _, b := range r.boxes {
		b.width = columns(b.title) + 3
		for k := range r.lines {
			inside := columns(textAt(b.left, k)) + columns(textAt(b.right, k)) + 4
			if textAt(b.left, k) != "" && textAt(b.right, k) != "" {
				inside += 2
			}
			b.width = max(b.width, inside)
		}
	}
}

// hasCable reports whether a line beyond the end or with a cable stands at k: a
// missing line can take a cable's place no more than an empty one.
func hasCable(lines []line, k int) bool { return k < len(lines) && lines[k].cable != 0 }

func insert(lines []line, k int) []line {
	return append(lines[:k:k], append([]line{{}}, lines[k:]...)...)
}

func textAt(lines []line, k int) string {
	if k < len(lines) {
		return lines[k].text
	}
	return ""
}

// gap is how many columns lie between two boxes.
const gap = 8

func (r *row) measure() int {
	width := gap * (len(r.boxes) - 1)
	for _, b := range r.boxes {
		width += b.width + 2
	}
	return width
}

func (r *row) draw() string {
	var out strings.Builder
	r.drawLine(&out, func(b *box) string {
		return "┌─ " + b.title + " " + strings.Repeat("─", b.width-columns(b.title)-3) + "┐"
	}, func(int) string { return strings.Repeat(" ", gap) })
	for k := range r.lines {
		r.drawLine(&out, func(b *box) string { return b.line(k) }, func(i int) string { return r.between(i, k) })
	}
	r.drawLine(&out, func(b *box) string {
		return "└" + strings.Repeat("─", b.width) + "┘"
	}, func(int) string { return strings.Repeat(" ", gap) })
	return out.String()
}

// drawLine writes one line through all boxes.
func (r *row) drawLine(out *strings.Builder, inside func(*box) string, between func(int) string) {
	for i, b := range r.boxes {
		if i > 0 {
			out.WriteString(between(i))
		}
		out.WriteString(inside(b))
	}
	out.WriteByte('\n')
}

// between returns what lies between a box and the one before it.
func (r *row) between(i, k int) string {
	if hasCable(r.boxes[i].left, k) {
		return strings.Repeat(string(r.boxes[i].left[k].cable), gap)
	}
	return strings.Repeat(" ", gap)
}

// line writes one line of a box with its borders.
func (b *box) line(k int) string {
	left, right := textAt(b.left, k), textAt(b.right, k)
	middle := max(0, b.width-columns(left)-columns(right)-4)
	return border(b.left, k) + "  " + left + strings.Repeat(" ", middle) + right + "  " + border(b.right, k)
}

// border returns the border of a box, with a plug where a cable goes out.
func border(lines []line, k int) string {
	if hasCable(lines, k) {
		return "●"
	}
	return "│"
}

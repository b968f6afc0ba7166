package draw

import (
	"slices"
	"strings"
)

// A Page holds the options of a picture in text.
type Page struct {
	Width  int                 // in columns; 0: [DefaultWidth]
	Unfold bool                // show all leaves in trees
	Name   func(string) string // highlights the name of a box; nil: no highlighting
}

func (p Page) paint(name string) string {
	if p.Name == nil {
		return name
	}
	return p.Name(name)
}

// Limits of pictures with boxes: larger parts are drawn as trees.
const (
	mostBoxes = 16
	mostLines = 60
)

// Text draws a Scene with box-drawing characters, each one column wide. A connected part
// is drawn as boxes and cables if that fits the page, else as a tree of cables.
func Text(s *Scene, page Page) string {
	if page.Width == 0 {
		page.Width = DefaultWidth
	}
	var pictures []*Layout
	var trees []string
	for _, part := range s.withRelations().parts() {
		if l := fitting(part, page.Width); l != nil {
			pictures = append(pictures, l)
		} else {
			trees = append(trees, drawTree(part, page))
		}
	}
	if len(pictures) > 0 {
		trees = append([]string{collage(pictures, page)}, trees...)
	}
	return strings.Join(trees, "\n")
}

// withRelations returns a Scene with its relations as notes: in text they are not drawn.
func (s *Scene) withRelations() *Scene {
	if len(s.Relations) == 0 {
		return s
	}
	t := &Scene{Boxes: slices.Clone(s.Boxes), Cables: s.Cables, Relations: s.Relations}
	notes := s.relationNotes()
	for i := range t.Boxes {
		b := &t.Boxes[i]
		b.Notes = append(slices.Clip(b.Notes), notes[b.ID]...)
	}
	return t
}

// relationNotes returns what the relations of each box say in text, by its ID.
func (s *Scene) relationNotes() map[string][]string {
	notes := map[string][]string{}
	for _, r := range s.Relations {
		if from, to := s.Box(r.From.Box), s.Box(r.To.Box); from != nil && to != nil {
			note := strings.TrimSpace(r.From.Port + " " + r.Label + " ⇢ " + to.Name + ":" + r.To.Port)
			notes[from.ID] = append(notes[from.ID], note)
		}
	}
	return notes
}

// fitting returns the first layout of a part that fits the page, or nil.
func fitting(part *Scene, width int) *Layout {
	if len(part.Boxes) > mostBoxes {
		return nil
	}
	for _, st := range []style{
		{metrics: characters(), direction: down, rows: true},
		{metrics: characters(), direction: down},
		{metrics: characters(), direction: across},
	} {
		if l := arrange(part, st); l.Width <= width && l.Height <= mostLines {
			return l
		}
	}
	return nil
}

// parts returns the connected parts of a Scene, as Scenes.
func (s *Scene) parts() []*Scene {
	g := newGraph(s, style{metrics: characters()})
	var parts []*Scene
	of := map[string]*Scene{}
	for _, vertices := range g.parts() {
		part := &Scene{}
		for _, c := range vertices {
			part.Boxes = append(part.Boxes, *c.box)
			of[c.box.ID] = part
		}
		parts = append(parts, part)
	}
	for _, c := range s.Cables {
		if part := of[c.Ends[0].Box]; part != nil {
			part.Cables = append(part.Cables, c)
		}
	}
	for _, r := range s.Relations {
		if part := of[r.From.Box]; part != nil {
			part.Relations = append(part.Relations, r)
		}
	}
	return parts
}

// collage draws pictures beside each other, as many in a line as fit.
func collage(pictures []*Layout, page Page) string {
	frames := make([]*Frame, len(pictures))
	for i, l := range pictures {
		frames[i] = &Frame{W: l.Width, H: l.Height}
	}
	width, height := pack(frames, style{metrics: characters(), page: page.Width})
	c := newCanvas(width, height)
	for i, l := range pictures {
		c.x, c.y = frames[i].X, frames[i].Y
		c.layout(l)
	}
	return c.text(page)
}

func (c *canvas) layout(l *Layout) {
	for i := range l.Boxes {
		c.box(&l.Boxes[i])
	}
	for _, r := range l.Cables {
		c.cable(r)
	}
	for i := range l.Boxes {
		for k := range l.Boxes[i].Ports {
			c.port(&l.Boxes[i].Ports[k])
		}
	}
}

func (c *canvas) box(b *PlacedBox) {
	right, bottom := b.X+b.W-1, b.Y+b.H-1
	for x := b.X; x <= right; x++ {
		c.set(x, b.Y, "─")
		c.set(x, bottom, "─")
	}
	for y := b.Y; y <= bottom; y++ {
		c.set(b.X, y, "│")
		c.set(right, y, "│")
	}
	c.set(b.X, b.Y, "┌")
	c.set(right, b.Y, "┐")
	c.set(b.X, bottom, "└")
	c.set(right, bottom, "┘")
	c.set(b.X+2, b.Y, " ")
	next := c.write(b.X+3, b.Y, b.Name, true)
	next = c.write(next, b.Y, strings.TrimPrefix(b.title(), b.Name), false)
	c.set(next, b.Y, " ")
	for _, r := range b.notes {
		c.run(r)
	}
	for i := range b.Ports {
		for _, r := range b.Ports[i].label {
			c.run(r)
		}
	}
	for i := range b.Bars {
		c.bar(b, &b.Bars[i])
	}
}

// bar draws a bridge: horizontal if its ports are above and below, else vertical.
func (c *canvas) bar(b *PlacedBox, bar *PlacedBar) {
	if !b.upright {
		c.horizontal(b, bar)
		return
	}
	for y := bar.Y; y < bar.Y+bar.H; y++ {
		c.set(bar.X, y, "║")
		c.set(bar.X+bar.W-1, y, "║")
	}
	for i, line := range barLines(&bar.Bar) {
		c.write(bar.X+2, bar.Y+i, line, false)
	}
	for _, p := range b.Ports {
		if p.Bar != bar.Name || len(p.wire) == 0 {
			continue
		}
		from, to, joint := p.wire[0].X+1, bar.X, "╢"
		if p.Side == Right {
			from, to, joint = bar.X+bar.W, p.wire[0].X-1, "╟"
			c.set(from-1, p.Y, joint)
		} else {
			c.set(to, p.Y, joint)
		}
		for x := from; x < to; x++ {
			c.set(x, p.Y, "─")
		}
	}
}

// horizontal draws a horizontal bridge, with its name between joints.
func (c *canvas) horizontal(b *PlacedBox, bar *PlacedBar) {
	for x := bar.X; x < bar.X+bar.W; x++ {
		c.set(x, bar.Y, "═")
	}
	var joints []int
	for _, p := range b.sorted() {
		if p.Bar != bar.Name || len(p.wire) == 0 {
			continue
		}
		joints = append(joints, p.X)
		joint, other, step := "╤", "╧", 1
		if p.Side == Top {
			joint, other, step = "╧", "╤", -1
		}
		if s := c.spot(p.X, bar.Y); s.text == other || s.text == "╪" {
			joint = "╪"
		}
		c.set(p.X, bar.Y, joint)
		for y := bar.Y + step; y != p.Y; y += step {
			if s := c.spot(p.X, y); s.text == "" && !s.behind {
				s.text = "│"
			}
		}
	}
	at, _ := nameAt(&bar.Bar, joints, bar.X, bar.X+bar.W, characters().width)
	c.write(at, bar.Y, barName(&bar.Bar), false)
}

// sorted returns the ports of a box from left to right.
func (b *PlacedBox) sorted() []PlacedPort {
	ports := slices.Clone(b.Ports)
	slices.SortStableFunc(ports, func(a, b PlacedPort) int { return a.X - b.X })
	return ports
}

func (c *canvas) port(p *PlacedPort) {
	if p.bare() {
		c.set(p.X, p.Y, "○")
	} else {
		c.set(p.X, p.Y, "●")
	}
}

// cable draws a cable, dashed if an end is down.
func (c *canvas) cable(r Route) {
	for i := 1; i < len(r.Points); i++ {
		a, b := r.Points[i-1], r.Points[i]
		dx, dy := sign(b.X-a.X), sign(b.Y-a.Y)
		for at := a; at != b; {
			to := Point{at.X + dx, at.Y + dy}
			c.join(at, to, r.live)
			at = to
		}
	}
}

func sign(n int) int { return max(-1, min(1, n)) }

package draw

import (
	"encoding/xml"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// SVG draws a Scene as a self-contained SVG image without scripts. It follows the
// viewer's light or dark colour scheme and has tooltips.
func SVG(s *Scene) string {
	l := arrangeSVG(s)
	w := &svg{margin: 18}
	w.open(l)
	w.group("c", func() {
		for _, r := range l.Cables {
			w.cable(r)
		}
	})
	for i := range l.Boxes {
		w.box(&l.Boxes[i])
	}
	w.group("p", func() {
		for i := range l.Boxes {
			for k := range l.Boxes[i].Ports {
				w.port(&l.Boxes[i].Ports[k])
			}
		}
	})
	for _, c := range l.Relations {
		w.relation(c)
	}
	for _, r := range l.Cables {
		w.cableLabel(r)
	}
	w.out.WriteString("</svg>\n")
	return w.out.String()
}

// arrangeSVG lays a Scene out in pixels.
func arrangeSVG(s *Scene) *Layout {
	return arrange(s, style{metrics: pixels(), direction: down, rows: true, grid: true})
}

// icons are the icons of kinds, 16 by 16 pixels.
var icons = map[Kind]string{
	Router:    "M8 1a7 7 0 1 0 0 14A7 7 0 1 0 8 1M8 3v4M6.4 4.6 8 3l1.6 1.6M8 13V9M6.4 11.4 8 13l1.6-1.6M3 8h3.4M4.8 6.4 6.4 8 4.8 9.6M13 8H9.6M11.2 6.4 9.6 8l1.6 1.6",
	Switch:    "M1 3.5h14v9H1zM4 6.6h8M10.4 5 12 6.6M10.4 8.2 12 6.6M4 9.8h8M5.6 8.2 4 9.8M5.6 11.4 4 9.8",
	Machine:   "M1.5 2.5h13v8h-13zM8 10.5v3M5 13.5h6",
	Container: "M8 1.5l6 3v7l-6 3-6-3v-7zM2 4.5l6 3 6-3M8 7.5v7",
}

// An svg is an SVG image while it is written.
type svg struct {
	out    strings.Builder
	margin int // around the picture
}

func (w *svg) printf(format string, args ...any) { fmt.Fprintf(&w.out, format, args...) }

func (w *svg) open(l *Layout) {
	width, height := l.Width+2*w.margin, l.Height+2*w.margin
	w.printf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="%d %d %d %d">`,
		width, height, -w.margin, -w.margin, width, height)
	w.printf("\n<style>\n%s</style>\n", styleSheet())
	for _, kind := range slices.Sorted(maps.Keys(icons)) {
		if slices.ContainsFunc(l.Boxes, func(b PlacedBox) bool { return b.Kind == kind }) {
			w.printf(`<defs><path id="%s" class="i %s" d="%s"/></defs>`+"\n", kind, kind, icons[kind])
		}
	}
	w.printf(`<rect class="paper" x="%d" y="%d" width="%d" height="%d" rx="8"/>`+"\n", -w.margin, -w.margin, width, height)
}

func (w *svg) group(class string, fill func()) {
	w.printf("<g class=%q>\n", class)
	fill()
	w.out.WriteString("</g>\n")
}

// shownText escapes a text for one line of an image.
func shownText(s string) string { return xmlText(clean(s)) }

// xmlText escapes a text for an XML element.
func xmlText(s string) string {
	var b strings.Builder
	for line := range strings.SplitAfterSeq(s, "\n") {
		text, newline := strings.CutSuffix(line, "\n")
		// A strings.Builder never fails.
		_ = xml.EscapeText(&b, []byte(clean(text)))
		if newline {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// cable draws a cable with rounded corners.
func (w *svg) cable(r Route) {
	class := ""
	if r.Count > 1 {
		class = "many"
	}
	if !r.live {
		class = strings.TrimSpace(class + " dead")
	}
	if class != "" {
		class = fmt.Sprintf(" class=%q", class)
	}
	w.printf(`<path%s d="%s"/>`+"\n", class, rounded(r.Points))
}

// radius of the corners of cables, in pixels.
const radius = 6

// rounded returns an orthogonal route as SVG path data with rounded corners.
func rounded(points []Point) string {
	var b strings.Builder
	fmt.Fprintf(&b, "M%d %d", points[0].X, points[0].Y)
	last := points[0]
	for i := 1; i < len(points)-1; i++ {
		a, c, d := points[i-1], points[i], points[i+1]
		r := min(radius, max(length(a, c), 1)/2, max(length(c, d), 1)/2)
		in, out := near(c, a, r), near(c, d, r)
		b.WriteString(lineTo(last, in))
		fmt.Fprintf(&b, "Q%d %d %d %d", c.X, c.Y, out.X, out.Y)
		last = out
	}
	b.WriteString(lineTo(last, points[len(points)-1]))
	return b.String()
}

// straight returns an orthogonal route as SVG path data.
func straight(points []Point) string {
	var b strings.Builder
	fmt.Fprintf(&b, "M%d %d", points[0].X, points[0].Y)
	for i := 1; i < len(points); i++ {
		b.WriteString(lineTo(points[i-1], points[i]))
	}
	return b.String()
}

func lineTo(a, b Point) string {
	switch {
	case a == b:
		return ""
	case a.Y == b.Y:
		return fmt.Sprintf("H%d", b.X)
	case a.X == b.X:
		return fmt.Sprintf("V%d", b.Y)
	}
	return fmt.Sprintf("L%d %d", b.X, b.Y)
}

func length(a, b Point) int { return max(a.X-b.X, b.X-a.X) + max(a.Y-b.Y, b.Y-a.Y) }

// near returns the point at distance r from a towards b.
func near(a, b Point, r int) Point {
	return Point{a.X + r*sign(b.X-a.X), a.Y + r*sign(b.Y-a.Y)}
}

func (w *svg) box(b *PlacedBox) {
	class := string(Host)
	if icons[b.Kind] != "" {
		class = string(b.Kind)
	}
	w.printf("<g><title>%s</title>", xmlText(tooltip(&b.Box)))
	for k := 2; b.Count > 1 && k > 0; k-- { // draw a pile
		w.rect(class, Frame{b.X + 4*k, b.Y + 4*k, b.W, b.H}, 6)
	}
	w.rect(class, b.Frame, 6)
	w.printf(`<text class="t" x="%d" y="%d">%s</text>`, b.X+12, b.Y+18, shownText(b.Name))
	if icons[b.Kind] != "" {
		w.printf(`<use href="#%s" x="%d" y="%d"/>`, b.Kind, b.X+b.W-25, b.Y+6)
	}
	for _, p := range b.Ports {
		if len(p.wire) > 0 {
			w.printf(`<path class="w" d="%s"/>`, straight(p.wire))
		}
	}
	for i := range b.Bars {
		w.bar(&b.Bars[i], b.upright)
	}
	for _, r := range b.notes {
		w.run(r)
	}
	for _, p := range b.Ports {
		for _, r := range p.label {
			w.run(r)
		}
	}
	w.out.WriteString("</g>\n")
}

func (w *svg) rect(class string, f Frame, r int) {
	w.printf(`<rect class="%s" x="%d" y="%d" width="%d" height="%d" rx="%d"/>`, class, f.X, f.Y, f.W, f.H, r)
}

func (w *svg) bar(b *PlacedBar, upright bool) {
	f := b.Frame
	if upright {
		f.X, f.W = f.X+4, f.W-8
		f.Y, f.H = f.Y-2, f.H+2
	} else {
		f.Y, f.H = f.Y+4, f.H-8
	}
	class := "b"
	if !b.Up {
		class = "down"
	}
	w.rect(class, f, 4)
	lines := []string{strings.Join(barLines(&b.Bar), " ")}
	x, y := f.X+f.W/2, f.Y+f.H/2+4
	if upright {
		lines = barLines(&b.Bar)
		y -= (len(lines) - 1) * 7
	}
	for i, line := range lines {
		w.printf(`<text class="m bt" x="%d" y="%d">%s</text>`, x, y+14*i, shownText(line))
	}
}

func (w *svg) run(r run) {
	class := ""
	if r.anchor == middle {
		class = ` class="m"`
	}
	w.printf(`<text%s x="%d" y="%d">`, class, r.x, r.y+11)
	if r.name != "" {
		w.printf("<tspan>%s</tspan>", shownText(r.name))
		if r.text != "" {
			w.out.WriteByte(' ')
		}
	}
	w.printf("%s</text>", shownText(r.text))
}

// port draws a port: filled with an address or a bridge, hollow without, red with a
// cross if it is down. Ports of a ribbon are as small as its lanes.
func (w *svg) port(p *PlacedPort) {
	size := 8
	if p.pitch > 0 {
		size = min(size, max(1, p.pitch-1))
	}
	class := ""
	switch {
	case !p.Up:
		class = ` class="down"`
	case p.bare():
		class = ` class="bare"`
	}
	w.printf(`<path%s d="M%d %dh%dv%dh-%dz"><title>%s</title></path>`, class, p.X-size/2, p.Y-size/2, size, size, size, xmlText(portTooltip(p)))
	if !p.Up && size == 8 {
		at := p.outward(11)
		w.printf(`<path class="x" d="M%d %dl8 8m0-8l-8 8"/>`, at.X-4, at.Y-4)
	}
	w.out.WriteByte('\n')
}

// outward returns the point at a distance from a port, away from its box.
func (p *PlacedPort) outward(far int) Point {
	at := p.Point
	switch p.Side {
	case Top:
		at.Y -= far
	case Bottom:
		at.Y += far
	case Left:
		at.X -= far
	case Right:
		at.X += far
	}
	return at
}

// relation draws an arc.
func (w *svg) relation(c Curve) {
	bend := Point{(c.A.X + c.B.X) / 2, (c.A.Y + c.B.Y) / 2}
	far := max(24, length(c.A, c.B)/8)
	if dx, dy := c.A.X-c.B.X, c.A.Y-c.B.Y; dx*dx > dy*dy {
		bend.Y += far
	} else {
		bend.X += far
	}
	w.printf(`<path class="r" d="M%d %dQ%d %d %d %d"><title>%s</title></path>`, c.A.X, c.A.Y, bend.X, bend.Y, c.B.X, c.B.Y, shownText(c.Label))
	w.label(Point{(c.A.X + 2*bend.X + c.B.X) / 4, (c.A.Y + 2*bend.Y + c.B.Y) / 4}, c.Label)
	w.out.WriteByte('\n')
}

// cableLabel writes the caption of a cable in the middle of its longest segment.
func (w *svg) cableLabel(r Route) {
	most, at := -1, Point{}
	for i := 1; i < len(r.Points); i++ {
		a, b := r.Points[i-1], r.Points[i]
		if n := length(a, b); n > most {
			most, at = n, Point{(a.X + b.X) / 2, (a.Y + b.Y) / 2}
		}
	}
	w.label(at, r.caption())
}

func (w *svg) label(at Point, text string) {
	if text != "" {
		w.printf(`<text class="l" x="%d" y="%d">%s</text>`, at.X, at.Y+4, shownText(text))
	}
}

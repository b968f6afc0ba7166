package draw

import (
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// An element is an element of an SVG with its children.
type element struct {
	name, class string
	attr        map[string]string
	text        string // without that of children
	children    []*element
}

func readXML(text string) (*element, error) {
	d := xml.NewDecoder(strings.NewReader(text))
	root := &element{}
	stack := []*element{root}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return root.children[0], nil
		}
		if err != nil {
			return nil, err
		}
		top := stack[len(stack)-1]
		switch token := token.(type) {
		case xml.StartElement:
			e := &element{name: token.Name.Local, attr: map[string]string{}}
			for _, a := range token.Attr {
				e.attr[a.Name.Local] = a.Value
			}
			e.class = e.attr["class"]
			top.children = append(top.children, e)
			stack = append(stack, e)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			top.text += string(token)
		}
	}
}

// all returns the children of that name.
func (e *element) all(name string) []*element {
	return slices.DeleteFunc(slices.Clone(e.children), func(c *element) bool { return c.name != name })
}

func (e *element) title() string {
	for _, c := range e.all("title") {
		return c.text
	}
	return ""
}

func (e *element) number(attr string) int {
	n, _ := strconv.Atoi(e.attr[attr])
	return n
}

func (e *element) frame() Frame {
	return Frame{e.number("x"), e.number("y"), e.number("width"), e.number("height")}
}

var step = regexp.MustCompile(`([MHVLQhv])((?:-?\d+ ?)*)`)

// points returns the points of a path in absolute coordinates; of a curve its control
// point and its end.
func (e *element) points() []Point {
	var points []Point
	at := Point{}
	for _, m := range step.FindAllStringSubmatch(e.attr["d"], -1) {
		var n []int
		for field := range strings.FieldsSeq(m[2]) {
			i, _ := strconv.Atoi(field)
			n = append(n, i)
		}
		switch m[1] {
		case "M", "L":
			at = Point{n[0], n[1]}
		case "H":
			at.X = n[0]
		case "V":
			at.Y = n[0]
		case "h":
			at.X += n[0]
		case "v":
			at.Y += n[0]
		case "Q":
			points = append(points, Point{n[0], n[1]})
			at = Point{n[2], n[3]}
		}
		points = append(points, at)
	}
	return points
}

// A reader rebuilds a Scene from the visible elements of an image.
type reader struct {
	scene *Scene
	boxes []*element
	ports map[Point]End
	err   error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
}

func readSVG(text string) (*Scene, error) {
	root, err := readXML(text)
	if err != nil {
		return nil, err
	}
	r := &reader{scene: &Scene{}, ports: map[Point]End{}}
	for _, g := range root.all("g") {
		if g.class == "" {
			r.box(g)
		}
	}
	for _, g := range root.all("g") {
		if g.class == "p" {
			r.readPorts(g)
		}
	}
	r.wires()
	for _, g := range root.all("g") {
		if g.class == "c" {
			r.cables(g)
		}
	}
	for _, path := range root.all("path") {
		r.relation(path)
	}
	return r.scene, r.err
}

func (r *reader) box(g *element) {
	b := Box{ID: fmt.Sprint(len(r.boxes)), Kind: Kind(g.all("rect")[0].class)}
	r.boxes = append(r.boxes, g)
	labels, bar := map[string][]string{}, 0
	var port string
	for _, rect := range g.all("rect") {
		if rect.class == "b" || rect.class == "down" {
			b.Bars = append(b.Bars, Bar{Up: rect.class == "b"})
		}
	}
	for _, text := range g.all("text") {
		name := ""
		for _, span := range text.all("tspan") {
			name = span.text
		}
		switch {
		case text.class == "t":
			b.Name = text.text
		case text.class == "m bt":
			// The names of bars are inside them.
			at := Point{text.number("x"), text.number("y")}
			bar = slices.IndexFunc(barFrames(g), func(f Frame) bool { return f.contains(at) })
			if bar < 0 {
				r.fail("%q is not on a bar", text.text)
				return
			}
			words := strings.Fields(strings.ReplaceAll(text.text, " ✗", ""))
			b.Bars[bar].Name = cmp.Or(b.Bars[bar].Name, words[0])
			b.Bars[bar].Addresses = append(b.Bars[bar].Addresses, without(words, b.Bars[bar].Name)...)
		case name != "":
			port = name
			labels[port] = append(labels[port], strings.Fields(text.text)...)
		case port != "":
			labels[port] = append(labels[port], text.text)
		default:
			b.Notes = append(b.Notes, text.text)
		}
	}
	for name, addresses := range labels {
		b.Ports = append(b.Ports, Port{Name: name, Addresses: addresses})
	}
	r.scene.Boxes = append(r.scene.Boxes, b)
}

func without(list []string, s string) []string {
	return slices.DeleteFunc(list, func(x string) bool { return x == s })
}

func barFrames(g *element) []Frame {
	var frames []Frame
	for _, rect := range g.all("rect") {
		if rect.class == "b" || rect.class == "down" {
			frames = append(frames, rect.frame())
		}
	}
	return frames
}

func (f Frame) contains(p Point) bool {
	return f.X <= p.X && p.X <= f.X+f.W && f.Y <= p.Y && p.Y <= f.Y+f.H
}

func (f Frame) borders(p Point) bool {
	return f.contains(p) && (p.X == f.X || p.X == f.X+f.W || p.Y == f.Y || p.Y == f.Y+f.H)
}

// frameOfBox returns the frame of a box, of a folded one the front of its pile.
func (r *reader) frameOfBox(i int) Frame {
	var last Frame
	for _, rect := range r.boxes[i].all("rect") {
		if rect.class != "b" && rect.class != "down" {
			last = rect.frame()
		}
	}
	return last
}

func (r *reader) readPorts(g *element) {
	for _, path := range g.all("path") {
		if path.class == "x" {
			continue
		}
		way := path.points()
		size := way[1].X - way[0].X
		at := Point{way[0].X + size/2, way[0].Y + size/2}
		box := -1
		for i := range r.boxes {
			if r.frameOfBox(i).borders(at) {
				if box >= 0 {
					r.fail("a port at %v is on two boxes", at)
				}
				box = i
			}
		}
		if other, taken := r.ports[at]; taken || box < 0 {
			r.fail("a port at %v is on box %d and on %v", at, box, other)
			return
		}
		lines := strings.Split(path.title(), "\n")
		name, down := strings.CutSuffix(lines[0], " is down")
		name, silent := strings.CutSuffix(name, " has no carrier")
		p := r.port(box, name, lines[1:])
		p.Up, p.Carrier = !down, !down && !silent
		if down != (path.class == "down") {
			r.fail("%s is down: %t, but drawn as %q", name, down, path.class)
		}
		r.ports[at] = End{fmt.Sprint(box), name}
	}
}

// port returns the port of that name. Without a label its addresses are in its tooltip.
func (r *reader) port(box int, name string, lines []string) *Port {
	b := &r.scene.Boxes[box]
	if p := b.Port(name); p != nil {
		return p
	}
	p := Port{Name: name}
	for _, line := range lines {
		if strings.Contains(line, "/") {
			p.Addresses = append(p.Addresses, line)
		}
	}
	b.Ports = append(b.Ports, p)
	return &b.Ports[len(b.Ports)-1]
}

// wires reads the bridges of ports: a wire leads from a port, or the label beside it,
// to one bridge.
func (r *reader) wires() {
	for i, g := range r.boxes {
		for _, path := range g.all("path") {
			way := path.points()
			end, ok := r.wireFrom(i, way[0], way[1])
			if !ok {
				r.fail("a wire of box %d at %v begins at no port", i, way)
				return
			}
			var met []int
			for k, f := range barFrames(g) {
				for n := 1; n < len(way); n++ {
					if f.crossed(way[n-1], way[n]) {
						met = append(met, k)
					}
				}
			}
			if met = slices.Compact(met); len(met) != 1 {
				r.fail("the wire %v of %v comes to bridges %v of %v", way, end, met, barFrames(g))
				return
			}
			r.scene.Boxes[i].Port(end.Port).Bar = r.scene.Boxes[i].Bars[met[0]].Name
		}
	}
}

func (r *reader) wireFrom(box int, at, to Point) (End, bool) {
	f := r.frameOfBox(box)
	if e, ok := r.ports[at]; ok {
		return e, true
	}
	from := Point{f.X, at.Y}
	if to.X < at.X {
		from.X = f.X + f.W
	}
	e, ok := r.ports[from]
	return e, ok && at.Y == to.Y
}

// crossed reports whether a straight segment enters a frame.
func (f Frame) crossed(a, b Point) bool {
	return min(a.X, b.X) <= f.X+f.W && f.X <= max(a.X, b.X) && min(a.Y, b.Y) <= f.Y+f.H && f.Y <= max(a.Y, b.Y)
}

func (r *reader) cables(g *element) {
	for _, path := range g.all("path") {
		way := path.points()
		a, okA := r.ports[way[0]]
		b, okB := r.ports[way[len(way)-1]]
		if !okA || !okB {
			r.fail("the cable %v does not go from port to port", way)
			return
		}
		live := !strings.Contains(path.class, "dead")
		if want := r.scene.live()(Cable{Ends: [2]End{a, b}}); live != want {
			r.fail("the cable from %v to %v is drawn as live: %t", a, b, live)
		}
		r.scene.Cables = append(r.scene.Cables, Cable{Ends: [2]End{a, b}})
	}
}

func (r *reader) relation(path *element) {
	if path.class != "r" {
		return
	}
	way := path.points()
	a, okA := r.endAt(way[0])
	b, okB := r.endAt(way[len(way)-1])
	if !okA || !okB {
		r.fail("the relation %v does not go from thing to thing", way)
		return
	}
	r.scene.Relations = append(r.scene.Relations, Relation{From: a, To: b, Label: path.title()})
}

// endAt returns the port, bar or box at which an arc ends.
func (r *reader) endAt(at Point) (End, bool) {
	if e, ok := r.ports[at]; ok {
		return e, true
	}
	for i, g := range r.boxes {
		for k, f := range barFrames(g) {
			if f.contains(at) {
				return End{fmt.Sprint(i), r.scene.Boxes[i].Bars[k].Name}, true
			}
		}
		if f := r.frameOfBox(i); f.contains(at) {
			return End{fmt.Sprint(i), ""}, true
		}
	}
	return End{}, false
}

// shown returns the parts of a Scene that an image shows, as text in the reader's
// order.
func shown(s *Scene) string {
	number := map[string]string{}
	for i, b := range s.Boxes {
		number[b.ID] = fmt.Sprint(i)
	}
	var lines []string
	for i, b := range s.Boxes {
		kind := b.Kind
		if icons[kind] == "" {
			kind = Host
		}
		lines = append(lines, fmt.Sprintf("box %04d %q %s %q", i, clean(b.Name), kind, noteLines(&b)))
		for _, bar := range b.Bars {
			lines = append(lines, fmt.Sprintf("box %04d bar %q %q %t", i, bar.Name, bar.Addresses, bar.Up))
		}
		for _, p := range b.Ports {
			lines = append(lines, fmt.Sprintf("box %04d port %q %q on %q %t %t", i, p.Name, p.Addresses, p.Bar, p.Up, p.Up && p.Carrier))
		}
	}
	for _, c := range s.Cables {
		ends := []string{number[c.Ends[0].Box] + ":" + c.Ends[0].Port, number[c.Ends[1].Box] + ":" + c.Ends[1].Port}
		slices.Sort(ends)
		lines = append(lines, fmt.Sprintf("cable %q", ends))
	}
	for _, r := range s.Relations {
		lines = append(lines, fmt.Sprintf("relation %s:%s to %s:%s %q", number[r.From.Box], r.From.Port, number[r.To.Box], r.To.Port, r.Label))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

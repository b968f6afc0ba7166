package draw

import "slices"

// A Layout is a Scene with coordinates: from the upper left corner, in pixels or, in
// text, characters.
type Layout struct {
	Width     int         `json:"width"`
	Height    int         `json:"height"`
	Boxes     []PlacedBox `json:"boxes"` // in the order of the Scene
	Cables    []Route     `json:"cables"`
	Relations []Curve     `json:"relations,omitempty"`
}

// A Point is a pair of coordinates.
type Point struct {
	X int `json:"x"`
	Y int `json:"y"`
}

// A Frame is a rectangle.
type Frame struct {
	X int `json:"x"`
	Y int `json:"y"`
	W int `json:"width"`
	H int `json:"height"`
}

func (f Frame) moved(dx, dy int) Frame { return Frame{f.X + dx, f.Y + dy, f.W, f.H} }

// A PlacedBox is a Box with its frame.
type PlacedBox struct {
	Box
	Frame
	Ports []PlacedPort `json:"ports,omitempty"`
	Bars  []PlacedBar  `json:"bars,omitempty"`

	notes   []run
	upright bool // its bars are vertical, between ports at its left and right
}

// A PlacedPort is a Port with its point on the border of its box.
type PlacedPort struct {
	Port
	Point
	Side Side `json:"side"`

	cabled bool
	pitch  int // distance to the next port, if less than the size of a port; else 0
	label  []run
	wire   []Point // to the bar
}

// Side is a side of a box.
type Side string

// The sides of a box.
const (
	Top    Side = "top"
	Bottom Side = "bottom"
	Left   Side = "left"
	Right  Side = "right"
)

// A PlacedBar is a Bar with its frame.
type PlacedBar struct {
	Bar
	Frame
}

// A Route is a Cable with its points, from its first end to its second.
type Route struct {
	Cable
	Points []Point `json:"points"`

	index int  // in the Scene
	live  bool // both ends are up with a carrier
}

// A Curve is a Relation with its two points.
type Curve struct {
	Relation
	A Point `json:"a"`
	B Point `json:"b"`
}

// A run is a line of text: a highlighted name, then other text.
type run struct {
	x, y   int // y of the upper end of the line
	anchor anchor
	name   string
	text   string
}

// An anchor is the point of a text that its x refers to.
type anchor int

const (
	start anchor = iota
	middle
	end
)

// A direction is the flow: the direction in which the layers follow each other.
type direction int

const (
	down   direction = iota // the page
	across                  // the page
)

// point returns the point with the coordinates c across the flow and m along it.
func (d direction) point(c, m int) Point {
	if d == across {
		return Point{m, c}
	}
	return Point{c, m}
}

// A style holds the options of a layout.
type style struct {
	*metrics
	direction direction // of all parts but rows
	rows      bool      // draw a part that is a path as a row, across the page
	grid      bool      // draw many leaves as a grid, else as a line
	page      int       // width of the page; 0: chosen by area
}

// arrange lays a Scene out.
func arrange(s *Scene, st style) *Layout {
	g := newGraph(s, st)
	l := &Layout{Boxes: make([]PlacedBox, len(s.Boxes)), Cables: make([]Route, 0, len(s.Cables))}
	var parts []*part
	var frames []*Frame
	for _, vertices := range g.parts() {
		p := arrangePart(g, vertices)
		parts, frames = append(parts, p), append(frames, &p.frame)
	}
	l.Width, l.Height = pack(frames, st)
	for _, p := range parts {
		p.write(l)
	}
	slices.SortFunc(l.Cables, func(a, b Route) int { return a.index - b.index })
	g.relate(l)
	return l
}

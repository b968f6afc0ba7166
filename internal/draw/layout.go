package draw

import "slices"

// A Layout says where everything of a Scene stands. Coordinates are whole
// numbers from the upper left corner, of pixels or, for a picture in text, of
// characters.
type Layout struct {
	Width     int         `json:"width"`
	Height    int         `json:"height"`
	Boxes     []PlacedBox `json:"boxes"` // in the order of the Scene
	Cables    []Route     `json:"cables"`
	Relations []Curve     `json:"relations,omitempty"`
}

// A Point is a place.
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

// A PlacedBox is a Box and where it stands.
type PlacedBox struct {
	Box
	Frame
	Ports []PlacedPort `json:"ports,omitempty"`
	Bars  []PlacedBar  `json:"bars,omitempty"`

	notes   []run
	upright bool // its bars are, between ports at its left and right
}

// A PlacedPort is a Port and where it stands on the border of its box.
type PlacedPort struct {
	Port
	Point
	Side Side `json:"side"`

	cabled bool
	pitch  int // how far the next port is at least; 0: far enough
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

// A PlacedBar is a Bar and where it stands.
type PlacedBar struct {
	Bar
	Frame
}

// A Route is a Cable and the way it takes, from its first end to its second.
type Route struct {
	Cable
	Points []Point `json:"points"`

	index int  // in the Scene
	live  bool // packets go through it
}

// A Curve is a Relation between two places.
type Curve struct {
	Relation
	A Point `json:"a"`
	B Point `json:"b"`
}

// A run is a line of text. Its name stands out.
type run struct {
	x, y   int // y of the upper end of the line
	anchor anchor
	name   string
	text   string
}

// Anchor says what of a text x is.
type anchor int

const (
	start anchor = iota
	middle
	end
)

// A direction is where layers follow one another.
type direction int

const (
	down   direction = iota // the page
	across                  // the page
)

// point returns a place by its coordinates in a flow: across it and along it.
func (d direction) point(c, m int) Point {
	if d == across {
		return Point{m, c}
	}
	return Point{c, m}
}

// A style says how a Scene is to be laid out.
type style struct {
	*metrics
	direction direction // of what is no row of boxes
	rows      bool      // boxes that are cabled in a row are drawn as one, across the page
	grid      bool      // many leaves are a grid, else a line
	page      int       // how wide it is; 0: as is good
}

// arrange lays a Scene out.
func arrange(s *Scene, st style) *Layout {
	g := newGraph(s, st)
	l := &Layout{Boxes: make([]PlacedBox, len(s.Boxes)), Cables: make([]Route, 0, len(s.Cables))}
	var parts []*part
	var frames []*Frame
	for _, cells := range g.parts() {
		p := arrangePart(g, cells)
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

package draw

import (
	"strings"

	"github.com/vethlab/vethlab/internal/escape"
	"github.com/vethlab/vethlab/internal/words"
)

// A canvas is a grid of characters.
type canvas struct {
	width, height int
	x, y          int // origin of the drawing
	spots         []spot
}

// A spot is one column of one line.
type spot struct {
	text   string // "": a space; a wide character is followed by an empty spot
	behind bool   // the empty spot after a wide character
	name   bool   // part of the highlighted name of a box
	dirs   dirs   // of cables through it
	dead   bool   // the cable is down
}

// dirs is a set of the directions in which a cable leaves a spot.
type dirs byte

const (
	up dirs = 1 << iota
	below
	left
	right
)

func newCanvas(width, height int) *canvas {
	return &canvas{width: width, height: height, spots: make([]spot, width*height)}
}

func (c *canvas) spot(x, y int) *spot {
	x, y = x+c.x, y+c.y
	if x < 0 || y < 0 || x >= c.width || y >= c.height {
		return &spot{} // outside: not drawn
	}
	return &c.spots[y*c.width+x]
}

func (c *canvas) set(x, y int, text string) { *c.spot(x, y) = spot{text: text} }

// write writes a text from x on and returns the column after it.
func (c *canvas) write(x, y int, text string, name bool) int {
	last := x - 1
	for _, r := range clean(text) {
		switch n := words.Columns(string(r)); n {
		case 0:
			c.spot(last, y).text += string(r)
		default:
			*c.spot(x, y) = spot{text: string(r), name: name}
			last = x
			if n == 2 {
				*c.spot(x+1, y) = spot{behind: true, name: name}
			}
			x += n
		}
	}
	return x
}

// clean replaces characters that move the cursor of a terminal, end a line or change
// the writing direction. Texts are measured after cleaning.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if escape.Printable(r) {
			return r
		}
		return '·'
	}, text)
}

func (c *canvas) run(r run) {
	text := r.name
	if r.text != "" {
		if text != "" {
			text += " "
		}
		text += r.text
	}
	if r.anchor == middle {
		r.x -= columns(text) / 2
	}
	c.write(r.x, r.y, text, false)
}

// join draws a cable from a spot to an adjacent one.
func (c *canvas) join(a, b Point, live bool) {
	from, to := c.spot(a.X, a.Y), c.spot(b.X, b.Y)
	switch {
	case b.X > a.X:
		from.dirs, to.dirs = from.dirs|right, to.dirs|left
	case b.X < a.X:
		from.dirs, to.dirs = from.dirs|left, to.dirs|right
	case b.Y > a.Y:
		from.dirs, to.dirs = from.dirs|below, to.dirs|up
	default:
		from.dirs, to.dirs = from.dirs|up, to.dirs|below
	}
	from.dead, to.dead = !live, !live
}

func (s spot) character() string {
	if s.text != "" || s.dirs == 0 {
		return s.text
	}
	switch s.dirs {
	case up | below, up, below:
		if s.dead {
			return "╎"
		}
		return "│"
	case left | right, left, right:
		if s.dead {
			return "╌"
		}
		return "─"
	case below | right:
		return "┌"
	case below | left:
		return "┐"
	case up | right:
		return "└"
	case up | left:
		return "┘"
	case up | below | right:
		return "├"
	case up | below | left:
		return "┤"
	case left | right | below:
		return "┬"
	case left | right | up:
		return "┴"
	}
	return "┼"
}

// text returns the lines of the canvas.
func (c *canvas) text(page Page) string {
	var out strings.Builder
	for y := range c.height {
		var line strings.Builder
		var name string
		for _, s := range c.spots[y*c.width : (y+1)*c.width] {
			switch {
			case s.name:
				name += s.text
				continue
			case name != "":
				line.WriteString(page.paint(name))
				name = ""
			}
			if text := s.character(); text != "" {
				line.WriteString(text)
			} else if !s.behind {
				line.WriteByte(' ')
			}
		}
		out.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return out.String()
}

package draw

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/words"
)

// A textPicture is a picture in text, by line and column. The column after a wide
// character is empty.
type textPicture [][]string

func readLines(text string) textPicture {
	var s textPicture
	for line := range strings.Lines(text) {
		var row []string
		for _, r := range strings.TrimSuffix(line, "\n") {
			switch words.Columns(string(r)) {
			case 0:
				row[len(row)-1] += string(r)
			case 1:
				row = append(row, string(r))
			case 2:
				row = append(row, string(r), "")
			}
		}
		s = append(s, row)
	}
	return s
}

func (s textPicture) at(p Point) string {
	if p.Y < 0 || p.Y >= len(s) || p.X < 0 || p.X >= len(s[p.Y]) {
		return " "
	}
	return s[p.Y][p.X]
}

// within returns the characters of a line from column from to before column to.
func (s textPicture) within(y, from, to int) []string {
	var row []string
	for x := from; x < to; x++ {
		row = append(row, s.at(Point{x, y}))
	}
	return row
}

// frames returns the frames of boxes: an upper left corner followed by a name, with the
// borders that begin there.
func (s textPicture) frames() []Frame {
	var frames []Frame
	for y, row := range s {
		for x := range row {
			if s.at(Point{x, y}) != "┌" || s.at(Point{x + 1, y}) != "─" || s.at(Point{x + 2, y}) != " " {
				continue
			}
			f := Frame{x, y, 1, 2}
			for s.is(Point{x, y + f.H - 1}, "│●○") {
				f.H++
			}
			for s.at(Point{x + f.W - 1, y + f.H - 1}) != "┘" {
				f.W++
			}
			frames = append(frames, f)
		}
	}
	return frames
}

func (s textPicture) isPort(p Point) bool { return s.is(p, "●○") }

// is reports whether the character at a point is one of some.
func (s textPicture) is(p Point, of string) bool {
	return s.at(p) != "" && strings.Contains(of, s.at(p))
}

// name returns the title of a box.
func (s textPicture) name(f Frame) string {
	return strings.TrimRight(strings.Join(s.within(f.Y, f.X+3, f.X+f.W), ""), " ─●○┐")
}

// ports returns the points of a box's ports, with their sides.
func (s textPicture) ports(f Frame) map[Point]Side {
	ports := map[Point]Side{}
	for y := f.Y + 1; y < f.Y+f.H-1; y++ {
		for side, x := range map[Side]int{Left: f.X, Right: f.X + f.W - 1} {
			if s.isPort(Point{x, y}) {
				ports[Point{x, y}] = side
			}
		}
	}
	for x := f.X + 1; x < f.X+f.W-1; x++ {
		for side, y := range map[Side]int{Top: f.Y, Bottom: f.Y + f.H - 1} {
			if s.isPort(Point{x, y}) {
				ports[Point{x, y}] = side
			}
		}
	}
	return ports
}

// A chunk is a text in a line, with its first column and the column after it.
type chunk struct {
	text     string
	from, to int
}

func (c chunk) far(x int) int { return max(0, c.from-x, x-c.to+1) }

// chunks returns the texts in a line of a box, separated by two spaces, wires or
// bridges.
func (s textPicture) chunks(f Frame, y int) []chunk {
	var list []chunk
	blank := 2
	for x := f.X + 1; x < f.X+f.W-1; x++ {
		switch text := s.at(Point{x, y}); {
		case text == " ":
			blank++
		case strings.Contains("║╢╟─│", text) && text != "":
			blank = 2
		default:
			if blank > 1 {
				list = append(list, chunk{from: x, to: x})
			}
			last := &list[len(list)-1]
			if blank == 1 {
				last.text += " "
			}
			last.text += text
			last.to, blank = x+1, 0
		}
	}
	return list
}

var portName = regexp.MustCompile(`^(eth\d+)( ✗)?( |$)`)

// portName returns the label of a port: the one beside it, or the nearest in its box.
func (s textPicture) portName(f Frame, p Point, side Side) string {
	switch side {
	case Left, Right:
		list := s.chunks(f, p.Y)
		if side == Right {
			slices.Reverse(list)
		}
		if len(list) > 0 {
			if m := portName.FindStringSubmatch(list[0].text); m != nil {
				return m[1]
			}
		}
		return ""
	}
	step := 1
	if side == Bottom {
		step = -1
	}
	for y := p.Y + step; y > f.Y && y < f.Y+f.H-1; y += step {
		list := s.chunks(f, y)
		if len(list) == 0 {
			return ""
		}
		nearest := slices.MinFunc(list, func(a, b chunk) int { return a.far(p.X) - b.far(p.X) })
		if m := portName.FindStringSubmatch(nearest.text); m != nil {
			return m[1]
		}
	}
	return ""
}

var lyingBar = regexp.MustCompile(`[═╤╧╪]+ ([^\s═╤╧╪]+)( [^\s═╤╧╪]+)* ?[═╤╧╪]*`)

// bridge returns the bridge to which the wire of a port leads.
func (s textPicture) bridge(f Frame, p Point, side Side) string {
	switch side {
	case Left, Right:
		step, joint := 1, "╢"
		if side == Right {
			step, joint = -1, "╟"
		}
		for x := p.X + step; x > f.X && x < f.X+f.W-1; x += step {
			if at := (Point{x, p.Y}); s.at(at) == joint {
				return s.verticalBar(f, Point{x + step, p.Y})
			} else if s.at(at) == "║" {
				return ""
			}
		}
		return ""
	}
	step, joints := 1, "╧╪"
	if side == Bottom {
		step, joints = -1, "╤╪"
	}
	for y := p.Y + step; y > f.Y && y < f.Y+f.H-1; y += step {
		text := s.at(Point{p.X, y})
		switch {
		case text == " " && s.at(Point{p.X - 1, y}) != " " && s.at(Point{p.X + 1, y}) != " ": // in a label
		case text == " ", text == "═":
			return ""
		case s.is(Point{p.X, y}, joints):
			return s.horizontalBar(f, Point{p.X, y})
		}
	}
	return ""
}

// horizontalBar returns the name of the horizontal bridge at a point.
func (s textPicture) horizontalBar(f Frame, p Point) string {
	row := s.within(p.Y, f.X+1, f.X+f.W-1)
	for i := range row {
		if row[i] == "" {
			row[i] = "_" // the second half of a wide character
		}
	}
	text := strings.Join(row, "")
	for _, m := range lyingBar.FindAllStringSubmatchIndex(text, -1) {
		from, to := f.X+1+words.Columns(text[:m[0]]), f.X+1+words.Columns(text[:m[1]])
		if from <= p.X && p.X < to {
			return text[m[2]:m[3]]
		}
	}
	return "?"
}

// verticalBar returns the name of the vertical bridge at a point, which is in its first
// line.
func (s textPicture) verticalBar(f Frame, p Point) string {
	const walls = "║╢╟"
	left, right := p, p
	for !s.is(left, walls) {
		left.X--
	}
	for !s.is(right, walls) {
		right.X++
	}
	y := p.Y
	for s.is(Point{left.X, y - 1}, walls) && s.is(Point{right.X, y - 1}, walls) {
		y--
	}
	if fields := strings.Fields(strings.Join(s.within(y, left.X+1, right.X), "")); len(fields) > 0 {
		return fields[0]
	}
	return "?"
}

// turns maps a character and the direction of a cable into it to the direction out of
// it.
var turns = map[string]map[Point]Point{
	"│": {{0, 1}: {0, 1}, {0, -1}: {0, -1}}, "╎": {{0, 1}: {0, 1}, {0, -1}: {0, -1}},
	"─": {{1, 0}: {1, 0}, {-1, 0}: {-1, 0}}, "╌": {{1, 0}: {1, 0}, {-1, 0}: {-1, 0}},
	"┼": {{0, 1}: {0, 1}, {0, -1}: {0, -1}, {1, 0}: {1, 0}, {-1, 0}: {-1, 0}},
	"┌": {{0, -1}: {1, 0}, {-1, 0}: {0, 1}},
	"┐": {{0, -1}: {-1, 0}, {1, 0}: {0, 1}},
	"└": {{0, 1}: {1, 0}, {-1, 0}: {0, -1}},
	"┘": {{0, 1}: {-1, 0}, {1, 0}: {0, -1}},
}

// follow follows the cable of a port and returns its end. unclear says that it overlaps
// another cable.
func (s textPicture) follow(p Point, side Side) (end Point, ok, unclear bool) {
	d := map[Side]Point{Top: {0, -1}, Bottom: {0, 1}, Left: {-1, 0}, Right: {1, 0}}[side]
	for at := (Point{p.X + d.X, p.Y + d.Y}); ; at = (Point{at.X + d.X, at.Y + d.Y}) {
		text := s.at(at)
		if s.is(at, "├┤┬┴") {
			return at, false, true
		}
		if s.isPort(at) && at != (Point{p.X + d.X, p.Y + d.Y}) {
			return at, true, false
		}
		next, ok := turns[text][d]
		if !ok {
			return at, false, false
		}
		d = next
	}
}

// readText returns the ports, bridges and cables in a picture, as text in the form of
// [joined].
func readText(text string) (lines []string, unclear bool) {
	s := readLines(text)
	type end struct {
		name string
		side Side
	}
	ends := map[Point]end{}
	for _, f := range s.frames() {
		lines = append(lines, "box "+s.name(f))
		for p, side := range s.ports(f) {
			ends[p] = end{s.name(f) + ":" + s.portName(f, p, side), side}
			lines = append(lines, fmt.Sprintf("port %s on %q", ends[p].name, s.bridge(f, p, side)))
		}
	}
	for p, e := range ends {
		to, ok, no := s.follow(p, e.side)
		unclear = unclear || no
		if other := ends[to].name; ok && e.name <= other {
			lines = append(lines, "cable "+e.name+" "+other)
		}
	}
	slices.Sort(lines)
	return slices.Compact(lines), unclear
}

// joined returns the boxes, ports, bridges and cables of a Scene, one a line.
func joined(s *Scene) []string {
	var lines []string
	names := map[End]string{}
	for _, b := range s.Boxes {
		lines = append(lines, "box "+b.title())
		for _, p := range b.Ports {
			names[End{b.ID, p.Name}] = b.title() + ":" + p.Name
			lines = append(lines, fmt.Sprintf("port %s:%s on %q", b.title(), p.Name, p.Bar))
		}
	}
	for _, c := range s.Cables {
		a, b := names[c.Ends[0]], names[c.Ends[1]]
		lines = append(lines, "cable "+min(a, b)+" "+max(a, b))
	}
	slices.Sort(lines)
	return lines
}

// TestTextIsTheScene reads pictures back: they show every port on its bridge and every
// cable. Overlapping cables, which trees never have, are not followed.
func TestTextIsTheScene(t *testing.T) {
	for name, st := range styles {
		if st.edge == 0 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				tree := rapid.Bool().Draw(t, "tree")
				s := drawScene(t, tree)
				for i := range s.Boxes {
					s.Boxes[i].Name = fmt.Sprintf("n%d-%s", i, strings.Map(printable, s.Boxes[i].Name))
				}
				checkText(t, s, st, tree)
			})
		})
	}
}

func printable(r rune) rune {
	if clean(string(r)) != string(r) {
		return -1
	}
	return r
}

func checkText(t *rapid.T, s *Scene, st style, tree bool) {
	l := arrange(s, st)
	c := newCanvas(l.Width, l.Height)
	c.layout(l)
	text := c.text(Page{})
	got, unclear := readText(text)
	switch {
	case unclear && !tree:
		return
	case unclear:
		t.Fatalf("cables overlap in\n%s", text)
	}
	if d := cmp.Diff(joined(s), got); d != "" {
		t.Fatalf("the picture differs from the Scene (-Scene +picture):\n%s\n%s", d, text)
	}
}

package draw

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/topotest"
)

// styles are the styles that renderers use.
var styles = map[string]style{
	"pixels":         {metrics: pixels(), direction: down, rows: true, grid: true},
	"text, in a row": {metrics: characters(), direction: down, rows: true},
	"text, down":     {metrics: characters(), direction: down},
	"text, across":   {metrics: characters(), direction: across},
}

// drawScene generates a Scene: a forest of boxes with bridges and, unless tree is set,
// further cables, including parallel ones and loops.
func drawScene(t *rapid.T, tree bool) *Scene {
	s := &Scene{}
	n := rapid.IntRange(1, 40).Draw(t, "boxes")
	maxBars := rapid.IntRange(0, 4).Draw(t, "bars of a box at most")
	for i := range n {
		b := Box{ID: fmt.Sprintf("b%d", i), Name: rapid.SampledFrom([]string{"a", "h12", "a-long-name", "名前", "\x00\x01\x02", "e\u0301e\u0301", "\u202eright", "a\nb"}).Draw(t, "name")}
		b.Kind = rapid.SampledFrom([]Kind{Host, Router, Switch, Machine, "", "pod"}).Draw(t, "kind")
		if rapid.IntRange(0, 3).Draw(t, "noted") == 0 {
			b.Notes = []string{"default via 192.0.2.1"}
		}
		for k := range rapid.IntRange(0, maxBars).Draw(t, "bars") {
			b.Bars = append(b.Bars, Bar{Name: fmt.Sprintf("br%d", k), Up: k != 2})
			if k == 1 {
				b.Bars[k].Addresses = []string{"198.51.100.254/24"}
			}
		}
		s.Boxes = append(s.Boxes, b)
	}
	for i := 1; i < n; i++ {
		if rapid.IntRange(0, 9).Draw(t, "joined") > 0 {
			s.connect(t, i, rapid.IntRange(max(0, i-rapid.SampledFrom([]int{1, 3, 40}).Draw(t, "reach")), i-1).Draw(t, "to"))
		}
	}
	if !tree {
		for range rapid.IntRange(0, 12).Draw(t, "more cables") {
			s.connect(t, rapid.IntRange(0, n-1).Draw(t, "from"), rapid.IntRange(0, n-1).Draw(t, "to"))
		}
	}
	for range rapid.IntRange(0, 2).Draw(t, "free ports") {
		s.port(t, rapid.IntRange(0, n-1).Draw(t, "box"))
	}
	return s
}

func (s *Scene) connect(t *rapid.T, a, b int) {
	s.Cables = append(s.Cables, Cable{Ends: [2]End{s.port(t, a), s.port(t, b)}})
}

func (s *Scene) port(t *rapid.T, i int) End {
	b := &s.Boxes[i]
	p := Port{Name: fmt.Sprintf("eth%d", len(b.Ports))}
	if k := rapid.IntRange(-2, len(b.Bars)-1).Draw(t, "bar"); k >= 0 {
		p.Bar = b.Bars[k].Name
	} else {
		p.Addresses = rapid.SampledFrom([][]string{nil, {"10.0.0.1/24"}, {"10.0.0.1/24", "fd00::1/64"}}).Draw(t, "addresses")
	}
	p.Up = rapid.IntRange(0, 9).Draw(t, "up") > 0
	p.Carrier = p.Up && rapid.IntRange(0, 9).Draw(t, "carrier") > 0
	b.Ports = append(b.Ports, p)
	return End{b.ID, p.Name}
}

func TestLayout(t *testing.T) {
	for name, st := range styles {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				tree := rapid.Bool().Draw(t, "tree")
				s := drawScene(t, tree)
				checkLayout(t, s, arrange(s, st), st, tree)
			})
		})
	}
}

func TestLayoutOfLabs(t *testing.T) {
	for name, st := range styles {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				lab, err := compile.Compile(topotest.Topology(t))
				if err != nil {
					t.Skip(err)
				}
				s := FromState(lab.State, nil)
				l := arrange(s, st)
				checkLayout(t, s, l, st, false)
				if len(l.Cables) != len(lab.Links) {
					t.Fatalf("%d cables are drawn for %d links", len(l.Cables), len(lab.Links))
				}
			})
		})
	}
}

func checkLayout(t *rapid.T, s *Scene, l *Layout, st style, tree bool) {
	if again := arrange(s, st); fmt.Sprint(again) != fmt.Sprint(l) {
		t.Fatal("two layouts of the same Scene differ")
	}
	whole := Frame{0, 0, l.Width, l.Height}
	for i, a := range l.Boxes {
		if a.ID != s.Boxes[i].ID || !whole.holds(a.Frame) {
			t.Fatalf("box %s at %v is outside the picture %v", a.ID, a.Frame, whole)
		}
		for _, b := range l.Boxes[:i] {
			if a.meets(b.Frame) {
				t.Fatalf("box %s at %v overlaps %s at %v", a.ID, a.Frame, b.ID, b.Frame)
			}
		}
		checkBox(t, &a, st)
	}
	// Ports grouped by bridge may not be in the order of their cables. Two such cables
	// may overlap twice.
	grouped := slices.ContainsFunc(s.Boxes, func(b Box) bool { return len(b.Bars) > 1 })
	for i, r := range l.Cables {
		checkCable(t, l, r)
		for _, other := range l.Cables[:i] {
			if tree && !grouped && r.overlaps(other) {
				t.Fatalf("cable %v overlaps %v", r, other)
			}
		}
	}
}

func (f Frame) holds(g Frame) bool {
	return f.X <= g.X && f.Y <= g.Y && g.X+g.W <= f.X+f.W && g.Y+g.H <= f.Y+f.H
}

func (f Frame) meets(g Frame) bool {
	return f.X < g.X+g.W && g.X < f.X+f.W && f.Y < g.Y+g.H && g.Y < f.Y+f.H
}

// checkBox checks that ports are on the border, and texts are inside and do not
// overlap.
func checkBox(t *rapid.T, b *PlacedBox, st style) {
	if w := st.title(&b.Box) + 2*st.pad; w > b.W {
		t.Fatalf("the name of %s is %d wide, its box is %v", b.ID, w, b.Frame)
	}
	right, bottom := b.X+b.W-st.edge, b.Y+b.H-st.edge
	var texts []Frame
	for _, r := range b.notes {
		texts = append(texts, frameOf(r, st))
	}
	places := map[Point]string{}
	for _, p := range b.Ports {
		on := map[Side]bool{Left: p.X == b.X, Right: p.X == right, Top: p.Y == b.Y, Bottom: p.Y == bottom}
		if !on[p.Side] || p.X < b.X || p.X > right || p.Y < b.Y || p.Y > bottom {
			t.Fatalf("port %s:%s at %v (%s) is not on the border of its box %v", b.ID, p.Name, p.Point, p.Side, b.Frame)
		}
		if other, taken := places[p.Point]; taken {
			t.Fatalf("ports %s and %s of %s are both at %v", other, p.Name, b.ID, p.Point)
		}
		places[p.Point] = p.Name
		for _, r := range p.label {
			texts = append(texts, frameOf(r, st))
		}
	}
	for i, f := range texts {
		if !b.holds(f) {
			t.Fatalf("a text of %s at %v is outside its box %v", b.ID, f, b.Frame)
		}
		for _, g := range texts[:i] {
			if f.meets(g) {
				t.Fatalf("texts of %s overlap: %v %v", b.ID, f, g)
			}
		}
		for _, bar := range b.Bars {
			if f.meets(bar.Frame) {
				t.Fatalf("a text of %s overlaps bar %s: %v %v", b.ID, bar.Name, f, bar.Frame)
			}
		}
	}
	for i, bar := range b.Bars {
		lines := barLines(&bar.Bar)
		if !b.upright {
			lines = []string{strings.Join(lines, " ")}
		}
		for _, line := range lines {
			if w := st.width(line) + 2; w > bar.W || !b.holds(bar.Frame) {
				t.Fatalf("bridge %q of %s needs the width %d: it is at %v in %v", line, b.ID, w, bar.Frame, b.Frame)
			}
		}
		for _, other := range b.Bars[:i] {
			if bar.meets(other.Frame) {
				t.Fatalf("bars of %s overlap: %v %v", b.ID, bar.Frame, other.Frame)
			}
		}
	}
}

func frameOf(r run, st style) Frame {
	w := st.width(strings.TrimSpace(r.name + " " + r.text))
	if r.anchor == middle {
		r.x -= w / 2
	}
	return Frame{r.x, r.y, w, st.line}
}

// checkCable checks that a cable goes from port to port at right angles and crosses no
// box.
func checkCable(t *rapid.T, l *Layout, r Route) {
	first, last := r.Points[0], r.Points[len(r.Points)-1]
	for i, at := range []Point{first, last} {
		if p := portAt(l, r.Ends[i]); p == nil || p.Point != at {
			t.Fatalf("cable %v does not end at its port", r)
		}
	}
	for i := 1; i < len(r.Points); i++ {
		a, b := r.Points[i-1], r.Points[i]
		if a.X != b.X && a.Y != b.Y {
			t.Fatalf("cable %v has a diagonal segment", r)
		}
		way := Frame{min(a.X, b.X), min(a.Y, b.Y), max(a.X-b.X, b.X-a.X) + 1, max(a.Y-b.Y, b.Y-a.Y) + 1}
		for _, box := range l.Boxes {
			own := box.ID == r.Ends[0].Box || box.ID == r.Ends[1].Box
			if !own && way.meets(box.Frame) {
				t.Fatalf("cable %v crosses box %s at %v", r, box.ID, box.Frame)
			}
		}
	}
}

// overlaps reports whether two cables share a part of a segment.
func (r Route) overlaps(o Route) bool {
	for i := 1; i < len(r.Points); i++ {
		for k := 1; k < len(o.Points); k++ {
			a, b := stretchOf(r.Points[i-1], r.Points[i]), stretchOf(o.Points[k-1], o.Points[k])
			if (a.W > 0) == (b.W > 0) && (a.H > 0) == (b.H > 0) && a.grown().meets(b.grown()) {
				return true
			}
		}
	}
	return false
}

func stretchOf(a, b Point) Frame {
	return Frame{min(a.X, b.X), min(a.Y, b.Y), max(a.X-b.X, b.X-a.X), max(a.Y-b.Y, b.Y-a.Y)}
}

// grown gives a segment an area, so that it can overlap others.
func (f Frame) grown() Frame {
	if f.W == 0 {
		f.W = 1
	}
	if f.H == 0 {
		f.H = 1
	}
	return f
}

func portAt(l *Layout, e End) *PlacedPort {
	for i := range l.Boxes {
		for k := range l.Boxes[i].Ports {
			if p := &l.Boxes[i].Ports[k]; l.Boxes[i].ID == e.Box && p.Name == e.Port {
				return p
			}
		}
	}
	return nil
}

// Adding a leaf at the end of a lab moves no other box unless the grid changes its size.
func TestAddedLeafMovesLittle(t *testing.T) {
	st := styles["pixels"]
	for n := 3; n < 120; n++ {
		before, after := arrange(wheel(n, 3), st), arrange(wheel(n+1, 3), st)
		columns := func(n int) int { c, _ := gridOf(n, 3); return c }
		moved := 0
		for i, b := range before.Boxes {
			if after.Boxes[i].Frame != b.Frame {
				moved++
			}
		}
		// All boxes of a grid move if its size changes.
		if n > 8 && columns(n) == columns(n+1) && moved > 0 {
			t.Errorf("one leaf more than %d moves %d boxes", n, moved)
		}
		for i := range 4 {
			for k := range i {
				a, b := before.Boxes[i].X < before.Boxes[k].X, after.Boxes[i].X < after.Boxes[k].X
				if a != b {
					t.Errorf("one leaf more than %d exchanges %s and %s", n, before.Boxes[i].ID, before.Boxes[k].ID)
				}
			}
		}
	}
}

// wheel returns a router with switches, each with leaves; those of the last switch come
// last in the Scene.
func wheel(leaves, switches int) *Scene {
	s := &Scene{Boxes: []Box{{ID: "core", Name: "core", Kind: Router}}}
	join := func(hub, i int) {
		a := Port{Name: fmt.Sprint("p", len(s.Boxes[hub].Ports)), Up: true, Carrier: true, Bar: "br0"}
		b := Port{Name: "eth0", Addresses: []string{"10.0.0.1/16"}, Up: true, Carrier: true}
		s.Boxes[hub].Ports, s.Boxes[i].Ports = append(s.Boxes[hub].Ports, a), append(s.Boxes[i].Ports, b)
		s.Cables = append(s.Cables, Cable{Ends: [2]End{{s.Boxes[hub].ID, a.Name}, {s.Boxes[i].ID, b.Name}}})
	}
	for k := range switches {
		id := fmt.Sprint("sw", k)
		s.Boxes = append(s.Boxes, Box{ID: id, Name: id, Kind: Switch, Bars: []Bar{{Name: "br0", Up: true}}})
		join(0, k+1)
	}
	for hub := 1; hub <= switches; hub++ {
		n := 12
		if hub == switches {
			n = leaves
		}
		for i := range n {
			id := fmt.Sprintf("h%d-%d", hub, i)
			s.Boxes = append(s.Boxes, Box{ID: id, Name: id, Kind: Host})
			join(hub, len(s.Boxes)-1)
		}
	}
	return s
}

func BenchmarkLayout(b *testing.B) {
	for name, s := range map[string]*Scene{"star of 1000": wheel(1000, 1), "1000 on 25 switches": wheel(700, 25)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				arrangeSVG(s)
			}
		})
		b.Run(name+", SVG", func(b *testing.B) {
			for b.Loop() {
				SVG(s)
			}
		})
	}
}

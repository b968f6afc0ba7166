package draw

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Leaves in a grid have their cables at their left, with wires to their bridges.
func TestLeavesWithBridgesInAGrid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := &Scene{Boxes: []Box{{ID: "hub", Name: "hub", Kind: Switch, Bars: []Bar{{Name: "br0", Up: true}}}}}
		cables := rapid.IntRange(1, 2).Draw(t, "cables of a leaf")
		for i := range rapid.IntRange(1, 40).Draw(t, "leaves") {
			b := Box{ID: fmt.Sprint("n", i), Name: fmt.Sprint("n", i)}
			for k := range rapid.IntRange(0, 3).Draw(t, "bars") {
				b.Bars = append(b.Bars, Bar{Name: fmt.Sprint("br", k), Up: true})
			}
			s.Boxes = append(s.Boxes, b)
			for range cables {
				s.connect(t, 0, i+1)
			}
			if rapid.Bool().Draw(t, "free port") {
				s.port(t, i+1)
			}
		}
		checkSVG(t, s)
		st := styles["pixels"]
		checkLayout(t, s, arrange(s, st), st, true)
	})
}

// nodes returns hosts with two bridges each, the second with the uplink.
func nodes(n int) *Scene {
	s := wheel(n, 1)
	s.Boxes[0].Ports[0].Bar = ""
	for i := range s.Boxes[2:] {
		b := &s.Boxes[2+i]
		b.Bars = []Bar{{Name: "pods", Up: true}, {Name: "uplink", Up: true}}
		b.Ports[0].Bar, b.Ports[0].Addresses = "uplink", nil
		b.Ports = append(b.Ports, Port{Name: "veth0", Bar: "pods", Up: true, Carrier: true})
	}
	return s
}

func TestUplinksOnBridges(t *testing.T) {
	for n := range 60 {
		checkSVG(t, nodes(n+1))
	}
	l := arrangeSVG(nodes(9))
	for _, b := range l.Boxes[2:] {
		if b.Bars[1].X > b.Bars[0].X || len(b.Ports[0].wire) != 4 {
			t.Errorf("%s: the uplink's bridge at %v is not on the other's (%v) uplink side; its wire is %v", b.ID, b.Bars[1].Frame, b.Bars[0].Frame, b.Ports[0].wire)
		}
	}
}

func TestGrid(t *testing.T) {
	for _, c := range []struct{ leaves, blocks, columns, rows int }{
		{5, 1, 2, 3},
		{6, 1, 2, 3},
		{7, 1, 3, 5},
		{15, 2, 3, 5},
		{5, 3, 2, 6},
		{12, 8, 2, 6},
		{13, 8, 3, 9},
		{24, 9, 2, 12},
		{25, 9, 3, 18},
		{96, 1, 8, 12},
		{97, 1, 10, 15},
		{100000, 1, 128, 782},
	} {
		columns, rows := gridOf(c.leaves, c.blocks)
		if columns != c.columns || rows != c.rows {
			t.Errorf("%d leaves of %d blocks: %d × %d, want %d × %d", c.leaves, c.blocks, columns, rows, c.columns, c.rows)
		}
	}
}

func TestPack(t *testing.T) {
	st := styles["pixels"] // 44 between frames of a line, 22 between lines
	for _, c := range []struct {
		sizes []Frame
		page  int
		want  string
	}{
		{[]Frame{{W: 100, H: 50}}, 0, "0,0 · 100×50"},
		{[]Frame{{W: 100, H: 50}, {W: 100, H: 60}}, 300, "0,0 144,0 · 244×60"},
		{[]Frame{{W: 100, H: 50}, {W: 100, H: 60}}, 243, "0,0 0,72 · 100×132"},
		{[]Frame{{W: 100, H: 50}, {W: 100, H: 60}}, 244, "0,0 144,0 · 244×60"},
		{[]Frame{{W: 100, H: 50}, {W: 400, H: 60}, {W: 20, H: 10}}, 100, "0,0 0,72 0,154 · 400×164"},
		{[]Frame{{W: 100, H: 100}, {W: 100, H: 100}, {W: 100, H: 100}, {W: 100, H: 100}}, 0, "0,0 144,0 288,0 0,122 · 388×222"},
	} {
		st.page = c.page
		var frames []*Frame
		for i := range c.sizes {
			frames = append(frames, &c.sizes[i])
		}
		w, h := pack(frames, st)
		got := ""
		for _, f := range frames {
			got += fmt.Sprintf("%d,%d ", f.X, f.Y)
		}
		if got += fmt.Sprintf("· %d×%d", w, h); got != c.want {
			t.Errorf("%v on %d: %s, want %s", c.sizes, c.page, got, c.want)
		}
	}
}

// Cables without two existing, free ports are ignored.
func TestInvalidCables(t *testing.T) {
	s := mesh(3, [2]int{0, 1})
	for _, ends := range [][2]End{
		{{"n0", "eth0"}, {"n1", "eth0"}},
		{{"n0", "eth0"}, {"n2", "eth9"}},
		{{"nobody", "eth0"}, {"n1", "eth0"}},
		{{"n1", "eth0"}, {"n1", "eth0"}},
	} {
		s.Cables = append(s.Cables, Cable{Ends: ends})
	}
	if l := arrangeSVG(s); len(l.Cables) != 1 || l.Cables[0].index != 0 {
		t.Errorf("invalid cables are drawn: %v", l.Cables)
	}
}

func TestClean(t *testing.T) {
	for text, want := range map[string]string{
		"a b": "a b", "\x1b[31m": "·[31m", "\x7f\u009f\u00a0": "··\u00a0", "\u2028\u2029": "··", "\u202ex\u2066": "·x·", "e\u0301": "e\u0301", "\t\n": "··",
	} {
		if got := clean(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestTitle(t *testing.T) {
	for _, c := range []struct {
		kind Kind
		name string
		want string
	}{
		{Host, "a", "a"}, {"", "a", "a"}, {Machine, "host", "host"}, {Machine, "box", "box (machine)"}, {Router, "r", "r (router)"}, {"pod", "p", "p (pod)"},
	} {
		if got := (&Box{Kind: c.kind, Name: c.name}).title(); got != c.want {
			t.Errorf("%s %q: %q, want %q", c.kind, c.name, got, c.want)
		}
	}
}

// Widths of Helvetica Bold (its AFM file), in thousandths. With too small an estimate
// names would exceed their boxes.
func TestSansWidth(t *testing.T) {
	for text, thousandths := range map[string]int{
		"ABCDEFGHIJKLM": 722 + 722 + 722 + 722 + 667 + 611 + 778 + 722 + 278 + 556 + 722 + 611 + 833,
		"NOPQRSTUVWXYZ": 722 + 778 + 667 + 778 + 722 + 667 + 611 + 722 + 667 + 944 + 667 + 667 + 611,
		"abcdefghijklm": 556 + 611 + 556 + 611 + 556 + 333 + 611 + 611 + 278 + 278 + 556 + 278 + 889,
		"nopqrstuvwxyz": 611 + 611 + 611 + 611 + 389 + 556 + 333 + 611 + 556 + 778 + 556 + 556 + 500,
		"0123456789":    5560, " ": 278, "-_.": 333 + 556 + 278, "~": 584, "名": 1000, "é": 700,
	} {
		// The sum of the widths is rounded up, not the width of each character.
		want := (100*thousandths*sansSize*11 + 9999) / 10000
		if got := sansWidth(strings.Repeat(text, 100)); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

// A tree omits the middle of a long list of leaves, but not boxes with further cables.
func TestTreeKeepsInnerBoxes(t *testing.T) {
	var cables [][2]int
	for i := range 20 {
		cables = append(cables, [2]int{0, 1 + i})
	}
	cables = append(cables, [2]int{15, 21})
	text := Text(mesh(22, cables...), Page{})
	for name, kept := range map[string]bool{"n10": true, "n11": false, "n15": true, "n21": true, "n19": false, "n20": true} {
		if strings.Contains(text, " "+name+"\n") != kept {
			t.Errorf("%s is kept: %t, want %t, in\n%s", name, !kept, kept, text)
		}
	}
	if !strings.Contains(text, "… 8 more") {
		t.Errorf("wrong number of left out boxes in\n%s", text)
	}
}

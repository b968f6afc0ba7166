package draw

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/words"
)

// most is how many leaves of one box a tree has before the rest is left out.
const most = 12

// A tree is a picture in words: a tree of cables that grows from the box in the
// middle. A cable between two boxes that stand in the tree already leads to a name.
type tree struct {
	Page
	out    strings.Builder
	drawn  map[*cell]bool
	cables map[*pin]bool // both ends of those that are drawn
}

func drawTree(s *Scene, page Page) string {
	g := newGraph(s, style{metrics: characters()})
	root := rootOf(g.cells)
	t := &tree{Page: page, drawn: map[*cell]bool{root: true}, cables: map[*pin]bool{}}
	t.out.WriteString(t.name(root) + "\n")
	t.branches(root, "")
	return t.out.String()
}

// rootOf returns the box that a tree grows from: the first that others would be
// drawn around.
func rootOf(cells []*cell) *cell {
	if len(cells) < 3 {
		return cells[0]
	}
	c := newCore(cells)
	depth := c.depths()
	return c.cells[slices.IndexFunc(c.cells, func(x *cell) bool { return depth[x] == 0 })]
}

func (c *cell) cables() int {
	n := 0
	for _, p := range c.pins {
		if p.peer != nil {
			n++
		}
	}
	return n
}

// name writes a box: its name stands out. Bridges with addresses are behind it.
func (t *tree) name(c *cell) string {
	rest := []string{strings.TrimPrefix(c.box.title(), c.box.Name)}
	for i := range c.box.Bars {
		if b := &c.box.Bars[i]; len(b.Addresses) > 0 {
			rest = append(rest, strings.Join(barLines(b), " "))
		}
	}
	return t.paint(clean(c.box.Name)) + clean(strings.Join(rest, ", "))
}

// branches draws the cables of a box that are not drawn yet. All that hang on the
// box are taken first, so that none of them appears deeper in the tree.
func (t *tree) branches(c *cell, indent string) {
	var list []*pin
	fresh := map[*pin]bool{}
	for _, p := range c.pins {
		if p.peer == nil || t.cables[p] {
			continue
		}
		t.cables[p], t.cables[p.peer] = true, true
		fresh[p] = !t.drawn[p.peer.cell]
		t.drawn[p.peer.cell] = true
		list = append(list, p)
	}
	list, folded := t.fold(list)
	here, there := widths(list)
	for i, p := range list {
		joint, below := "├─", "│  "
		if i == len(list)-1 {
			joint, below = "└─", "   "
		}
		if folded > 0 && i == len(list)-1 {
			fmt.Fprintf(&t.out, "%s┊  … %d more\n", indent, folded)
		}
		line := fmt.Sprintf("%s%s %s %s %s %s", indent, joint, words.Pad(branch(p.port), here), cable(p),
			words.Pad(branch(p.peer.port), there), t.name(p.peer.cell))
		if !fresh[p] {
			line += " (see there)"
		}
		t.out.WriteString(strings.TrimRight(line, " ") + "\n")
		if fresh[p] {
			t.branches(p.peer.cell, indent+below)
		}
	}
}

// fold leaves out the middle of a long list of leaves. A box with further cables
// is never left out.
func (t *tree) fold(list []*pin) (kept []*pin, folded int) {
	if len(list) <= most || t.Unfold {
		return list, 0
	}
	for i, p := range list {
		if i < most-2 || i == len(list)-1 || p.peer.cell.cables() > 1 {
			kept = append(kept, p)
		} else {
			folded++
		}
	}
	return kept, folded
}

// branch writes a port with its addresses.
func branch(p *Port) string {
	text := strings.Join(append([]string{p.Name}, p.Addresses...), " ")
	if !p.Up {
		text += " ✗"
	}
	return clean(text)
}

func cable(p *pin) string {
	if p.port.live() && p.peer.port.live() {
		return "──"
	}
	return "╌╌"
}

// widths returns the widths of the labels at the near and the far ends.
func widths(list []*pin) (here, there int) {
	for _, p := range list {
		here, there = max(here, words.Columns(branch(p.port))), max(there, words.Columns(branch(p.peer.port)))
	}
	return here, there
}

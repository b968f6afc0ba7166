package draw

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/words"
)

// maxLeaves is the largest number of leaves of one box that a tree shows.
const maxLeaves = 12

// A tree is a picture as an indented tree of cables from the central box. A cable to a
// box that is in the tree already ends with a reference to it. Boxes that only relations
// join with it have trees of their own.
type tree struct {
	Page
	out       strings.Builder
	drawn     map[*vertex]bool
	cables    map[*pin]bool       // both ends of the cables drawn
	relations map[string][]string // of each box, by its ID
}

func drawTree(s *Scene, page Page) string {
	g := newGraph(s, style{metrics: characters()})
	t := &tree{Page: page, drawn: map[*vertex]bool{}, cables: map[*pin]bool{}, relations: s.relationNotes()}
	for _, root := range append([]*vertex{rootOf(g.vertices)}, g.vertices...) {
		if t.drawn[root] {
			continue
		}
		t.drawn[root] = true
		t.out.WriteString(t.name(root) + "\n")
		t.branches(root, "")
	}
	return t.out.String()
}

// rootOf returns the root of the tree: the first of the layout's roots.
func rootOf(vertices []*vertex) *vertex {
	if len(vertices) < 3 {
		return vertices[0]
	}
	c := newCore(vertices)
	depth := c.depths()
	return c.vertices[slices.IndexFunc(c.vertices, func(x *vertex) bool { return depth[x] == 0 })]
}

func (c *vertex) cables() int {
	n := 0
	for _, p := range c.pins {
		if p.peer != nil {
			n++
		}
	}
	return n
}

// name returns the highlighted name of a box, followed by its bridges with addresses and by
// its relations.
func (t *tree) name(c *vertex) string {
	rest := []string{strings.TrimPrefix(c.box.title(), c.box.Name)}
	for i := range c.box.Bars {
		if b := &c.box.Bars[i]; len(b.Addresses) > 0 {
			rest = append(rest, strings.Join(barLines(b), " "))
		}
	}
	rest = append(rest, t.relations[c.box.ID]...)
	return t.paint(clean(c.box.Name)) + clean(strings.Join(rest, ", "))
}

// branches draws the cables of a box that are not drawn yet. All its neighbours are
// marked first, so that none of them appears deeper in the tree.
func (t *tree) branches(c *vertex, indent string) {
	var list []*pin
	first := map[*pin]bool{}
	for _, p := range c.pins {
		if p.peer == nil || t.cables[p] {
			continue
		}
		t.cables[p], t.cables[p.peer] = true, true
		first[p] = !t.drawn[p.peer.vertex]
		t.drawn[p.peer.vertex] = true
		list = append(list, p)
	}
	list, folded := t.fold(list)
	near, far := widths(list)
	for i, p := range list {
		joint, below := "├─", "│  "
		if i == len(list)-1 {
			joint, below = "└─", "   "
		}
		if folded > 0 && i == len(list)-1 {
			fmt.Fprintf(&t.out, "%s┊  … %d more\n", indent, folded)
		}
		line := fmt.Sprintf("%s%s %s %s %s %s", indent, joint, words.Pad(branch(p.port), near), cable(p),
			words.Pad(branch(p.peer.port), far), t.name(p.peer.vertex))
		if !first[p] {
			line += " (see there)"
		}
		t.out.WriteString(strings.TrimRight(line, " ") + "\n")
		if first[p] {
			t.branches(p.peer.vertex, indent+below)
		}
	}
}

// fold omits the middle of a long list of leaves, but no box with further cables.
func (t *tree) fold(list []*pin) (kept []*pin, folded int) {
	if len(list) <= maxLeaves || t.Unfold {
		return list, 0
	}
	for i, p := range list {
		if i < maxLeaves-2 || i == len(list)-1 || p.peer.vertex.cables() > 1 {
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
func widths(list []*pin) (near, far int) {
	for _, p := range list {
		near, far = max(near, words.Columns(branch(p.port))), max(far, words.Columns(branch(p.peer.port)))
	}
	return near, far
}

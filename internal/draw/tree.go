package draw

import (
	"fmt"
	"strings"
)

// most is how many leaves of one node are drawn before the rest is folded.
const most = 12

// drawTree draws a part of the lab as a tree of cables. A cable between two
// nodes that stand in the tree already leads to a name.
func drawTree(part []*node) string {
	root := part[0]
	for _, n := range part {
		if len(n.ports) > len(root.ports) {
			root = n
		}
	}
	t := &tree{drawn: map[*node]bool{root: true}, cables: map[*port]bool{}}
	t.out.WriteString(root.title + "\n")
	t.branches(root, "")
	return t.out.String()
}

// tree is a tree while it is drawn.
type tree struct {
	out    strings.Builder
	drawn  map[*node]bool
	cables map[*port]bool // both ends of those that are drawn
}

// branches draws the cables of a node that are not drawn yet. All that hang on
// the node are taken first, so that none of them appears deeper in the tree.
func (t *tree) branches(n *node, indent string) {
	var list []*port
	fresh := map[*port]bool{}
	for _, p := range n.ports {
		if t.cables[p] {
			continue
		}
		t.cables[p], t.cables[p.peer] = true, true
		fresh[p] = !t.drawn[p.peer.node]
		t.drawn[p.peer.node] = true
		list = append(list, p)
	}
	list, folded := fold(list)
	here, there := widths(list)
	for i, p := range list {
		joint, below := "├─", "│  "
		if i == len(list)-1 {
			joint, below = "└─", "   "
		}
		if folded > 0 && i == len(list)-1 {
			fmt.Fprintf(&t.out, "%s┊  … %d more\n", indent, folded)
		}
		line := fmt.Sprintf("%s%s %s %s %s %s", indent, joint, pad(label(p), here), cable(p), pad(label(p.peer), there), p.peer.node.title)
		if !fresh[p] {
			line += " (see there)"
		}
		t.out.WriteString(strings.TrimRight(line, " ") + "\n")
		if fresh[p] {
			t.branches(p.peer.node, indent+below)
		}
	}
}

// fold leaves out the middle of a long list of leaves. A node with further
// cables is never left out.
func fold(list []*port) (kept []*port, folded int) {
	if len(list) <= most {
		return list, 0
	}
	for i, p := range list {
		if i < most-2 || i == len(list)-1 || len(p.peer.node.ports) > 1 {
			kept = append(kept, p)
		} else {
			folded++
		}
	}
	return kept, folded
}

// label writes a port with its addresses.
func label(p *port) string {
	text := strings.Join(append([]string{p.name}, p.addresses...), " ")
	if !p.up {
		text += " ✗"
	}
	return text
}

func cable(p *port) string {
	if p.up && p.peer.up {
		return "──"
	}
	return "╌╌"
}

// widths returns the widths of the labels at the near and the far ends.
func widths(list []*port) (here, there int) {
	for _, p := range list {
		here, there = max(here, columns(label(p))), max(there, columns(label(p.peer)))
	}
	return here, there
}

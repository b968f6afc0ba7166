package draw

import (
	"fmt"
	"slices"
	"strings"
)

// MostUnfolded is the largest number of boxes of a Scene that [Fold] does not fold.
const MostUnfolded = 150

// minFolded is the smallest number of similar leaves that are folded.
const minFolded = 4

// Fold replaces similar leaves of one box by one box, if a Scene has more than
// [MostUnfolded] boxes. The box shows the range of names and addresses. Boxes without
// links are folded too.
func Fold(s *Scene) *Scene {
	if len(s.Boxes) <= MostUnfolded {
		return s
	}
	g := newGraph(s, style{metrics: characters()})
	groups := map[string][]*vertex{}
	var keys []string
	for _, c := range g.vertices {
		if key := c.foldKey(); key != "" {
			if groups[key] == nil {
				keys = append(keys, key)
			}
			groups[key] = append(groups[key], c)
		}
	}
	f := &folding{of: map[string]*Box{}, ports: map[End]End{}}
	for _, key := range keys {
		if group := groups[key]; len(group) >= minFolded {
			f.fold(group)
		}
	}
	return f.scene(s)
}

// foldKey returns a key that is equal for leaves of one box that differ only in names
// and addresses; "" for boxes that are never folded.
func (c *vertex) foldKey() string {
	if c.box.Kind == Machine || len(c.near) > 1 || c.loops() {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%q %q %d %q", c.box.Kind, c.box.Subtitle, len(c.box.Notes), barNames(c.box))
	for _, n := range c.near {
		fmt.Fprintf(&b, " on %d", n.index)
	}
	for _, p := range c.pins {
		fmt.Fprintf(&b, " %q %q %q %t %t %d", p.port.Name, p.port.Kind, p.port.Bar, p.port.Up, p.port.Carrier, len(p.port.Addresses))
		if p.peer != nil {
			fmt.Fprintf(&b, " to %q %t", p.peer.port.Bar, p.peer.port.Up)
		} else if p.bound != nil {
			return ""
		}
	}
	return b.String()
}

func barNames(b *Box) []string {
	var names []string
	for _, bar := range b.Bars {
		names = append(names, bar.Name)
	}
	return names
}

// A folding is the state of folding a Scene.
type folding struct {
	of    map[string]*Box // by ID: the folded box for the first of a group, nil for the others
	ports map[End]End     // the remaining port for each folded port
	count map[End]int
	names map[End]string // new names of ports on the boxes that have the leaves
}

func (f *folding) fold(group []*vertex) {
	first, last := group[0].box, group[len(group)-1].box
	b := *first
	b.Count = len(group)
	b.Name = fmt.Sprintf("×%d %s", len(group), rangeOf(first.Name, last.Name))
	b.Details = nil
	b.Ports = slices.Clone(first.Ports)
	for i := range b.Ports {
		b.Ports[i].MAC = ""
		b.Ports[i].Addresses = ranges(first.Ports[i].Addresses, last.Ports[i].Addresses)
	}
	for _, c := range group {
		f.of[c.box.ID] = nil
		for i, p := range c.pins {
			f.replace(End{c.box.ID, p.port.Name}, End{first.ID, first.Ports[i].Name})
			if p.peer != nil {
				hub := group[0].pins[i].peer
				f.replace(End{p.bound.box.ID, p.peer.port.Name}, End{hub.vertex.box.ID, hub.port.Name})
			}
		}
	}
	for i, p := range group[0].pins {
		if p.peer != nil {
			end := group[len(group)-1].pins[i].peer
			f.rename(End{p.bound.box.ID, p.peer.port.Name}, p.peer.port, end.port, len(group))
		}
	}
	f.of[first.ID] = &b
}

func (f *folding) replace(e, by End) { f.ports[e] = by }

// rename merges several ports into one.
func (f *folding) rename(e End, first, last *Port, count int) {
	if f.names == nil {
		f.names, f.count = map[End]string{}, map[End]int{}
	}
	f.names[e] = rangeOf(first.Name, last.Name)
	f.count[e] = count
}

// rangeOf returns "a … b", or a if both are equal.
func rangeOf(a, b string) string {
	if a == b {
		return a
	}
	return a + " … " + b
}

func ranges(a, b []string) []string {
	var list []string
	for i := range a {
		if a[i] == b[i] {
			list = append(list, a[i])
			continue
		}
		list = append(list, a[i], "… "+b[i])
	}
	return list
}

// scene returns the folded Scene.
func (f *folding) scene(s *Scene) *Scene {
	t := &Scene{Relations: s.Relations}
	for _, b := range s.Boxes {
		if by, ok := f.of[b.ID]; ok {
			if by != nil {
				t.Boxes = append(t.Boxes, *by)
			}
			continue
		}
		t.Boxes = append(t.Boxes, f.hub(b))
	}
	seen := map[[2]End]bool{}
	for _, c := range s.Cables {
		count := 0
		for i, e := range c.Ends {
			if by, ok := f.ports[e]; ok {
				e = by
			}
			if name, ok := f.names[e]; ok {
				count = f.count[e]
				e.Port = name
			}
			c.Ends[i] = e
		}
		if count > 0 {
			c.Count = count
		}
		if !seen[c.Ends] {
			seen[c.Ends] = true
			t.Cables = append(t.Cables, c)
		}
	}
	return t
}

// hub returns a box with its ports to folded leaves folded.
func (f *folding) hub(b Box) Box {
	ports := b.Ports
	b.Ports = nil
	for _, p := range ports {
		e := End{b.ID, p.Name}
		if by, ok := f.ports[e]; ok && by != e {
			continue
		}
		if name, ok := f.names[e]; ok {
			p.Name, p.MAC = name, ""
		}
		b.Ports = append(b.Ports, p)
	}
	return b
}

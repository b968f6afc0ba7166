package topo

import (
	"slices"
	"strings"
)

// A layer is an interface on a lower device: on one that its kind names, or, as a bridge,
// on a port.
type layer struct{ upper, lower *WiredInterface }

// findCycles reports interfaces of a node that are their own lower devices, over others or
// not. The kernel has no such links. What closes a cycle is taken out of the wiring.
func (c *checker) findCycles(n *WiredNode) {
	s := layerSearch{checker: c, done: make(map[*WiredInterface]bool)}
	for _, i := range n.Interfaces {
		s.visit(i)
	}
}

// A layerSearch is a depth-first search from upper to lower devices.
type layerSearch struct {
	*checker
	done map[*WiredInterface]bool // false: on the path
	path []*WiredInterface
}

func (s *layerSearch) visit(i *WiredInterface) {
	if _, seen := s.done[i]; seen {
		return
	}
	s.done[i] = false
	s.path = append(s.path, i)
	i.Lower = slices.DeleteFunc(i.Lower, func(lower *WiredInterface) bool { return s.closesCycle(i, lower) })
	i.Ports = slices.DeleteFunc(i.Ports, func(port *WiredInterface) bool {
		closes := s.closesCycle(i, port)
		if closes {
			port.Master = nil
		}
		return closes
	})
	s.path = s.path[:len(s.path)-1]
	s.done[i] = true
}

// closesCycle visits a lower device, or reports that it is on the path.
func (s *layerSearch) closesCycle(i, lower *WiredInterface) bool {
	if done, seen := s.done[lower]; !seen || done {
		s.visit(lower)
		return false
	}
	var names []string
	for _, on := range append(s.path[slices.Index(s.path, lower):], lower) {
		names = append(names, on.Name)
	}
	if most := 6; len(names) > most {
		names = slices.Concat(names[:most/2], []string{"…"}, names[len(names)-most/2:])
	}
	s.fail(i.Pos, s.layers[layer{i, lower}], "", "interface %s is its own lower device: %s", lower, strings.Join(names, " on "))
	return true
}

package topo

import (
	"fmt"
	"slices"
	"strings"
)

// A layer is an interface on a lower device: on one that its kind names, or, as a bridge,
// on a port.
type layer struct{ upper, lower *WiredInterface }

// lowerDevice returns where the interface is that an option of a node's interface names:
// "eth0" in the same node, or "other:eth0".
func lowerDevice(node, name string) Endpoint {
	if e, ok := parseEndpoint(name); ok && e.Interface != "" {
		return e
	}
	return Endpoint{Node: node, Interface: name}
}

// stack makes an interface the lower device of another one. [checker.layersFit] reports
// whether it can be that.
func (c *checker) stack(upper, lower *WiredInterface, place string) {
	upper.Lower = append(upper.Lower, lower)
	lower.Uppers = append(lower.Uppers, upper)
	c.layers[layer{upper, lower}] = place
}

// missingLower reports a lower device that is not in the wiring.
func (c *checker) missingLower(i *WiredInterface, e Endpoint, place string) {
	switch {
	case e.Interface == Loopback && (c.wiring.Node(e.Node) != nil):
		c.loopbackBelow(i, e, place)
		return
	case c.wiring.Node(e.Node) == nil:
		if hint := c.hint(e.Node, c.nodeNames); !c.mayBeNode(e.Node, hint) {
			c.fail(i.Pos, place, hint, "unknown node %q", e.Node)
		}
		return
	}
	if hint, missing := c.missing(e.Node, e.Interface); missing {
		c.fail(i.Pos, place, hint, "no link uses interface %q of node %s", e.Interface, e.Node)
	}
}

func (c *checker) loopbackBelow(i *WiredInterface, lower fmt.Stringer, place string) {
	c.fail(i.Pos, place, "", "%s can't be the lower device of %s", lower, withArticle(i.Kind))
}

// layersFit reports lower devices that can't be that of an interface, and takes them out of
// the wiring.
func (c *checker) layersFit(i *WiredInterface) {
	i.Lower = slices.DeleteFunc(i.Lower, func(lower *WiredInterface) bool {
		place := c.layers[layer{i, lower}]
		var refused *fault
		if reject := i.Kind.traits().rejectLower; reject != nil {
			refused = reject(i, lower)
		}
		switch {
		case lower.IsLoopback():
			c.loopbackBelow(i, lower, place)
		case refused != nil:
			c.fail(i.Pos, place, refused.hint, "%s", refused.msg)
		case i.Kind.traits().rxHandler && !c.rxHandlerFree(i, lower, place):
		default:
			return false
		}
		lower.Uppers = slices.DeleteFunc(lower.Uppers, func(u *WiredInterface) bool { return u == i })
		return true
	})
}

// rxHandlerFree reports whether nothing else takes what a lower device receives.
func (c *checker) rxHandlerFree(i, lower *WiredInterface, place string) bool {
	if lower.Master != nil {
		c.fail(i.Pos, place, fmt.Sprintf("did you mean %q, its bridge?", lower.Master.Name),
			"%s is a port of %s and can't be the lower device of %s", lower, lower.Master.Name, withArticle(i.Kind))
		return false
	}
	for _, upper := range lower.Uppers {
		if upper.Kind.traits().rxHandler && upper.Kind.Word() != i.Kind.Word() {
			c.fail(i.Pos, place, "", "%s is the lower device of %s, %s, and can't be that of %s too",
				lower, upper, withArticle(upper.Kind), withArticle(i.Kind))
			return false
		}
	}
	return true
}

// findCycles reports interfaces that are their own lower devices, over others or not, and
// those on too many others. The kernel has no such links. What closes a cycle is taken out
// of the wiring.
func (c *checker) findCycles() {
	s := layerSearch{checker: c, heights: make(map[*WiredInterface]int)}
	for _, n := range c.wiring.Nodes {
		for _, i := range n.Interfaces {
			s.visit(i)
		}
	}
}

// maxHeight is the kernel's limit of devices on one another, with the lowest
// (MAX_NEST_DEV).
const maxHeight = 8

// A layerSearch is a depth-first search from upper to lower devices.
type layerSearch struct {
	*checker
	heights map[*WiredInterface]int // with the device itself; 0: on the path
	path    []*WiredInterface
}

func (s *layerSearch) visit(i *WiredInterface) {
	if _, seen := s.heights[i]; seen {
		return
	}
	s.heights[i] = 0
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
	s.measure(i)
}

// measure finds the height of an interface, and reports it if it is the first above the limit.
func (s *layerSearch) measure(i *WiredInterface) {
	height, place := 1, ""
	for _, lower := range slices.Concat(i.Lower, i.Ports) {
		if h := s.heights[lower] + 1; h > height {
			height, place = h, s.layers[layer{i, lower}]
		}
	}
	s.heights[i] = height
	if height == maxHeight+1 {
		s.fail(i.Pos, place, "", "%s is on %d devices on one another, the kernel's limit is %d", i, maxHeight, maxHeight-1)
	}
}

// closesCycle visits a lower device, or reports that it is on the path.
func (s *layerSearch) closesCycle(i, lower *WiredInterface) bool {
	if height, seen := s.heights[lower]; !seen || height > 0 {
		s.visit(lower)
		return false
	}
	cycle := slices.Concat(s.path[slices.Index(s.path, lower):], []*WiredInterface{lower})
	s.fail(i.Pos, s.layers[layer{i, lower}], "", "interface %s is its own lower device: %s", lower, pathText(cycle))
	return true
}

// pathText names interfaces from upper to lower, the first and the last ones of many, with
// their nodes if these differ.
func pathText(path []*WiredInterface) string {
	names := make([]string, len(path))
	for k, i := range path {
		names[k] = i.Name
		if slices.ContainsFunc(path, func(o *WiredInterface) bool { return o.Node != i.Node }) {
			names[k] = i.String()
		}
	}
	if most := 6; len(names) > most {
		names = slices.Concat(names[:most/2], []string{"…"}, names[len(names)-most/2:])
	}
	return strings.Join(names, " on ")
}

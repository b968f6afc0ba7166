package draw

import "slices"

// A core is a connected part of the scene without its leaves.
type core struct {
	vertices []*vertex
	in       map[*vertex]bool
	leaves   map[*vertex][]*vertex // by the box that they are joined to
}

func newCore(vertices []*vertex) *core {
	c := &core{in: map[*vertex]bool{}, leaves: map[*vertex][]*vertex{}}
	for _, x := range vertices {
		if len(x.near) == 1 && len(vertices) > 2 && !x.loops() {
			c.leaves[x.near[0]] = append(c.leaves[x.near[0]], x)
			continue
		}
		c.in[x] = true
		c.vertices = append(c.vertices, x)
	}
	return c
}

// near returns the neighbours of a box that belong to the core.
func (c *core) near(x *vertex) []*vertex {
	return slices.DeleteFunc(slices.Clone(x.near), func(n *vertex) bool { return !c.in[n] })
}

// depths returns the distance of each box of the core from the nearest root, in links.
func (c *core) depths() map[*vertex]int {
	edges := 0
	for _, x := range c.vertices {
		edges += len(c.near(x))
	}
	if edges/2 == len(c.vertices)-1 {
		return c.from(c.centre())
	}
	top := c.farthest()
	if depth := c.from(top...); len(top) < len(c.vertices) && c.crosswise(depth) == 0 {
		return depth
	}
	return c.from(c.busiest(top))
}

// from returns the distance of each box from the nearest of some, in links.
func (c *core) from(roots ...*vertex) map[*vertex]int {
	depth := map[*vertex]int{}
	queue := slices.Clone(roots)
	for _, r := range roots {
		depth[r] = 0
	}
	for i := 0; i < len(queue); i++ {
		for _, n := range c.near(queue[i]) {
			if _, ok := depth[n]; !ok {
				depth[n] = depth[queue[i]] + 1
				queue = append(queue, n)
			}
		}
	}
	return depth
}

// crosswise counts the ends of links between boxes of one layer.
func (c *core) crosswise(depth map[*vertex]int) int {
	count := 0
	for _, x := range c.vertices {
		for _, n := range c.near(x) {
			if depth[x] == depth[n] {
				count++
			}
		}
	}
	return count
}

// farthest returns the boxes that are farthest from all boxes with leaves: the
// spines of a network of spines and leaves.
func (c *core) farthest() []*vertex {
	var hubs []*vertex
	for _, x := range c.vertices {
		if len(c.leaves[x]) > 0 {
			hubs = append(hubs, x)
		}
	}
	depth := c.from(hubs...)
	most := 0
	for _, d := range depth {
		most = max(most, d)
	}
	return slices.DeleteFunc(slices.Clone(c.vertices), func(x *vertex) bool { return depth[x] < most })
}

// busiest returns the first of some boxes with the most neighbours in the core.
func (c *core) busiest(of []*vertex) *vertex {
	return slices.MaxFunc(of, func(a, b *vertex) int { return len(c.near(a)) - len(c.near(b)) })
}

// centre returns the centre of a tree: what remains after its leaves are removed
// repeatedly.
func (c *core) centre() *vertex {
	degree := map[*vertex]int{}
	var outer []*vertex
	for _, x := range c.vertices {
		if degree[x] = len(c.near(x)); degree[x] <= 1 {
			outer = append(outer, x)
		}
	}
	for left := len(c.vertices); left > 2; {
		var inner []*vertex
		left -= len(outer)
		for _, x := range outer {
			for _, n := range c.near(x) {
				if degree[n]--; degree[n] == 1 {
					inner = append(inner, n)
				}
			}
			degree[x] = 0
		}
		outer = inner
	}
	slices.SortFunc(outer, func(a, b *vertex) int { return a.index - b.index })
	return c.busiest(outer)
}

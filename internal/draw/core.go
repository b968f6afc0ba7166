package draw

import "slices"

// A core is a connected part of the scene without its leaves.
type core struct {
	cells  []*cell
	in     map[*cell]bool
	leaves map[*cell][]*cell // by the box that they are joined to
}

func newCore(cells []*cell) *core {
	c := &core{in: map[*cell]bool{}, leaves: map[*cell][]*cell{}}
	for _, x := range cells {
		if len(x.near) == 1 && len(cells) > 2 && !x.loops() {
			c.leaves[x.near[0]] = append(c.leaves[x.near[0]], x)
			continue
		}
		c.in[x] = true
		c.cells = append(c.cells, x)
	}
	return c
}

// near returns the neighbours of a box that belong to the core.
func (c *core) near(x *cell) []*cell {
	return slices.DeleteFunc(slices.Clone(x.near), func(n *cell) bool { return !c.in[n] })
}

// depths returns the distance of each box of the core from the nearest root, in links.
func (c *core) depths() map[*cell]int {
	edges := 0
	for _, x := range c.cells {
		edges += len(c.near(x))
	}
	if edges/2 == len(c.cells)-1 {
		return c.from(c.centre())
	}
	top := c.farthest()
	if depth := c.from(top...); len(top) < len(c.cells) && c.crosswise(depth) == 0 {
		return depth
	}
	return c.from(c.busiest(top))
}

// from returns the distance of each box from the nearest of some, in links.
func (c *core) from(roots ...*cell) map[*cell]int {
	depth := map[*cell]int{}
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
func (c *core) crosswise(depth map[*cell]int) int {
	count := 0
	for _, x := range c.cells {
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
func (c *core) farthest() []*cell {
	var hubs []*cell
	for _, x := range c.cells {
		if len(c.leaves[x]) > 0 {
			hubs = append(hubs, x)
		}
	}
	depth := c.from(hubs...)
	most := 0
	for _, d := range depth {
		most = max(most, d)
	}
	return slices.DeleteFunc(slices.Clone(c.cells), func(x *cell) bool { return depth[x] < most })
}

// busiest returns the first of some boxes with the most neighbours in the core.
func (c *core) busiest(of []*cell) *cell {
	return slices.MaxFunc(of, func(a, b *cell) int { return len(c.near(a)) - len(c.near(b)) })
}

// centre returns the centre of a tree: what remains after its leaves are removed
// repeatedly.
func (c *core) centre() *cell {
	degree := map[*cell]int{}
	var outer []*cell
	for _, x := range c.cells {
		if degree[x] = len(c.near(x)); degree[x] <= 1 {
			outer = append(outer, x)
		}
	}
	for left := len(c.cells); left > 2; {
		var inner []*cell
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
	slices.SortFunc(outer, func(a, b *cell) int { return a.index - b.index })
	return c.busiest(outer)
}

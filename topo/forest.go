package topo

// A forest joins elements into groups (union-find): each maps to another one of its
// group, up to the root, which represents the group.
type forest[K comparable] map[K]K

// find returns the root of the group of x.
func (f forest[K]) find(x K) K {
	for {
		up, ok := f[x]
		if !ok || up == x {
			return x
		}
		if next, ok := f[up]; ok {
			f[x] = next // path halving
		}
		x = up
	}
}

// join merges the groups of x and y. It reports false if they are one already.
func (f forest[K]) join(x, y K) bool {
	x, y = f.find(x), f.find(y)
	f[x] = y
	return x != y
}

package topo

// A forest joins things into groups (union-find): each maps to another one of its
// group, up to one that stands for the whole group.
type forest[K comparable] map[K]K

// find returns what stands for the group of x.
func (f forest[K]) find(x K) K {
	for {
		up, ok := f[x]
		if !ok || up == x {
			return x
		}
		if next, ok := f[up]; ok {
			f[x] = next // halve the way for the next time
		}
		x = up
	}
}

// join makes one group of those of x and y. It reports false if they are one
// already.
func (f forest[K]) join(x, y K) bool {
	x, y = f.find(x), f.find(y)
	f[x] = y
	return x != y
}

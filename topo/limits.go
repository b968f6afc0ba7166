package topo

// Limits of a lab file. They are far above the largest useful lab, and such that a file
// within them is checked in seconds. A Topology that a program makes may exceed them.
const (
	MaxFile       = 4 << 20 // bytes; enough for 100,000 links
	MaxNodes      = 10_000  // listed or only named by links
	MaxLinks      = 20_000
	MaxTests      = 10_000
	MaxInterfaces = 2_000 // listed at a node
	MaxRoutes     = 5_000 // of a node
)

// tooMany reports whether a value has more entries than the limit. Then that is the only
// mistake of the file that is reported.
func (d *decoder) tooMany(v value, n, limit int, what string) bool {
	return d.tooManyAt(d.pos(v.node), n, limit, what)
}

func (d *decoder) tooManyAt(pos Pos, n, limit int, what string) bool {
	if n > limit && !d.tooLarge {
		d.fail(pos, "", "%d %s are too many (the limit is %d)", n, what, limit)
		d.tooLarge = true
	}
	return n > limit
}

// tooManyNodes is tooMany for all nodes, also those that only links name.
func (d *decoder) tooManyNodes(t *Topology) bool {
	names := make(map[string]bool, len(t.Nodes))
	for i := range t.Nodes {
		names[t.Nodes[i].Name] = true
	}
	for i := range t.Links {
		for _, e := range t.Links[i].Endpoints {
			names[e.Node] = true
		}
	}
	pos := firstPos(d.places["nodes"], t.Pos)
	if len(t.Links) > 0 && len(t.Nodes) <= MaxNodes/2 {
		pos = t.Links[0].Pos
	}
	return d.tooManyAt(pos, len(names), MaxNodes, "nodes")
}

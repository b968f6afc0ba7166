package compile

import "github.com/vethlab/vethlab/topo"

// A segment is a set of interfaces that hear each other's frames: the two ends
// of a link, or all that is plugged into switches that are linked with each
// other.
type segment struct {
	links    []*link
	switches []*node
	ifaces   []*iface  // those that may have addresses, in the order of the links
	subnets  []*subnet // those that automatic addresses come from
}

// findSegments divides the lab into segments, in the order of their first
// links. A switch without links is a segment at the end.
func (c *compiler) findSegments() {
	groups := c.groupSwitches()
	bySwitch := make(map[*node]*segment)
	of := func(group *node) *segment {
		if s := bySwitch[group]; s != nil {
			return s
		}
		s := &segment{}
		c.segments = append(c.segments, s)
		if group != nil {
			bySwitch[group] = s
		}
		return s
	}
	for _, l := range c.links {
		var group *node // nil: no switch at either end
		for _, end := range l.ends {
			if end.isPort() {
				group = groups.find(end.node)
			}
		}
		of(group).addLink(l)
	}
	for _, n := range c.nodes {
		if n.kind == topo.Switch {
			of(groups.find(n)).addSwitch(n)
		}
	}
}

func (s *segment) addLink(l *link) {
	s.links = append(s.links, l)
	for _, end := range l.ends {
		end.segment = s
		if !end.isPort() {
			s.ifaces = append(s.ifaces, end)
		}
	}
}

func (s *segment) addSwitch(n *node) {
	s.switches = append(s.switches, n)
	s.ifaces = append(s.ifaces, n.ifaces[0])
	n.ifaces[0].segment = s
}

// switchGroups is a forest in which switches that are linked with each other
// have the same root.
type switchGroups map[*node]*node

func (c *compiler) groupSwitches() switchGroups {
	g := switchGroups{}
	for _, l := range c.links {
		if l.ends[0].isPort() && l.ends[1].isPort() {
			g[g.find(l.ends[1].node)] = g.find(l.ends[0].node)
		}
	}
	return g
}

func (g switchGroups) find(n *node) *node {
	root := n
	for up := g[root]; up != nil && up != root; up = g[root] {
		root = up
	}
	if root != n {
		g[n] = root // so that the next way is short
	}
	return root
}

package compile

import "github.com/vethlab/vethlab/topo"

// A segment is a set of interfaces that hear each other's frames: the two ends
// of a link, or all that is plugged into switches that are linked with each
// other.
type segment struct {
	links    []*link
	switches []*node
	bridges  []*iface  // of switches and others
	ifaces   []*iface  // those that may have addresses, in the order of the links
	subnets  []*subnet // those that automatic addresses come from
}

// findSegments divides the lab into segments, in the order of their first
// links. A bridge without links is a segment at the end.
func (c *compiler) findSegments() {
	groups := c.groupBridges()
	byBridge := make(map[*iface]*segment)
	of := func(group *iface) *segment {
		if s := byBridge[group]; s != nil {
			return s
		}
		s := &segment{}
		c.segments = append(c.segments, s)
		if group != nil {
			byBridge[group] = s
		}
		return s
	}
	for _, l := range c.links {
		var group *iface // nil: no bridge at either end
		for _, end := range l.ends {
			if end.isPort() {
				group = groups.find(end.bridge)
			}
		}
		of(group).addLink(l)
	}
	for _, n := range c.nodes {
		for _, i := range n.ifaces {
			switch {
			case i.isBridge():
				of(groups.find(i)).addBridge(i)
			case i.isLoopback():
				i.segment = of(nil)
				i.segment.ifaces = append(i.segment.ifaces, i)
			}
		}
	}
}

func (s *segment) addLink(l *link) {
	s.links = append(s.links, l)
	for _, end := range l.ends {
		end.segment = s
		switch {
		case !end.isPort():
			s.ifaces = append(s.ifaces, end)
		case end.node.kind != topo.Switch:
			s.addBridge(end.bridge)
		}
	}
}

// addBridge adds a bridge, once: one that gets addresses by itself has its turn
// with the first of its ports.
func (s *segment) addBridge(bridge *iface) {
	if bridge.segment != nil {
		return
	}
	if bridge.node.kind == topo.Switch {
		s.switches = append(s.switches, bridge.node)
	}
	s.bridges = append(s.bridges, bridge)
	s.ifaces = append(s.ifaces, bridge)
	bridge.segment = s
}

// bridgeGroups is a forest in which bridges that are linked with each other
// have the same root.
type bridgeGroups map[*iface]*iface

func (c *compiler) groupBridges() bridgeGroups {
	g := bridgeGroups{}
	for _, l := range c.links {
		if l.ends[0].isPort() && l.ends[1].isPort() {
			g[g.find(l.ends[1].bridge)] = g.find(l.ends[0].bridge)
		}
	}
	return g
}

func (g bridgeGroups) find(i *iface) *iface {
	root := i
	for up := g[root]; up != nil && up != root; up = g[root] {
		root = up
	}
	if root != i {
		g[i] = root // so that the next way is short
	}
	return root
}

package topo

// findSegments divides the lab into segments, and reports bridges that form a loop
// and switches with too many ports. A bridge follows the first link of its ports, the
// bridge of a switch the first link of the segment.
func (c *checker) findSegments() {
	joined := c.joinBridges()
	byBridge := make(map[*WiredInterface]*WiredSegment)
	of := func(bridge *WiredInterface) *WiredSegment {
		group := joined.find(bridge)
		if bridge == nil || byBridge[group] == nil {
			s := &WiredSegment{}
			c.wiring.Segments = append(c.wiring.Segments, s)
			byBridge[group] = s
			return s
		}
		return byBridge[group]
	}
	for _, l := range c.wiring.Links {
		var bridge *WiredInterface
		for _, end := range l.Ends {
			if end.IsBridged() {
				bridge = end.Master
			}
		}
		of(bridge).addLink(l)
	}
	for _, n := range c.wiring.Nodes {
		for _, i := range n.Interfaces {
			switch {
			case i.Segment != nil:
			case i.forwards:
				of(i).addBridge(i)
			case i.IsBridged():
				i.Segment = of(i.Master)
			default:
				i.Segment = of(nil)
				i.Segment.Interfaces = append(i.Segment.Interfaces, i)
			}
		}
		c.switchPorts(n)
	}
}

func (s *WiredSegment) addLink(l *WiredLink) {
	s.Links = append(s.Links, l)
	for _, end := range l.Ends {
		end.Segment = s
		switch {
		case !end.IsBridged():
			s.Interfaces = append(s.Interfaces, end)
		case end.Node.Kind != Switch:
			s.addBridge(end.Master)
		}
	}
}

// addBridge adds a bridge unless it has a segment.
func (s *WiredSegment) addBridge(bridge *WiredInterface) {
	if bridge.Segment == nil {
		bridge.Segment = s
		s.Bridges = append(s.Bridges, bridge)
		s.Interfaces = append(s.Interfaces, bridge)
	}
}

// joinBridges returns the groups of linked bridges. A loop of bridges is a mistake,
// unless a spanning tree breaks it: frames would circulate in it forever.
func (c *checker) joinBridges() forest[*WiredInterface] {
	f := forest[*WiredInterface]{}
	for i, l := range c.wiring.Links {
		if !l.Ends[0].IsBridged() || !l.Ends[1].IsBridged() {
			continue
		}
		x, y := l.Ends[0].Master, l.Ends[1].Master
		if !f.join(x, y) && !x.Kind.traits().breaksLoops && !y.Kind.traits().breaksLoops {
			c.fail(l.Decl.Pos, linkPath(i), "remove a link of the loop, or give the bridges stp: true",
				"this link closes a loop of switches, in which frames would circulate forever")
		}
	}
	return f
}

func (c *checker) switchPorts(n *WiredNode) {
	if n.Kind != Switch {
		return
	}
	if ports := len(c.wiring.Interface(n.Name, BridgeName).Ports); ports > maxPorts {
		c.fail(n.Pos, "nodes."+n.Name, "use several switches and link them",
			"switch %s has %d links, the kernel's limit is %d", n.Name, ports, maxPorts)
	}
}

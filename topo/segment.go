package topo

// findSegments divides the lab into segments, and reports bridges that form a loop
// and switches with too many ports. A segment follows its first link, or else its first
// interface.
func (c *checker) findSegments() {
	joined := c.joinInterfaces()
	byRoot := make(map[*WiredInterface]*WiredSegment)
	of := func(i *WiredInterface) *WiredSegment {
		root := joined.find(i)
		if byRoot[root] == nil {
			byRoot[root] = &WiredSegment{}
			c.wiring.Segments = append(c.wiring.Segments, byRoot[root])
		}
		return byRoot[root]
	}
	for _, l := range c.wiring.Links {
		of(l.Ends[0]).addLink(l)
	}
	for _, n := range c.wiring.Nodes {
		for _, i := range n.Interfaces {
			switch {
			case i.Segment != nil:
			case i.forwards:
				of(i).addBridge(i)
			case i.IsBridged():
				i.Segment = of(i)
			default:
				i.Segment = of(i)
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

// joinInterfaces returns the groups of interfaces that are one segment. A loop is a mistake,
// unless a spanning tree breaks it: frames would circulate in it forever.
func (c *checker) joinInterfaces() forest[*WiredInterface] {
	f := forest[*WiredInterface]{}
	for _, n := range c.wiring.Nodes {
		for _, i := range n.Interfaces {
			if i.IsBridged() {
				f.join(i, i.Master)
			}
		}
	}
	for _, n := range c.wiring.Nodes {
		for _, i := range n.Interfaces {
			if !i.InLowerSegment() {
				continue
			}
			if lower := i.Lower[0]; !f.join(i, lower) && !i.breaksLoops() && !lower.breaksLoops() {
				c.fail(i.Pos, c.layers[layer{i, lower}], "take one of them out of its bridge, or give the bridge stp: true",
					"%s on %s closes a loop of switches, in which frames would circulate forever", i, lower.Name)
			}
		}
	}
	for i, l := range c.wiring.Links {
		if !f.join(l.Ends[0], l.Ends[1]) && !l.Ends[0].breaksLoops() && !l.Ends[1].breaksLoops() {
			c.fail(l.Decl.Pos, linkPath(i), "remove a link of the loop, or give the bridges stp: true",
				"this link closes a loop of switches, in which frames would circulate forever")
		}
	}
	return f
}

// breaksLoops reports whether the interface is a port of a bridge with a spanning tree, or
// such a bridge.
func (i *WiredInterface) breaksLoops() bool {
	return i.Kind.traits().breaksLoops || i.IsBridged() && i.Master.Kind.traits().breaksLoops
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

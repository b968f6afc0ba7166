package topo

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

// wire finds the interfaces of all nodes, their names, their ports and their lower devices.
func (c *checker) wire() {
	for i := range c.t.Nodes {
		c.addNode(&c.t.Nodes[i], c.t.Nodes[i].Pos)
	}
	for _, l := range c.t.Links {
		for _, e := range l.Endpoints {
			c.addNode(&Node{Name: e.Node}, firstPos(e.Pos, l.Pos))
		}
	}
	for _, n := range c.wiring.Nodes {
		c.addOwn(n)
	}
	for i := range c.t.Links {
		c.addLink(i)
	}
	for _, n := range c.wiring.Nodes {
		slices.SortStableFunc(n.Interfaces, func(a, b *WiredInterface) int { return cmp.Compare(a.rank(), b.rank()) })
	}
	for _, n := range c.wiring.Nodes {
		c.findPorts(n)
	}
	for _, n := range c.wiring.Nodes {
		for _, i := range n.Interfaces {
			c.layersFit(i)
		}
	}
	c.findCycles()
}

// rank orders the interfaces of a node; see WiredNode.
func (i *WiredInterface) rank() int {
	switch {
	case i.IsLoopback():
		return 3
	case i.Link != nil:
		return 1
	case i.forwards:
		return 0
	}
	return 2
}

// addNode adds a node unless the wiring has one of that name.
func (c *checker) addNode(decl *Node, pos Pos) {
	if c.wiring.nodes[decl.Name] != nil {
		return
	}
	n := &WiredNode{Number: len(c.wiring.Nodes), Name: decl.Name, Kind: cmp.Or(decl.Kind, Host), Decl: decl, Pos: pos}
	c.wiring.Nodes = append(c.wiring.Nodes, n)
	c.wiring.nodes[n.Name] = n
}

// addOwn adds the interfaces of a node that are not ends of links.
func (c *checker) addOwn(n *WiredNode) {
	if n.Kind == Switch {
		i := &WiredInterface{Name: BridgeName, Kind: switchBridge(), Pos: n.Pos}
		if d := n.Decl.Interfaces.named(BridgeName); d != nil && d.Kind != nil {
			i.Kind = d.Kind
		}
		c.addInterface(n, i)
	}
	for k := range n.Decl.Interfaces {
		d := &n.Decl.Interfaces[k]
		i := &WiredInterface{Name: d.Name, Kind: d.Kind, Pos: firstPos(d.Pos, n.Pos)}
		if d.Name == Loopback {
			i.Kind = kindOfLoopback()
		}
		if i.Kind != nil && misplaced(n.Decl, d) == nil && c.wiring.Interface(n.Name, d.Name) == nil {
			c.addInterface(n, i)
		}
	}
}

// addLink adds the two ends of a link. An unnamed end gets the next of eth0, eth1 …
// that no other interface of the node has. In the host namespace it stays "".
func (c *checker) addLink(number int) {
	decl := &c.t.Links[number]
	l := &WiredLink{Decl: decl, number: number}
	for side, e := range decl.Endpoints {
		n := c.wiring.Node(e.Node)
		i := &WiredInterface{Name: e.Interface, Kind: kindOfLinkEnd(), Link: l, Pos: firstPos(e.Pos, decl.Pos)}
		for i.Name == "" && !n.IsHost() {
			name := "eth" + strconv.Itoa(n.unnamed)
			n.unnamed++
			if !c.namedByLinks[Endpoint{Node: n.Name, Interface: name}] && c.wiring.Interface(n.Name, name) == nil {
				i.Name = name
			}
		}
		l.Ends[side] = i
		c.addInterface(n, i)
	}
	c.wiring.Links = append(c.wiring.Links, l)
}

// addInterface adds an interface to its node, and reports a duplicate name.
func (c *checker) addInterface(n *WiredNode, i *WiredInterface) {
	i.Node, i.forwards = n, i.Kind.traits().forwards
	if i.Decl = n.Decl.Interfaces.named(i.Name); i.Decl == nil {
		i.Decl = &Interface{Name: i.Name}
	}
	n.Interfaces = append(n.Interfaces, i)
	first := c.wiring.Interface(n.Name, i.Name)
	if first == nil && i.Name != "" {
		c.wiring.named[Endpoint{Node: n.Name, Interface: i.Name}] = i
	}
	if first == nil || i.Link == nil || i.IsLoopback() || n.Kind == Switch && i.Name == BridgeName { // endpoint reports it
		return
	}
	side := slices.Index(i.Link.Ends[:], i)
	path := endpointPath(linkPath(i.Link.number), side)
	if first.Link != nil {
		c.fail(i.Pos, path, "", "interface %s is already used by %s%s", i, linkPath(first.Link.number), inLine(first.Pos))
		return
	}
	c.fail(i.Pos, path, "", "interface %s is %s%s, not the end of a link", i, withArticle(first.Kind), inLine(first.Pos))
}

// named returns the interface of that name, or nil.
func (is Interfaces) named(name string) *Interface {
	for i := range is {
		if is[i].Name == name {
			return &is[i]
		}
	}
	return nil
}

// findPorts finds the ports of a node's interfaces, for a switch the ends of all
// links, otherwise those that the file names; and their lower devices.
func (c *checker) findPorts(n *WiredNode) {
	for _, i := range n.Interfaces {
		if n.Kind == Switch && i.Link != nil {
			i.Master = c.wiring.Interface(n.Name, BridgeName)
			i.Master.Ports = append(i.Master.Ports, i)
		}
		for _, o := range i.Kind.traits().options {
			if n.Kind != Switch || !o.ports {
				c.resolve(i, o)
			}
		}
	}
}

// resolve finds the interfaces that an option names.
func (c *checker) resolve(i *WiredInterface, o option) {
	path := c.optionPath(i.Node.Decl, i.Decl, i.Kind, o)
	for at, name := range o.interfaces {
		place := c.itemPath(path, at)
		e := Endpoint{Node: i.Node.Name, Interface: name}
		if !o.ports {
			e = lowerDevice(i.Node.Name, name)
		}
		other := c.wiring.Interface(e.Node, e.Interface)
		switch {
		case name == "" && c.unread.has(place):
		case other == nil && !o.ports:
			c.missingLower(i, e, place)
		case other == nil:
			if hint, missing := c.missing(e.Node, name); missing {
				c.fail(i.Pos, place, hint, "no link uses interface %q of node %s", name, e.Node)
			}
		case o.ports:
			c.enslave(i, other, place)
		default:
			c.stack(i, other, place)
		}
	}
}

// enslave makes an interface a port of another one, or reports why it can't.
func (c *checker) enslave(master, port *WiredInterface, place string) {
	var refused *fault
	if reject := master.Kind.traits().rejectPort; reject != nil {
		refused = reject(port)
	}
	switch {
	case port.IsLoopback():
		c.fail(master.Pos, place, "", "%s can't be the port of %s", port, withArticle(master.Kind))
	case refused != nil:
		c.fail(master.Pos, place, refused.hint, "%s", refused.msg)
	case port.Master != nil:
		c.fail(master.Pos, place, "", "interface %s is a port of %s already", port, port.Master.Name)
	default:
		port.Master = master
		master.Ports = append(master.Ports, port)
		c.layers[layer{master, port}] = place
	}
}

// interfaceNames returns the names of a node's interfaces; nil for an unknown node.
func (w *Wiring) interfaceNames(node string) []string {
	var names []string
	if n := w.nodes[node]; n != nil {
		for _, i := range n.Interfaces {
			names = append(names, i.Name)
		}
	}
	return names
}

func endpointPath(link string, side int) string { return fmt.Sprintf("%s.endpoints[%d]", link, side) }

func linkPath(i int) string { return fmt.Sprintf("links[%d]", i) }

package topo

import (
	"fmt"
	"slices"
)

// maxPorts is how many ports a bridge of the kernel holds (BR_MAX_PORTS less one).
const maxPorts = 1023

// A plug is an interface that exists: the end of a link or, with link -1, a
// bridge or lo.
type plug struct {
	node, name string
	link, side int
	decl       *Interface // nil if the file says nothing about it
	bridge     *plug      // the bridge that it is a port of, or nil
	pos        Pos
	path       string
}

func (p *plug) isLoopback() bool { return p.link < 0 && p.name == Loopback }

func (p *plug) isBridge() bool { return p.link < 0 && p.name != Loopback }

func (p *plug) String() string { return Endpoint{Node: p.node, Interface: p.name}.String() }

func endpointPath(link string, side int) string { return fmt.Sprintf("%s.endpoints[%d]", link, side) }

func linkPath(i int) string { return fmt.Sprintf("links[%d]", i) }

// plugIn finds all interfaces of all nodes.
func (c *checker) plugIn() {
	for i := range c.t.Nodes {
		c.plugBridges(&c.t.Nodes[i])
	}
	names := c.t.interfaceNames()
	for i, l := range c.t.Links {
		var ends [2]*plug
		for side, e := range l.Endpoints {
			ends[side] = &plug{
				node: e.Node, name: names[i][side], link: i, side: side,
				pos: firstPos(e.Pos, l.Pos), path: endpointPath(linkPath(i), side),
			}
			c.plug(ends[side])
		}
		c.byLink[i] = ends
	}
}

func (c *checker) plug(p *plug) {
	n, first := c.nodes[p.node], c.plugAt(p.node, p.name)
	switch {
	case first != nil && !first.isBridge():
		c.fail(p.pos, p.path, "", "interface %s is already used by links[%d]%s", p, first.link, inLine(first.pos))
	case first != nil && n.Kind != Switch: // that of a switch is told of elsewhere
		c.fail(p.pos, p.path, "", "interface %s is a bridge%s, not the end of a link", p, inLine(first.pos))
	case first == nil && p.name != "":
		c.named[Endpoint{Node: p.node, Interface: p.name}] = p
	}
	if n != nil {
		for i := range n.Interfaces {
			if n.Interfaces[i].Name == p.name {
				p.decl = &n.Interfaces[i]
			}
		}
	}
	c.plugs[p.node] = append(c.plugs[p.node], p)
}

// plugBridges finds the bridges of a node, and lo if the file has more to say of
// it.
func (c *checker) plugBridges(n *Node) {
	if n.Kind == Switch {
		c.plug(&plug{node: n.Name, name: BridgeName, link: -1, pos: n.Pos, path: "nodes." + n.Name})
	}
	for i := range n.Interfaces {
		d := &n.Interfaces[i]
		if (d.Name == Loopback || d.Bridge != nil && n.Kind != Switch) && c.plugAt(n.Name, d.Name) == nil {
			c.plug(&plug{node: n.Name, name: d.Name, link: -1, pos: d.Pos, path: interfacePath(n, d)})
		}
	}
}

// plugAt returns the interface of that name, or nil.
func (c *checker) plugAt(node, name string) *plug {
	return c.named[Endpoint{Node: node, Interface: name}]
}

// inLine returns where else to look.
func inLine(p Pos) string {
	if !p.IsValid() {
		return ""
	}
	return fmt.Sprintf(" in line %d", p.Line)
}

func firstPos(ps ...Pos) Pos {
	for _, p := range ps {
		if p.IsValid() {
			return p
		}
	}
	return Pos{}
}

// link checks a link by itself.
func (c *checker) link(i int) {
	l := c.t.Links[i]
	c.mtu(l.MTU, l.Pos, linkPath(i)+".mtu")
	c.subnets(l.Subnet, l.Pos, linkPath(i)+".subnet")
	for side, e := range l.Endpoints {
		if e.Node == "" && c.partial {
			return
		}
		c.endpoint(e, firstPos(e.Pos, l.Pos), endpointPath(linkPath(i), side))
	}
	switch x, y := l.Endpoints[0], l.Endpoints[1]; {
	case x.Node == HostNode && y.Node == HostNode:
		c.fail(l.Pos, linkPath(i), "put one of them into a node", "both ends of the link are on the machine itself")
	case x.Node == y.Node && (x.Interface == "" || y.Interface == ""):
		c.fail(l.Pos, linkPath(i), "name both its interfaces if that is meant", "the link joins node %q with itself", x.Node)
	}
}

func (c *checker) endpoint(e Endpoint, pos Pos, path string) {
	if fault := nameFault(e.Node); fault != "" && c.nodes[e.Node] == nil {
		c.fail(pos, path, "", "the node's name %q %s", e.Node, fault)
	} else if e.Node == AllNodes && c.nodes[e.Node] == nil {
		c.fail(pos, path, "", "%q stands for all nodes and can't be a node's name", e.Node)
	}
	n := c.nodes[e.Node]
	if e.Interface == "" {
		return
	}
	if fault := interfaceFault(e.Interface); fault != "" {
		c.fail(pos, path, "", "the interface's name %q %s", e.Interface, fault)
	}
	if n != nil && n.Kind == Switch && e.Interface == BridgeName {
		c.fail(pos, path, "name the port otherwise, or leave its name out",
			"%s is the bridge of switch %s, not one of its ports", BridgeName, n.Name)
	}
}

// typos reports nodes that only one link names and that are spelled almost
// like a declared one. Any other undeclared node is a host.
func (c *checker) typos() {
	for i, l := range c.t.Links {
		for side, e := range l.Endpoints {
			if c.nodes[e.Node] != nil || e.Node == HostNode || len(c.plugs[e.Node]) > 1 || len(e.Node) < 4 {
				continue
			}
			j := slices.IndexFunc(c.t.Nodes, func(n Node) bool { return misspelt(e.Node, n.Name) })
			if j < 0 {
				continue
			}
			c.fail(firstPos(e.Pos, l.Pos), endpointPath(linkPath(i), side),
				fmt.Sprintf("did you mean %q? (declare it under nodes if it is meant)", c.t.Nodes[j].Name),
				"link names node %q, which is not there", e.Node)
		}
	}
}

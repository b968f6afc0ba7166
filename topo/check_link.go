package topo

import "fmt"

// inLine returns " in line N", or "" for an unknown position.
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

// link checks the i-th link without regard to others.
func (c *checker) link(i int) {
	l := c.t.Links[i]
	c.mtu(l.MTU, l.Pos, linkPath(i)+".mtu")
	c.subnets(l.Subnet, l.Pos, linkPath(i)+".subnet")
	for side, e := range l.Endpoints {
		if isUnknown(e.Node) {
			continue
		}
		c.endpoint(e, firstPos(e.Pos, l.Pos), endpointPath(linkPath(i), side))
	}
	switch x, y := l.Endpoints[0], l.Endpoints[1]; {
	case x.Node == HostNode && y.Node == HostNode:
		c.fail(l.Pos, linkPath(i), "move one of them to a node", "both ends of the link are in the host namespace")
	case x.Node == y.Node && (x.Interface == "" || y.Interface == ""):
		c.fail(l.Pos, linkPath(i), "name both interfaces for a link within a node", "the link joins node %q with itself", x.Node)
	}
}

func (c *checker) endpoint(e Endpoint, pos Pos, path string) {
	if fault := nodeFault(e.Node); fault != "" && c.nodes[e.Node] == nil {
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
		c.fail(pos, path, "give the port another name, or leave it out",
			"%s is the bridge of switch %s, not one of its ports", BridgeName, n.Name)
	}
}

// typos reports nodes that only one link names and that are spelled almost
// like a declared one. Any other undeclared node is a host.
func (c *checker) typos() {
	known := newSpellings(c.t.Nodes)
	for i, l := range c.t.Links {
		for side, e := range l.Endpoints {
			if c.nodes[e.Node] != nil || e.Node == HostNode || isUnknown(e.Node) || len(c.wiring.Node(e.Node).Interfaces) > 1 || len(e.Node) < 4 {
				continue
			}
			j := known.find(e.Node)
			if j < 0 {
				continue
			}
			c.fail(firstPos(e.Pos, l.Pos), endpointPath(linkPath(i), side),
				fmt.Sprintf("did you mean %q? (otherwise list %q under nodes)", c.t.Nodes[j].Name, e.Node),
				"link names unknown node %q", e.Node)
		}
	}
}

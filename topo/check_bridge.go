package topo

import "time"

// plugPorts finds the bridge of each interface that is a port of one.
func (c *checker) plugPorts() {
	for i := range c.t.Nodes {
		n := &c.t.Nodes[i]
		for _, bridge := range c.plugs[n.Name] {
			switch {
			case !bridge.isBridge():
			case n.Kind == Switch:
				for _, p := range c.plugs[n.Name] {
					if p.link >= 0 {
						p.bridge = bridge
					}
				}
			case bridge.decl != nil:
				c.plugInto(n, bridge)
			}
		}
	}
}

// plugInto makes interfaces the ports of a bridge that names them.
func (c *checker) plugInto(n *Node, bridge *plug) {
	path := interfacePath(n, bridge.decl) + ".bridge"
	for i, name := range bridge.decl.Bridge {
		place := c.itemPath(path, i)
		p := c.plugAt(n.Name, name)
		switch {
		case c.partial && p == nil:
		case p == nil:
			c.fail(bridge.pos, place, didYouMean(name, c.interfacesOf(n.Name)), "no link uses interface %q of node %s", name, n.Name)
		case p.isLoopback():
			c.fail(bridge.pos, place, "", "%s can't be the port of a bridge", p)
		case p.isBridge():
			c.fail(bridge.pos, place, "join them by a link with both its ends in "+n.Name, "%s is a bridge and can't be the port of one", p)
		case p.bridge != nil:
			c.fail(bridge.pos, place, "", "interface %s is a port of %s already", p, p.bridge.name)
		default:
			p.bridge = bridge
		}
	}
}

// inWords returns what a bridge is called in messages.
func (p *plug) inWords(n *Node) string {
	if n.Kind == Switch {
		return "switch " + n.Name
	}
	return "bridge " + p.name
}

// owner returns the word for the node of a bridge.
func (p *plug) owner(n *Node) string {
	if n.Kind == Switch {
		return string(Switch)
	}
	return "node"
}

// Limits of the forward delay while the spanning tree protocol is on (IEEE
// 802.1D, as the kernel has them).
const (
	minForwardDelay = Duration(2 * time.Second)
	maxForwardDelay = Duration(30 * time.Second)
)

// bridge checks what is said about bridges.
func (c *checker) bridge(n *Node, d *Interface, path string) {
	isBridge := d.Bridge != nil || n.Kind == Switch && d.Name == BridgeName
	switch {
	case n.Kind == Switch && d.Bridge != nil && d.Name == BridgeName:
		c.fail(d.Pos, path+".bridge", "leave it out", "all interfaces of switch %s are ports of its %s", n.Name, BridgeName)
	case n.Kind == Switch && d.Bridge != nil:
		c.fail(d.Pos, path+".bridge", "say kind: router or host for a node with bridges and other interfaces",
			"switch %s has one bridge, which is %s", n.Name, BridgeName)
	case d.STP && !isBridge:
		c.fail(d.Pos, path+".stp", "", "interface %s is no bridge and has no spanning tree", d.Name)
	case d.ForwardDelay != 0 && !d.STP:
		c.fail(d.Pos, path+".forward_delay", "say stp: true", "forward_delay counts only where the spanning tree protocol is on")
	case d.ForwardDelay != 0 && (d.ForwardDelay < minForwardDelay || d.ForwardDelay > maxForwardDelay):
		c.fail(d.Pos, path+".forward_delay", "", "forward_delay %s is out of range, which is %s to %s",
			d.ForwardDelay, minForwardDelay, maxForwardDelay)
	}
	if ports := len(d.Bridge); ports > maxPorts {
		c.fail(d.Pos, path, "use several bridges and link them",
			"bridge %s has %d ports, but a bridge of the kernel holds %d", d.Name, ports, maxPorts)
	}
}

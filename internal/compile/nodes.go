package compile

import (
	"cmp"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// A node is one node of the lab.
type node struct {
	number int // its place in the order of nodes
	name   string
	kind   topo.Kind
	decl   *topo.Node // what the file says about it; an empty one if nothing
	pos    topo.Pos

	// Its interfaces in the order of the links; bridges first, and lo last if the
	// file has more to say of it.
	ifaces []*iface

	routes state.Routes

	given map[string]*topo.Interface // what the file says about its interfaces
}

// A link is a cable between two interfaces.
type link struct {
	decl *topo.Link
	ends [2]*iface
}

// findNodes collects the nodes: those the file describes, then those that
// only a link names.
func (c *compiler) findNodes() {
	for i := range c.topo.Nodes {
		decl := &c.topo.Nodes[i]
		c.addNode(decl, decl.Pos)
	}
	for _, l := range c.topo.Links {
		for _, e := range l.Endpoints {
			if c.byName[e.Node] == nil {
				c.addNode(&topo.Node{Name: e.Node}, e.Pos)
			}
		}
	}
}

func (c *compiler) addNode(decl *topo.Node, pos topo.Pos) {
	n := &node{number: len(c.nodes), name: decl.Name, kind: decl.Kind, decl: decl, pos: pos}
	if n.kind == "" {
		n.kind = topo.Host
	}
	n.given = make(map[string]*topo.Interface, len(decl.Interfaces))
	for i := range decl.Interfaces {
		n.given[decl.Interfaces[i].Name] = &decl.Interfaces[i]
	}
	if n.kind == topo.Switch {
		n.ifaces = append(n.ifaces, &iface{node: n, name: topo.BridgeName, pos: pos})
	}
	for _, i := range decl.Interfaces {
		if i.Bridge != nil {
			n.ifaces = append(n.ifaces, &iface{node: n, name: i.Name, pos: cmp.Or(i.Pos, pos)})
		}
	}
	c.nodes = append(c.nodes, n)
	c.byName[n.name] = n
}

// findLinks collects the links and puts an interface into a node for each end.
func (c *compiler) findLinks() {
	for i := range c.topo.Links {
		l := &link{decl: &c.topo.Links[i]}
		for side, e := range l.decl.Endpoints {
			n := c.byName[e.Node]
			l.ends[side] = &iface{node: n, name: e.Interface, link: l, pos: cmp.Or(e.Pos, l.decl.Pos)}
			n.ifaces = append(n.ifaces, l.ends[side])
		}
		c.links = append(c.links, l)
	}
	for _, n := range c.nodes {
		if lo := n.given[topo.Loopback]; lo != nil {
			n.ifaces = append(n.ifaces, &iface{node: n, name: lo.Name, pos: cmp.Or(lo.Pos, n.pos)})
		}
	}
}

func (n *node) isHostNode() bool { return n.name == topo.HostNode }

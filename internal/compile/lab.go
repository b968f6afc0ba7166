package compile

import (
	"net/netip"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// A Lab is a compiled topology.
type Lab struct {
	Name     string
	Topology *topo.Topology // as in the file
	Checked  *topo.Checked  // the check of Topology
	State    *state.State   // what the kernel shall contain

	Nodes    []Node    // those of the file, then those that only links name
	Links    []Link    // in the order of the file
	Segments []Segment // in the order of their first links
	Tests    []Test    // those of the file; without any, those that follow from the cabling

	TestNodes TestNodes // the nodes as tests know them

	pins    []Pin
	origins map[state.Endpoint]topo.Pos
	byName  map[string]int // places in Nodes
}

// A Node is one node of a lab.
type Node struct {
	Name       string
	Kind       topo.Kind // never empty
	Namespace  string    // name of the network namespace; [state.Host] for topo.HostNode
	Interfaces []string  // in the order of the links; the bridge of a switch first
}

// A Link is one cable of a lab. Both its endpoints name their interface.
type Link struct {
	Endpoints [2]topo.Endpoint
	Pos       topo.Pos
}

// A Segment is a broadcast domain: a set of interfaces that receive each other's frames.
type Segment struct {
	// Interfaces are those that may have addresses, in the order of the
	// links, the bridges of switches last. Ports of switches are not among
	// them.
	Interfaces []topo.Endpoint

	Switches []string       // names of nodes, in the order of nodes
	Subnets  []netip.Prefix // those that addresses are handed out from, IPv4 first
}

// Node returns the node of that name.
func (l *Lab) Node(name string) (Node, bool) {
	i, ok := l.byName[name]
	if !ok {
		return Node{}, false
	}
	return l.Nodes[i], true
}

// Origin returns the place in the file that a link, or with an empty Link a
// namespace, comes from. What has no place of its own has that of its namespace.
func (l *Lab) Origin(e state.Endpoint) topo.Pos {
	if pos, ok := l.origins[e]; ok {
		return pos
	}
	return l.origins[state.Endpoint{Namespace: e.Namespace}]
}

// NodeOf returns the node whose namespace has that name, "" if none has.
func (l *Lab) NodeOf(namespace string) string {
	if ns := l.State.Namespace(namespace); ns != nil {
		return ns.Mark().Node
	}
	return ""
}

// Source returns the node of a link, and the place in the file that asks for it, see
// [Lab.Origin].
func (l *Lab) Source(e state.Endpoint) (node string, pos topo.Pos) {
	return l.NodeOf(e.Namespace), l.Origin(e)
}

// lab returns what has been found, but for the tests and the description.
func (c *compiler) lab() *Lab {
	l := &Lab{
		Name:    c.topo.Name,
		State:   state.New(),
		origins: make(map[state.Endpoint]topo.Pos, len(c.nodes)+2*len(c.wiring.Links)),
		byName:  make(map[string]int, len(c.nodes)),
	}
	for i, n := range c.nodes {
		l.byName[n.Name] = i
		l.Nodes = append(l.Nodes, c.publicNode(n))
		l.State.Namespaces[c.namespace(n.WiredNode)] = c.fill(l, n)
	}
	for _, k := range c.wiring.Links {
		l.Links = append(l.Links, Link{[2]topo.Endpoint{c.ifaces[k.Ends[0]].endpoint(), c.ifaces[k.Ends[1]].endpoint()}, k.Decl.Pos})
	}
	for _, s := range c.segments {
		l.Segments = append(l.Segments, s.public())
	}
	return l
}

func (c *compiler) publicNode(n *node) Node {
	p := Node{Name: n.Name, Kind: n.Kind, Namespace: c.namespace(n.WiredNode)}
	for _, i := range n.ifaces {
		p.Interfaces = append(p.Interfaces, i.Name)
	}
	return p
}

func (i *iface) endpoint() topo.Endpoint {
	return topo.Endpoint{Node: i.Node.Name, Interface: i.Name, Pos: i.Pos}
}

func (s *segment) public() Segment {
	var p Segment
	for _, i := range s.ifaces {
		p.Interfaces = append(p.Interfaces, i.endpoint())
	}
	for _, n := range s.Switches() {
		p.Switches = append(p.Switches, n.Name)
	}
	for _, sub := range s.subnets {
		p.Subnets = append(p.Subnets, sub.prefix)
	}
	return p
}

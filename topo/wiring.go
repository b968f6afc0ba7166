package topo

import "cmp"

// A Wiring is a checked lab with all its interfaces, their names and kinds, and the
// segments that links and bridges form.
type Wiring struct {
	Nodes    []*WiredNode    // those of the file, then those that only links name
	Links    []*WiredLink    // in the order of the file
	Segments []*WiredSegment // in the order of their first links; those without links last

	nodes map[string]*WiredNode
	named map[Endpoint]*WiredInterface // by name and without a Pos
}

// A WiredNode is one node with all its interfaces.
type WiredNode struct {
	Number int // index in the nodes of the Wiring
	Name   string
	Kind   Kind  // never empty
	Decl   *Node // its entry in the file; empty, not nil, if the file has none
	Pos    Pos

	// Interfaces has the bridges first, in the order of the file, then the ends
	// of links in the order of the links, then all others, and last lo if the
	// file has addresses for it.
	Interfaces []*WiredInterface

	unnamed int // N of the next ethN
}

// A WiredInterface is one interface of a node.
type WiredInterface struct {
	Node *WiredNode

	// Name is empty only for an unnamed end of a link in the host namespace: package
	// compile chooses a name that is unique on the machine.
	Name string

	Kind LinkKind   // never nil; its Word is "veth" for the end of a link, "loopback" for lo
	Decl *Interface // its entry in the file; empty, not nil, if the file has none

	Link    *WiredLink      // that it is an end of, or nil
	Master  *WiredInterface // the interface that it is a port of, or nil
	Ports   []*WiredInterface
	Lower   []*WiredInterface // its lower devices, also in other nodes, without cycles; the first is that of IFLA_LINK
	Uppers  []*WiredInterface // those that it is a lower device of
	Segment *WiredSegment
	Pos     Pos

	forwards bool // frames between its ports
}

// A WiredLink is a link between two interfaces.
type WiredLink struct {
	Decl *Link
	Ends [2]*WiredInterface

	number int // index in the links of the file
}

// A WiredSegment is a broadcast domain: the two ends of a link, or all interfaces
// joined by bridges and by links between them.
type WiredSegment struct {
	Links      []*WiredLink
	Interfaces []*WiredInterface // those that may have addresses: all but ports of bridges
	Bridges    []*WiredInterface // also in Interfaces
}

// Wiring checks the lab, as [Topology.Validate] does, and returns its wiring. Each
// call returns a new one, with pointers into t.
func (t *Topology) Wiring() (*Wiring, error) {
	c := t.Check()
	if err := c.Err(); err != nil {
		return nil, err
	}
	return c.wiring, nil
}

// Node returns the node of that name, or nil.
func (w *Wiring) Node(name string) *WiredNode { return w.nodes[name] }

// Interface returns the interface of that name, or nil.
func (w *Wiring) Interface(node, name string) *WiredInterface {
	return w.named[Endpoint{Node: node, Interface: name}]
}

// Switches returns the nodes of kind [Switch] in the segment.
func (s *WiredSegment) Switches() []*WiredNode {
	var switches []*WiredNode
	for _, b := range s.Bridges {
		if b.Node.Kind == Switch {
			switches = append(switches, b.Node)
		}
	}
	return switches
}

// IsHost reports whether the node is the host namespace.
func (n *WiredNode) IsHost() bool { return n.Name == HostNode }

// IsLoopback reports whether the interface is lo.
func (i *WiredInterface) IsLoopback() bool { return i.Name == Loopback }

// IsBridged reports whether the interface is a port of a bridge. Addresses then belong
// to the bridge.
func (i *WiredInterface) IsBridged() bool { return i.Master != nil && i.Master.forwards }

// InLowerSegment reports whether the interface is in its segment by its lower device.
func (i *WiredInterface) InLowerSegment() bool {
	return i.Kind.traits().inLowerSegment && len(i.Lower) > 0
}

// HasMAC reports whether the interface has a MAC of its own, which a file can set.
func (i *WiredInterface) HasMAC() bool { return i.Decl.HasMAC() && !i.Kind.traits().noMAC }

// Peer returns the other end of the link, or nil.
func (i *WiredInterface) Peer() *WiredInterface {
	switch {
	case i.Link == nil:
		return nil
	case i.Link.Ends[0] == i:
		return i.Link.Ends[1]
	}
	return i.Link.Ends[0]
}

// String returns node:interface.
func (i *WiredInterface) String() string {
	return Endpoint{Node: i.Node.Name, Interface: i.Name}.String()
}

// linkEnd is the kind of the end of a link, and loopback that of lo. A file cannot
// name these kinds.
type (
	linkEnd  struct{}
	loopback struct{}
)

func kindOfLinkEnd() LinkKind  { return linkEnd{} }
func kindOfLoopback() LinkKind { return loopback{} }

func (linkEnd) Word() string      { return "veth" }
func (linkEnd) traits() traits    { return traits{mtu: linkMTU} }
func (k linkEnd) clone() LinkKind { return k }

func (loopback) Word() string { return "loopback" }
func (loopback) traits() traits {
	return traits{noMAC: true, mtu: func(*WiredInterface) int { return loopbackMTU }}
}
func (k loopback) clone() LinkKind { return k }

// linkMTU returns the MTU of the link of an interface, in bytes.
func linkMTU(i *WiredInterface) int { return cmp.Or(i.Link.Decl.MTU, defaultMTU) }

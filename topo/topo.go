// Package topo describes a lab: its nodes, the links between them, and the tests of
// which nodes must reach which. It has what a lab file says, and nothing more: what the
// file leaves out is added by package compile.
//
// A [Topology] is returned by [Parse], or written as a Go literal and checked by
// [Topology.Validate]. Both have the same types and words.
//
// The package is pure: it uses neither the kernel nor the file system, and
// works on every operating system.
package topo

import (
	"cmp"
	"fmt"
	"net/netip"
)

// HostNode is the reserved node name of the machine's own network namespace.
const HostNode = "host"

// A Topology is one lab.
type Topology struct {
	// Name of the lab. Parse defaults it to the file's name.
	Name string `json:"name,omitempty"`

	// Prefix goes before a node's name to make the name of its namespace.
	// Nil means "<Name>.".
	Prefix *string `json:"prefix,omitempty"`

	// Addressing says from where addresses come that the file leaves out.
	Addressing Addressing `json:"addressing,omitzero"`

	// Routing says who makes the routes. The zero value is RoutingAuto.
	Routing Routing `json:"routing,omitempty"`

	// Nodes in the order of the file. A node that is only named by a link
	// need not be here: it is a host. HostNode may be here with interfaces and
	// routes: it is the host namespace.
	Nodes Nodes `json:"nodes,omitempty"`

	// Links in the order of the file. The order decides automatic interface
	// names and addresses, so appending never changes what was there.
	Links []Link `json:"links,omitempty"`

	// Tests are the lab's contract: what must, and what must not, be reachable.
	Tests []Test `json:"tests,omitempty"`

	Pos Pos `json:"-"`
}

// Addressing holds the pools that automatic addresses come from.
type Addressing struct {
	IPv4 Pool `json:"ipv4,omitzero"` // default 10.0.0.0/8
	IPv6 Pool `json:"ipv6,omitzero"` // default fd00::/48
	Pos  Pos  `json:"-"`
}

// A Pool is a prefix out of which subnets are cut, or none at all.
// The zero value stands for the default pool.
type Pool struct {
	Prefix netip.Prefix // invalid: the default pool
	None   bool         // no automatic addresses in this family
}

// Routing says who makes the routes of a lab.
type Routing string

// The ways of routing.
const (
	RoutingAuto Routing = "auto" // a default route for hosts, shortest paths for routers
	RoutingNone Routing = "none" // only the routes written in the file
)

// Nodes is a list of nodes, written in a file as a mapping from name to node.
type Nodes []Node

// A Node is one network namespace.
type Node struct {
	Name       string            `json:"-"`
	Kind       Kind              `json:"kind,omitempty"`  // default Host
	Group      []string          `json:"group,omitempty"` // groups that the node belongs to, for tests
	Interfaces Interfaces        `json:"interfaces,omitempty"`
	Routes     []Route           `json:"routes,omitempty"`
	Sysctls    map[string]string `json:"sysctls,omitempty"` // e.g. "net.ipv4.ip_forward": "1"

	// Nftables is the packet filter, as `nft list ruleset` prints it. Other ways
	// to write the same are read, too: commands, variables, comments.
	Nftables string `json:"nftables,omitempty"`

	// Subnet is for a Switch: the subnets of its segment, at most one of each
	// family. Empty means: from the pools, or from the addresses given.
	Subnet []netip.Prefix `json:"subnet,omitempty"`

	Pos Pos `json:"-"`
}

// Kind is what a node does with packets that are not for it.
type Kind string

// The kinds of node.
const (
	Host   Kind = "host"   // drops them
	Router Kind = "router" // forwards IPv4 and IPv6
	Switch Kind = "switch" // bridges frames between all its interfaces
)

// Interfaces is a list of interfaces, written in a file as a mapping from name
// to interface.
type Interfaces []Interface

// An Interface is one end of a link, the bridge of a switch (named [BridgeName]),
// an interface that a node has without a link, whose Kind says what it is, or
// [Loopback], which can have further addresses and nothing else.
type Interface struct {
	Name string

	// Addresses with the length of their subnet. Nil means: filled in.
	// Empty but not nil means: none.
	Addresses []netip.Prefix

	MAC MAC // default: derived from the names of lab, node and interface
	MTU int // bytes; default: the link's, or the kernel's 1500

	// Kind is what the interface is where no link makes it, such as a [*Bridge].
	// Nil: the end of a link, the bridge of a switch, or lo.
	Kind LinkKind

	Down bool // administratively; the default is up

	// Neighbours are permanent entries of the neighbour table.
	Neighbours []Neighbour

	Pos Pos
}

// Loopback is the name of the interface that every node is born with.
const Loopback = "lo"

// BridgeName is the name of the bridge inside a node of kind Switch.
const BridgeName = "br0"

// A Link is a veth pair between two nodes.
type Link struct {
	Endpoints [2]Endpoint `json:"endpoints"`
	MTU       int         `json:"mtu,omitempty"` // bytes, for both ends

	// Subnet of the segment this link belongs to, at most one prefix of each
	// family. Empty means: from the pools, or from the addresses given.
	Subnet []netip.Prefix `json:"subnet,omitempty"`

	Pos Pos `json:"-"`
}

// An Endpoint is one end of a link, written "node" or "node:interface".
type Endpoint struct {
	Node      string
	Interface string // empty: the next free ethN of the node
	Pos       Pos
}

// String returns the endpoint as it is written in a file.
func (e Endpoint) String() string {
	if e.Interface == "" {
		return e.Node
	}
	return e.Node + ":" + e.Interface
}

// A Route is one more entry in a node's main routing table.
type Route struct {
	To     netip.Prefix `json:"to"` // "default" in a file: 0.0.0.0/0 or ::/0 by the family of Via
	Via    netip.Addr   `json:"via,omitzero"`
	Dev    string       `json:"dev,omitempty"`    // interface; needed where Via is missing
	Metric int          `json:"metric,omitempty"` // 0: the kernel's default
	Pos    Pos          `json:"-"`
}

// A Pos is a place in a lab file. The zero Pos is "not from a file".
type Pos struct {
	File      string
	Line, Col int // from 1, columns in bytes; 0: unknown
}

// IsValid reports whether the place is known.
func (p Pos) IsValid() bool { return p.Line > 0 }

// String returns file:line:col.
func (p Pos) String() string {
	if !p.IsValid() {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

func (p Pos) compare(q Pos) int {
	return cmp.Or(cmp.Compare(p.File, q.File), cmp.Compare(p.Line, q.Line), cmp.Compare(p.Col, q.Col))
}

// NamespacePrefix returns what goes before a node's name to make the name of
// its namespace.
func (t *Topology) NamespacePrefix() string {
	if t.Prefix != nil {
		return *t.Prefix
	}
	return t.Name + "."
}

// Node returns the node of that name as the file describes it, or nil if the
// file does not.
func (t *Topology) Node(name string) *Node {
	for i := range t.Nodes {
		if t.Nodes[i].Name == name {
			return &t.Nodes[i]
		}
	}
	return nil
}

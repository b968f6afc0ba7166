// Package topo has the types and the parser of lab files: nodes, links between them,
// and tests of which nodes must reach which. It adds nothing to what the file has:
// names, addresses and routes that the file leaves out are assigned by package compile.
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

// HostNode is the reserved node name of the host namespace.
const HostNode = "host"

// A Topology is one lab.
type Topology struct {
	// Name of the lab. Parse defaults it to the file's name.
	Name string `json:"name,omitempty"`

	// Prefix goes before a node's name to make the name of its namespace.
	// Nil means "<Name>.".
	Prefix *string `json:"prefix,omitempty"`

	// Addressing has the pools of automatic addresses.
	Addressing Addressing `json:"addressing,omitzero"`

	// Routing says whether routes are computed. The zero value is RoutingAuto.
	Routing Routing `json:"routing,omitempty"`

	// Nodes in the order of the file. A node that only links name is a host and need
	// not be listed. HostNode, the host namespace, may be listed with interfaces and
	// routes.
	Nodes Nodes `json:"nodes,omitempty"`

	// Links in the order of the file. The order decides automatic interface
	// names and addresses, so appending a link never changes those of earlier links.
	Links []Link `json:"links,omitempty"`

	// Tests are the lab's contract: which targets must, and must not, be reachable.
	Tests []Test `json:"tests,omitempty"`

	Pos Pos `json:"-"`
}

// Addressing holds the pools that automatic addresses come from.
type Addressing struct {
	IPv4 Pool `json:"ipv4,omitzero"` // default 10.0.0.0/8
	IPv6 Pool `json:"ipv6,omitzero"` // default fd00::/48
	Pos  Pos  `json:"-"`
}

// A Pool is a prefix from which subnets are assigned, or none. The zero value is the
// default pool.
type Pool struct {
	Prefix netip.Prefix // invalid: the default pool
	None   bool         // no automatic addresses in this family
}

// Routing says whether the routes of a lab are computed.
type Routing string

// The values of Routing.
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

	// Nftables is the packet filter, as `nft list ruleset` prints it, or with nft's
	// commands, variables and comments.
	Nftables string `json:"nftables,omitempty"`

	// Subnet has the subnets of a Switch's segment, at most one of each address
	// family. Empty: from the pools, or from the addresses in the file.
	Subnet []netip.Prefix `json:"subnet,omitempty"`

	// SysctlPos has the positions of the sysctls' keys.
	SysctlPos map[string]Pos `json:"-"`

	Pos Pos `json:"-"`
}

// Kind says what a node does with packets for other nodes.
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
// an interface without a link, which has a Kind, or [Loopback], which can have
// additional addresses and no other settings.
type Interface struct {
	Name string

	// Addresses with the prefix length of their subnet. Nil: assigned automatically.
	// Empty but not nil: none.
	Addresses []netip.Prefix

	MAC MAC // default: derived from the names of lab, node and interface
	MTU int // bytes; default: the link's, or the kernel's 1500

	// Kind is the kind of an interface without a link, such as a [*Bridge]. Nil for
	// the end of a link, the bridge of a switch, and lo.
	Kind LinkKind

	Down bool // administratively; the default is up

	// Neighbours are permanent entries of the neighbour table.
	Neighbours []Neighbour

	Pos Pos
}

// Loopback is the name of the loopback interface, which every namespace has.
const Loopback = "lo"

// BridgeName is the name of the bridge inside a node of kind Switch.
const BridgeName = "br0"

// A Link is a veth pair between two nodes.
type Link struct {
	Endpoints [2]Endpoint `json:"endpoints"`
	MTU       int         `json:"mtu,omitempty"` // bytes, for both ends

	// Subnet of the segment that this link belongs to, at most one prefix of each
	// address family. Empty: from the pools, or from the addresses in the file.
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

// A Route is an additional entry in a node's main routing table.
type Route struct {
	To     netip.Prefix `json:"to"` // "default" in a file: 0.0.0.0/0 or ::/0 by the family of Via
	Via    netip.Addr   `json:"via,omitzero"`
	Dev    string       `json:"dev,omitempty"`    // interface; needed where Via is missing
	Metric int          `json:"metric,omitempty"` // 0: the kernel's default
	Pos    Pos          `json:"-"`
}

// A Pos is a position in a lab file. The zero Pos is unknown.
type Pos struct {
	File      string
	Line, Col int // from 1, columns in bytes; 0: unknown
}

// IsValid reports whether the position is known.
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

// NamespacePrefix returns Prefix or its default.
func (t *Topology) NamespacePrefix() string {
	if t.Prefix != nil {
		return *t.Prefix
	}
	return t.Name + "."
}

// Node returns the listed node of that name, or nil.
func (t *Topology) Node(name string) *Node {
	for i := range t.Nodes {
		if t.Nodes[i].Name == name {
			return &t.Nodes[i]
		}
	}
	return nil
}

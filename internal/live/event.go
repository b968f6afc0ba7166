package live

import (
	"net/netip"
)

// A Kind is the kind of an Event.
type Kind string

// The kinds of event.
const (
	Snapshot Kind = "snapshot" // all nodes; the first event
	Resync   Kind = "resync"   // events were lost (ENOBUFS); the differences follow

	// LeftOut: a namespace of another user has more of What than is kept, or more events
	// than are reported; Count are kept or, of events, left out.
	LeftOut Kind = "left-out"

	NodeAdded   Kind = "node-added"
	NodeDeleted Kind = "node-deleted"

	LinkAdded   Kind = "link-added"
	LinkDeleted Kind = "link-deleted"
	LinkUp      Kind = "link-up"      // IFF_UP was set
	LinkDown    Kind = "link-down"    // IFF_UP was cleared
	CarrierUp   Kind = "carrier-up"   // IFF_LOWER_UP was set on a link that is up
	CarrierDown Kind = "carrier-down" // IFF_LOWER_UP was cleared on a link that is up
	LinkRenamed Kind = "link-renamed"
	LinkChanged Kind = "link-changed"
	Moved       Kind = "moved" // to another namespace

	AddressAdded     Kind = "address-added"
	AddressDeleted   Kind = "address-deleted"
	AddressReady     Kind = "address-ready"     // no duplicate found (RFC 4862)
	AddressDuplicate Kind = "address-duplicate" // another host uses it

	RouteAdded   Kind = "route-added"
	RouteDeleted Kind = "route-deleted"
	RuleAdded    Kind = "rule-added"
	RuleDeleted  Kind = "rule-deleted"

	NeighbourAdded   Kind = "neighbour-added"
	NeighbourChanged Kind = "neighbour-changed"
	NeighbourDeleted Kind = "neighbour-deleted"
)

// An Event is a change. Which fields are set depends on its kind.
type Event struct {
	Kind      Kind   `json:"kind"`
	Node      string `json:"node,omitempty"`
	Interface string `json:"interface,omitempty"`

	Link *Interface `json:"link,omitempty"` // of LinkAdded
	What string     `json:"what,omitempty"` // of LinkChanged: mtu, mac, master, alias; of LeftOut: events, links, routes, …
	Was  string     `json:"was,omitempty"`  // the value before
	User string     `json:"user,omitempty"` // of LeftOut: who owns the namespace
	Now  string     `json:"now,omitempty"`
	To   *End       `json:"to,omitempty"` // of Moved; nil: the namespace is not in the view

	Address   *netip.Prefix `json:"address,omitempty"`
	Tentative bool          `json:"tentative,omitempty"` // duplicate address detection runs
	Route     *Route        `json:"route,omitempty"`
	Rule      *Rule         `json:"rule,omitempty"`
	Neighbour *Neighbour    `json:"neighbour,omitempty"`

	Count int `json:"count,omitempty"` // of LeftOut

	Nodes []Node `json:"nodes,omitempty"` // of Snapshot and NodeAdded
}

// An End names a link.
type End struct {
	Node      string `json:"node"`
	Interface string `json:"interface"`
}

func (e End) String() string { return e.Node + ":" + e.Interface }

// A Node is the state of a node.
type Node struct {
	ID         int32       `json:"-"` // the observer's nsid
	Name       string      `json:"node"`
	Namespace  string      `json:"namespace,omitempty"` // its name, if not the node's
	Interfaces []Interface `json:"interfaces"`
	Routes     []Route     `json:"routes,omitempty"`
	Neighbours []Neighbour `json:"neighbours,omitempty"`
}

// An Interface is a link with names in place of indexes and nsids.
type Interface struct {
	Name      string         `json:"interface"`
	Type      string         `json:"type"` // veth, bridge, …; "loopback"; "device" for a link without a kind
	Index     int            `json:"index"`
	Up        bool           `json:"up"`      // IFF_UP
	Carrier   bool           `json:"carrier"` // IFF_UP and IFF_LOWER_UP
	State     string         `json:"state"`   // up, down (administratively), no carrier, lower down
	MAC       string         `json:"mac,omitempty"`
	MTU       int            `json:"mtu"`
	Master    string         `json:"master,omitempty"` // bridge, bond or VRF
	Peer      *End           `json:"peer,omitempty"`   // of a veth
	On        *End           `json:"on,omitempty"`     // the lower device of a VLAN, macvlan or tunnel
	Addresses []netip.Prefix `json:"addresses"`
}

package live

import (
	"net/netip"
)

// A Kind says what an Event is about.
type Kind string

// The kinds of event.
const (
	Snapshot Kind = "snapshot" // all that is there
	Resync   Kind = "resync"   // events were lost; what follows is the difference

	NodeAdded Kind = "node-added"
	NodeGone  Kind = "node-gone"

	LinkAdded   Kind = "link-added"
	LinkGone    Kind = "link-gone"
	LinkUp      Kind = "link-up"      // switched on
	LinkDown    Kind = "link-down"    // switched off
	CarrierUp   Kind = "carrier-up"   // a signal from the other end
	CarrierDown Kind = "carrier-down" // none any more, though the link is switched on
	LinkRenamed Kind = "link-renamed"
	LinkChanged Kind = "link-changed"
	Moved       Kind = "moved" // to another namespace

	AddressAdded     Kind = "address-added"
	AddressGone      Kind = "address-gone"
	AddressReady     Kind = "address-ready"     // nobody else has it (RFC 4862)
	AddressDuplicate Kind = "address-duplicate" // somebody else has it

	RouteAdded Kind = "route-added"
	RouteGone  Kind = "route-gone"
	RuleAdded  Kind = "rule-added"
	RuleGone   Kind = "rule-gone"

	NeighbourAdded   Kind = "neighbour-added"
	NeighbourChanged Kind = "neighbour-changed"
	NeighbourGone    Kind = "neighbour-gone"
)

// An Event is something that has changed. Which fields it has depends on its kind.
type Event struct {
	Kind      Kind   `json:"kind"`
	Node      string `json:"node,omitempty"`
	Interface string `json:"interface,omitempty"`

	Link *Interface `json:"link,omitempty"` // that was added
	What string     `json:"what,omitempty"` // has changed: mtu, mac, master, alias
	Was  string     `json:"was,omitempty"`  // before
	Now  string     `json:"now,omitempty"`
	To   *End       `json:"to,omitempty"` // of a link that moved; none: out of sight

	Address   *netip.Prefix `json:"address,omitempty"`
	Tentative bool          `json:"tentative,omitempty"` // it is not certain yet that nobody else has the address
	Route     *Route        `json:"route,omitempty"`
	Rule      *Rule         `json:"rule,omitempty"`
	Neighbour *Neighbour    `json:"neighbour,omitempty"`

	Nodes []Node `json:"nodes,omitempty"` // of a snapshot, or the one that was added
}

// An End is where a link is.
type End struct {
	Node      string `json:"node"`
	Interface string `json:"interface"`
}

func (e End) String() string { return e.Node + ":" + e.Interface }

// A Node is all that is there of a node.
type Node struct {
	ID         int32       `json:"-"` // the observer's number
	Name       string      `json:"node"`
	Namespace  string      `json:"namespace,omitempty"` // where it has another name
	Interfaces []Interface `json:"interfaces"`
	Routes     []Route     `json:"routes,omitempty"`
	Neighbours []Neighbour `json:"neighbours,omitempty"`
}

// An Interface is a link as people know it.
type Interface struct {
	Name      string         `json:"interface"`
	Type      string         `json:"type"` // veth, bridge, …; of lo and devices of the machine "device"
	Index     int            `json:"index"`
	Up        bool           `json:"up"`      // switched on
	Carrier   bool           `json:"carrier"` // a signal from the other end
	State     string         `json:"state"`   // the kernel's operstate
	MAC       string         `json:"mac,omitempty"`
	MTU       int            `json:"mtu"`
	Master    string         `json:"master,omitempty"` // the bridge it is a port of
	Peer      *End           `json:"peer,omitempty"`   // the other end of a veth
	On        *End           `json:"on,omitempty"`     // what a VLAN, macvlan or tunnel stands on
	Addresses []netip.Prefix `json:"addresses"`
}

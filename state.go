package vethlab

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"github.com/vethlab/vethlab/internal/hosts"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// A State is what a lab consists of at one moment: its nodes, their interfaces,
// addresses and peers. It is a copy that does not change. As JSON it is what `vethlab
// show -o json` writes, with routes, sysctls and nftables too.
type State struct {
	lab   string
	view  *kernel.Snapshot
	kinds map[string]topo.Kind // of nodes, as described; nil if unknown
	table func() *hosts.Table
}

// State returns the lab observed in the kernel. It has no nodes if the lab is
// not running.
func (l *Lab) State() (*State, error) {
	view, err := l.view()
	if err != nil {
		return nil, err
	}
	return newState(l.name, view, l.Checked().NodeKinds()), nil
}

// Described returns the lab as it is after [Lab.Up], with all names, addresses and
// MACs that the description leaves out. It does not look at the kernel. It has no
// nodes if the description is not known.
func (l *Lab) Described() *State {
	s := state.New()
	if want := l.wanted(); want != nil {
		s = want
	}
	return newState(l.name, &kernel.Snapshot{State: s}, l.Checked().NodeKinds())
}

// view returns the lab observed in the kernel.
func (l *Lab) view() (*kernel.Snapshot, error) {
	return kernel.Observe(l.name, l.wanted(), l.record().State())
}

func newState(lab string, view *kernel.Snapshot, kinds map[string]topo.Kind) *State {
	return &State{lab, view, kinds, sync.OnceValue(func() *hosts.Table { return hosts.NewTable(view.State) })}
}

// Lab returns the name of the lab.
func (s *State) Lab() string { return s.lab }

// Nodes returns the names of the nodes, in order. "host" is among them if a link
// of the lab ends in the host namespace.
func (s *State) Nodes() []string {
	var nodes []string
	for _, name := range s.view.State.Names() {
		nodes = append(nodes, hosts.NodeName(s.view.State.Namespaces[name]))
	}
	return nodes
}

// Namespace returns the name of a node's network namespace, as ip-netns(8) lists
// it; "" is the host namespace. It returns false for an unknown node.
func (s *State) Namespace(node string) (name string, ok bool) {
	name, ok = hosts.Namespaces(s.view.State)[node]
	return name, ok && s.view.State.Namespace(name) != nil
}

// An Interface is an interface of a node.
type Interface struct {
	Node      string    `json:"node"`
	Kind      topo.Kind `json:"kind"`      // of the node: host, router or switch
	Namespace string    `json:"namespace"` // of the node; "" is the host namespace
	Name      string    `json:"interface"`
	Type      string    `json:"type"`  // of the link, as ip-link(8) writes it: veth, bridge, …
	Index     int       `json:"index"` // unique in the lab
	State     string    `json:"state"` // up, down (administratively), no carrier or lower down; "" in [Lab.Described]
	MAC       topo.MAC  `json:"mac,omitzero"`
	MTU       int       `json:"mtu"` // in bytes, without the Ethernet header

	Addresses []netip.Prefix `json:"addresses"`        // with link-local ones
	Master    string         `json:"master,omitempty"` // the bridge whose port it is
	Peer      string         `json:"peer,omitempty"`   // of a veth: "node:interface"
	Lower     string         `json:"lower,omitempty"`  // its lower device: "node:interface"
}

// Interfaces returns the interfaces of all nodes, in the order of nodes and names.
// The loopback interface is left out unless it has addresses besides 127.0.0.1 and
// ::1.
func (s *State) Interfaces() []Interface {
	list := []Interface{}
	for _, namespace := range s.view.State.Names() {
		ns := s.view.State.Namespaces[namespace]
		kind := hosts.NodeKind(ns, s.kinds)
		for _, name := range ns.LinkNames() {
			if link := ns.Links[name]; name != state.Lo || len(link.Addresses) > 0 {
				list = append(list, s.describe(ns, kind, link))
			}
		}
	}
	return list
}

// Interface returns the interface of a node. It returns false if there is none.
func (s *State) Interface(node, name string) (Interface, bool) {
	namespace, ok := s.Namespace(node)
	link := s.view.State.Link(state.Endpoint{Namespace: namespace, Link: name})
	if !ok || link == nil {
		return Interface{}, false
	}
	ns := s.view.State.Namespace(namespace)
	return s.describe(ns, hosts.NodeKind(ns, s.kinds), link), true
}

func (s *State) describe(ns *state.Namespace, kind topo.Kind, link *state.Link) Interface {
	i := Interface{
		Node: hosts.NodeName(ns), Kind: kind, Namespace: ns.Name,
		Name: link.Name, Type: link.KindName(), Index: link.Index,
		State: s.view.Runtime[state.Endpoint{Namespace: ns.Name, Link: link.Name}].State,
		MAC:   s.view.State.LinkAddress(state.Endpoint{Namespace: ns.Name, Link: link.Name}), MTU: link.MTU,
		Addresses: append([]netip.Prefix{}, link.Addresses...), // [] as JSON, never null
		Master:    link.Master,
	}
	if peer, ok := link.Peer(); ok && peer.Link != "" {
		i.Peer = s.nameOf(peer)
	}
	if link.Kind != nil && len(link.Kind.Lower()) > 0 && link.Kind.Lower()[0].Link != "" {
		i.Lower = s.nameOf(link.Kind.Lower()[0])
	}
	return i
}

// nameOf returns "node:interface" for a link.
func (s *State) nameOf(e state.Endpoint) string {
	node := e.Namespace
	if ns := s.view.State.Namespace(e.Namespace); ns != nil {
		node = hosts.NodeName(ns)
	}
	return node + ":" + e.Link
}

// A Route is a route in a node's main table.
type Route struct {
	To        netip.Prefix `json:"to"`
	Via       netip.Addr   `json:"via,omitzero"` // the gateway; not valid: To is on-link
	Interface string       `json:"interface"`
	Metric    int          `json:"metric,omitempty"` // 0: the kernel's default (IPv4 0, IPv6 1024)
}

// Routes returns the routes of a node, except those that the kernel adds for addresses.
func (s *State) Routes(node string) []Route {
	namespace, ok := s.Namespace(node)
	if !ok {
		return nil
	}
	var routes []Route
	for _, r := range s.view.State.Namespace(namespace).Routes {
		routes = append(routes, Route{To: r.To, Via: r.Via, Interface: r.Dev, Metric: r.Metric})
	}
	return routes
}

// Addresses returns the addresses of a node ("b"), or of one of its interfaces
// ("b:eth0"), IPv4 first. Link-local and loopback addresses are left out.
func (s *State) Addresses(name string) []netip.Addr { return slices.Clone(s.table().Lookup(name)) }

// Resolve returns the address that a target of [Lab.Ping], [Lab.Trace] or
// [Lab.Throughput] stands for: an address itself, or the first of
// [State.Addresses]. The error is [ErrNoNode] for an unknown node.
func (s *State) Resolve(target string) (netip.Addr, error) {
	if a, err := netip.ParseAddr(target); err == nil {
		return a, nil
	}
	node, _, _ := strings.Cut(target, ":")
	if _, ok := s.Namespace(node); !ok {
		return netip.Addr{}, fmt.Errorf("%w: %s", ErrNoNode, node)
	}
	if all := s.table().Lookup(target); len(all) > 0 {
		return all[0], nil
	}
	return netip.Addr{}, fmt.Errorf("%s has no address", target)
}

// Owner returns the node that has an address, "" if none has.
func (s *State) Owner(a netip.Addr) string { return hosts.Owners(s.view.State)[a] }

// MarshalJSON returns what `vethlab show -o json` writes: the lab's name, its
// namespaces with all that was set in them, and [State.Interfaces].
func (s *State) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Lab string `json:"lab"`
		*state.State
		Interfaces []Interface `json:"interfaces"`
	}{s.lab, s.view.State, s.Interfaces()})
}

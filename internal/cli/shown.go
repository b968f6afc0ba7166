package cli

import (
	"strconv"
	"strings"

	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// shown is a running lab as it is shown: the State, and of each interface what
// a person looks for.
type shown struct {
	Lab string `json:"lab"`
	*state.State
	Interfaces []shownInterface `json:"interfaces"`
}

// A shownInterface is one line of the table. Lo is left out while it has no
// address of its own.
type shownInterface struct {
	Node      string          `json:"node"`
	Kind      topo.Kind       `json:"kind"` // of the node
	Namespace string          `json:"namespace"`
	Name      string          `json:"interface"`
	Type      string          `json:"type"` // of the link: veth, bridge, …
	Index     int             `json:"index"`
	State     string          `json:"state"` // the kernel's operstate: up, down, lowerlayerdown, …
	MAC       topo.MAC        `json:"mac,omitzero"`
	MTU       int             `json:"mtu"`
	Addresses state.Addresses `json:"addresses"`
	Master    string          `json:"master,omitempty"`
	Peer      string          `json:"peer,omitempty"` // node:interface
}

func newShown(lab string, view *kernel.View) *shown {
	s := &shown{Lab: lab, State: view.State, Interfaces: []shownInterface{}}
	for _, namespace := range view.State.Names() {
		ns := view.State.Namespaces[namespace]
		for _, name := range ns.LinkNames() {
			if link := ns.Links[name]; name != state.Lo || len(link.Addresses) > 0 {
				s.Interfaces = append(s.Interfaces, s.look(ns, link, view))
			}
		}
	}
	return s
}

func (s *shown) look(ns *state.Namespace, link *state.Link, view *kernel.View) shownInterface {
	i := shownInterface{
		Node: nodeName(ns), Kind: nodeKind(ns), Namespace: ns.Name,
		Name: link.Name, Type: link.KindName(), Index: link.Index,
		State: view.Runtime[state.Endpoint{Namespace: ns.Name, Link: link.Name}].OperState,
		MAC:   link.MAC, MTU: link.MTU,
		Addresses: append(state.Addresses{}, link.Addresses...), // [], never null
		Master:    link.Master,
	}
	if peer, ok := link.Peer(); ok && peer.Link != "" {
		i.Peer = s.nodeOf(peer.Namespace) + ":" + peer.Link
	}
	return i
}

// nodeOf returns the node whose namespace has that name.
func (s *shown) nodeOf(namespace string) string {
	if ns := s.Namespace(namespace); ns != nil {
		return nodeName(ns)
	}
	return namespace
}

func nodeName(ns *state.Namespace) string {
	if ns.Name == state.Host {
		return topo.HostNode
	}
	return ns.Mark().Node
}

// nodeKind tells by what a node does which kind it is.
func nodeKind(ns *state.Namespace) topo.Kind {
	if ns.Name == state.Host {
		return topo.Host
	}
	for _, link := range ns.Links {
		if link.Kind.Traits().Forwards {
			return topo.Switch
		}
	}
	if ns.Sysctls[state.ForwardIPv4] == "1" || ns.Sysctls[state.ForwardIPv6] == "1" {
		return topo.Router
	}
	return topo.Host
}

func shownHeading() []string {
	return []string{"NODE", "KIND", "INTERFACE", "INDEX", "STATE", "MAC", "MTU", "ADDRESSES", "PEER"}
}

func (s *shown) rows() [][]string {
	rows := make([][]string, len(s.Interfaces))
	for n, i := range s.Interfaces {
		rows[n] = []string{
			i.Node, string(i.Kind), i.Name, strconv.Itoa(i.Index), i.State,
			i.MAC.String(), strconv.Itoa(i.MTU), i.addresses(), i.Peer,
		}
	}
	return rows
}

// addresses joins the addresses. A port of a switch has none of its own.
func (i shownInterface) addresses() string {
	words := make([]string, 0, len(i.Addresses))
	for _, a := range i.Addresses {
		if !a.Addr().IsLinkLocalUnicast() {
			words = append(words, a.String())
		}
	}
	if len(words) == 0 && i.Master != "" {
		return "(port of " + i.Master + ")"
	}
	return strings.Join(words, ",")
}

// Package inspect reads all that a node's network namespace shows from inside: links,
// addresses, routes, rules, neighbour entries, qdiscs, listening sockets, sysctls, the
// packet filter, legacy iptables and processes. It returns them as one struct, for JSON,
// or as sections of text.
package inspect

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/parallel"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/words"
	"github.com/vethlab/vethlab/internal/xtables"
	"github.com/vethlab/vethlab/topo"
)

// A Node is what the namespace of a node shows, or the part of it that belongs to one
// interface.
type Node struct {
	Lab  string    `json:"lab"`
	Node string    `json:"node"`
	Kind topo.Kind `json:"kind"`
	*dump.Namespace
	Interface string              `json:"interface,omitempty"` // set by Select
	Master    string              `json:"master,omitempty"`    // of Interface
	Ends      map[int]kernel.Peer `json:"ends,omitempty"`      // peers and lower devices of the links, by their own index
	Qdiscs    []dump.Qdisc        `json:"qdiscs,omitempty"`
	Sockets   []dump.Socket       `json:"sockets,omitempty"`
	Sysctls   []dump.Setting      `json:"sysctls,omitempty"`
	Nftables  nft.Ruleset         `json:"nftables,omitempty"`
	Xtables   []xtables.Table     `json:"xtables,omitempty"` // of legacy iptables, ip6tables and arptables
	Processes []dump.Process      `json:"processes,omitempty"`

	whole *dump.Namespace // set by Select: all links, to name masters and peers
}

// Read reads the namespace of a node. Kind is the described kind, or "" if unknown. The
// host's processes are left out: they are all processes of the machine.
func Read(lab, node, namespace string, kind topo.Kind) (*Node, error) {
	n := &Node{Lab: lab, Node: node}
	var err error
	if n.Namespace, err = kernel.Dump(namespace); err != nil {
		return nil, err
	}
	reads := []func() error{
		func() (e error) { n.Ends, e = kernel.Peers(n.Namespace); return e },
		func() (e error) { n.Qdiscs, e = kernel.Qdiscs(namespace); return e },
		func() (e error) { n.Sockets, e = kernel.Sockets(namespace); return e },
		func() (e error) { n.Sysctls, e = kernel.ChangedSysctls(namespace); return e },
		func() (e error) { n.Nftables, e = kernel.Nftables(namespace); return e },
		func() (e error) { n.Xtables, e = kernel.Xtables(namespace); return e },
	}
	if namespace != state.Host {
		reads = append(reads, func() (e error) { n.Processes, e = kernel.Processes(namespace); return e })
	}
	failed := make([]error, len(reads))
	parallel.Each(len(reads), func(i int) { failed[i] = reads[i]() })
	n.Kind = cmp.Or(kind, n.kind())
	return n, errors.Join(failed...)
}

// kind returns the kind that follows from sysctls and links, as [hosts.NodeKind] does.
func (n *Node) kind() topo.Kind {
	forwards := slices.ContainsFunc(n.Sysctls, func(s dump.Setting) bool {
		return (s.Key == state.ForwardIPv4 || s.Key == state.ForwardIPv6) && s.Value == "1"
	})
	isBridge := func(l dump.Link) bool { return state.KindNamed(l.Kind).Traits().Forwards }
	other := func(l dump.Link) bool { return l.Name != state.Lo && l.Master == 0 && !isBridge(l) }
	switch {
	case n.Name == state.Host:
		return topo.Host
	case forwards:
		return topo.Router
	case slices.ContainsFunc(n.Links, isBridge) && !slices.ContainsFunc(n.Links, other):
		return topo.Switch
	}
	return topo.Host
}

// Select drops all that does not belong to one interface.
func (n *Node) Select(name string) error {
	l := n.LinkNamed(name)
	if l == nil {
		var names []string
		for _, l := range n.Links {
			names = append(names, l.Name)
		}
		return fmt.Errorf("node %s has no interface %q%s", n.Node, name, words.DidYouMean(name, names))
	}
	index := l.Index
	n.whole = &dump.Namespace{Name: n.Name, Links: n.Links, Addresses: n.Addresses, Peers: n.Peers}
	n.Interface, n.Master = l.Name, n.LinkName(l.Master)
	n.Links = []dump.Link{*l}
	n.Addresses = n.AddressesOf(index)
	n.Routes = slices.DeleteFunc(n.Routes, func(r dump.Route) bool {
		return r.Index != index && !slices.ContainsFunc(r.Hops, func(h dump.Hop) bool { return h.Index == index })
	})
	n.Neighbours = slices.DeleteFunc(n.Neighbours, func(b dump.Neighbour) bool { return b.Index != index })
	n.Qdiscs = slices.DeleteFunc(n.Qdiscs, func(q dump.Qdisc) bool { return q.Index != index })
	n.Ends = map[int]kernel.Peer{index: n.Ends[index]}
	n.Rules, n.Sockets, n.Nftables, n.Xtables, n.Processes = nil, nil, nil, nil, nil
	n.Sysctls = slices.DeleteFunc(n.Sysctls, func(s dump.Setting) bool { return settingLink(s.Key) != l.Name })
	return nil
}

// peer returns the peer of a veth as node:interface, "" if it is unknown.
func (n *Node) peer(index int) string {
	p, ok := n.Ends[index]
	if !ok || p.Link == "" {
		return ""
	}
	on := ""
	if l := n.Link(index); l != nil && !l.Paired() {
		on = "on "
	}
	switch {
	case p.Namespace == state.Host:
		return on + topo.HostNode + ":" + p.Link
	case p.Mark.Lab == n.Lab:
		return on + p.Mark.Node + ":" + p.Link
	}
	return on + p.Namespace + ":" + p.Link
}

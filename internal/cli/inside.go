package cli

import (
	"errors"
	"slices"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/parallel"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// insideNode is all about one node, or of it about one interface.
type insideNode struct {
	Lab  string    `json:"lab"`
	Node string    `json:"node"`
	Kind topo.Kind `json:"kind"`
	*dump.Namespace
	Interface string              `json:"interface,omitempty"` // the only one shown
	Master    string              `json:"master,omitempty"`    // of it
	Ends      map[int]kernel.Peer `json:"ends,omitempty"`      // other ends of veths, by index
	Qdiscs    []dump.Qdisc        `json:"qdiscs,omitempty"`
	Sockets   []dump.Socket       `json:"sockets,omitempty"`
	Sysctls   []dump.Setting      `json:"sysctls,omitempty"`
	Nftables  nft.Ruleset         `json:"nftables,omitempty"`
	Processes []dump.Process      `json:"processes,omitempty"`

	around *dump.Namespace // of the only interface shown: what it is in
}

// lookInside reads all about a node. Of the machine itself the processes are left
// out: they are those of everybody.
func lookInside(lab *vethlab.Lab, node *vethlab.Node) (*insideNode, error) {
	n := &insideNode{Lab: lab.Name(), Node: node.Name()}
	name := node.Namespace()
	var err error
	if n.Namespace, err = kernel.Dump(name); err != nil {
		return nil, err
	}
	keep := func(e error) { err = errors.Join(err, e) }
	reads := []func() error{
		func() (e error) { n.Ends, e = kernel.Peers(n.Namespace); return e },
		func() (e error) { n.Qdiscs, e = kernel.Qdiscs(name); return e },
		func() (e error) { n.Sockets, e = kernel.Sockets(name); return e },
		func() (e error) { n.Sysctls, e = kernel.ChangedSysctls(name); return e },
		func() (e error) { n.Nftables, e = kernel.Nftables(name); return e },
	}
	if name != state.Host {
		reads = append(reads, func() (e error) { n.Processes, e = kernel.Processes(name); return e })
	}
	failed := make([]error, len(reads))
	parallel.Each(len(reads), func(i int) { failed[i] = reads[i]() })
	keep(errors.Join(failed...))
	n.Kind = n.kind()
	return n, err
}

// kind tells by what the node does which kind it is.
func (n *insideNode) kind() topo.Kind {
	forwards := slices.ContainsFunc(n.Sysctls, func(s dump.Setting) bool {
		return (s.Key == state.ForwardIPv4 || s.Key == state.ForwardIPv6) && s.Value == "1"
	})
	bridges := slices.ContainsFunc(n.Links, func(l dump.Link) bool { return state.KindNamed(l.Kind).Traits().Forwards })
	switch {
	case n.Name == state.Host:
		return topo.Host
	case forwards:
		return topo.Router
	case bridges:
		return topo.Switch
	}
	return topo.Host
}

// only leaves what belongs to one interface. False: there is none of that name.
func (n *insideNode) only(name string) bool {
	l := n.LinkNamed(name)
	if l == nil {
		return false
	}
	index := l.Index
	n.around = &dump.Namespace{Name: n.Name, Links: n.Links, Addresses: n.Addresses, Peers: n.Peers}
	n.Interface, n.Master = l.Name, n.LinkName(l.Master)
	n.Links = []dump.Link{*l}
	n.Addresses = n.AddressesOf(index)
	n.Routes = slices.DeleteFunc(n.Routes, func(r dump.Route) bool {
		return r.Index != index && !slices.ContainsFunc(r.Hops, func(h dump.Hop) bool { return h.Index == index })
	})
	n.Neighbours = slices.DeleteFunc(n.Neighbours, func(b dump.Neighbour) bool { return b.Index != index })
	n.Qdiscs = slices.DeleteFunc(n.Qdiscs, func(q dump.Qdisc) bool { return q.Index != index })
	n.Ends = map[int]kernel.Peer{index: n.Ends[index]}
	n.Rules, n.Sockets, n.Nftables, n.Processes = nil, nil, nil, nil
	n.Sysctls = slices.DeleteFunc(n.Sysctls, func(s dump.Setting) bool { return linkOfSetting(s.Key) != l.Name })
	return true
}

// end returns the other end of a veth as node:interface, "" if it is not known.
func (n *insideNode) end(index int) string {
	p, ok := n.Ends[index]
	switch {
	case !ok || p.Link == "":
		return ""
	case p.Namespace == state.Host:
		return topo.HostNode + ":" + p.Link
	case p.Mark.Lab == n.Lab:
		return p.Mark.Node + ":" + p.Link
	}
	return p.Namespace + ":" + p.Link
}

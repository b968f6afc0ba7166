package hosts

import (
	"net/netip"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// NodeName returns the name of a namespace's node.
func NodeName(ns *state.Namespace) string {
	if ns.Name == state.Host {
		return topo.HostNode
	}
	return ns.Mark().Node
}

// NodeKind returns the described kind of a namespace's node. Described has the kinds by
// node, see [topo.Checked.NodeKinds]. The kind of any other node follows from its sysctls
// and links: a router forwards packets, and a switch has bridges and no links but their
// ports.
func NodeKind(ns *state.Namespace, described map[string]topo.Kind) topo.Kind {
	if ns.Name == state.Host {
		return topo.Host
	}
	if kind := described[NodeName(ns)]; kind != "" {
		return kind
	}
	switch {
	case ns.Sysctls[state.ForwardIPv4] == "1", ns.Sysctls[state.ForwardIPv6] == "1":
		return topo.Router
	case onlyBridges(ns):
		return topo.Switch
	}
	return topo.Host
}

// onlyBridges reports whether a namespace has bridges and, besides lo, no links but
// their ports.
func onlyBridges(ns *state.Namespace) bool {
	bridges := 0
	for _, l := range ns.Links {
		switch {
		case l.Name == state.Lo:
		case l.Kind.Traits().Forwards:
			bridges++
		case ns.Links[l.Master] == nil:
			return false
		}
	}
	return bridges > 0
}

// Namespaces returns the namespace of each node, the host included.
func Namespaces(s *state.State) map[string]string {
	m := map[string]string{topo.HostNode: state.Host}
	for name, ns := range s.Namespaces {
		if name != state.Host {
			m[ns.Mark().Node] = name
		}
	}
	return m
}

// Owners returns the node that has each address, without loopback addresses.
func Owners(s *state.State) map[netip.Addr]string {
	owners := make(map[netip.Addr]string)
	for _, ns := range s.Namespaces {
		for _, link := range ns.Links {
			for _, a := range link.Addresses {
				if !a.Addr().IsLoopback() {
					owners[a.Addr()] = NodeName(ns)
				}
			}
		}
	}
	return owners
}

// Unique reports whether an address belongs to one node of a lab: link-local and
// loopback addresses do not.
func Unique(a netip.Addr) bool { return !a.IsLinkLocalUnicast() && !a.IsLoopback() }

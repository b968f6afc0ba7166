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

// NodeKind returns the kind of a node by its links and sysctls: a switch has a bridge, a
// router forwards.
func NodeKind(ns *state.Namespace) topo.Kind {
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

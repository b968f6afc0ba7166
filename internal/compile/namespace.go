package compile

import (
	"maps"
	"slices"

	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// namespace returns the name of a node's namespace.
func (c *compiler) namespace(n *topo.WiredNode) string {
	if n.IsHost() {
		return state.Host
	}
	return c.topo.NamespacePrefix() + n.Name
}

// fill returns what a node's namespace shall contain, and notes in l where each
// part comes from.
func (c *compiler) fill(l *Lab, n *node) *state.Namespace {
	ns := l.State.Add(c.namespace(n.WiredNode))
	l.origins[state.Endpoint{Namespace: ns.Name}] = n.Pos
	mark := state.Mark{Lab: c.topo.Name, Node: n.Name}.String()
	if lo := ns.Links[state.Lo]; lo != nil {
		lo.Up, lo.Alias = true, mark
	}
	for _, i := range n.ifaces {
		if i.IsLoopback() {
			ns.Links[state.Lo].Addresses = i.addresses
			continue
		}
		ns.Links[i.Name] = c.stateLink(i)
		if n.IsHost() {
			ns.Links[i.Name].Alias = mark
		}
		l.origins[state.Endpoint{Namespace: ns.Name, Link: i.Name}] = i.Pos
	}
	for _, set := range things {
		set(c, ns, n)
	}
	return ns
}

// things has one row per sort of what a namespace has beside links.
var things = []func(*compiler, *state.Namespace, *node){
	func(_ *compiler, ns *state.Namespace, n *node) { ns.Routes = n.routes },
	func(_ *compiler, ns *state.Namespace, n *node) { setSysctls(ns, n) },
	setNeighbours,
	setNftables,
}

// kind returns the kind of a link, on its lower device.
func (c *compiler) kind(i *iface) state.Kind {
	k := kinds[i.Kind.Word()].state(c, i)
	if len(i.Lower) == 0 {
		return k
	}
	lower := c.ifaces[i.Lower[0]]
	return k.Renamed(state.Endpoint{}, state.Endpoint{Namespace: c.namespace(lower.Node), Link: lower.Name})
}

func (c *compiler) stateLink(i *iface) *state.Link {
	l := &state.Link{
		Name: i.Name, Kind: c.kind(i), MAC: i.mac, MTU: i.mtu,
		Up: !i.Decl.Down, Addresses: i.addresses,
	}
	if i.Master != nil {
		l.Master = c.ifaces[i.Master].Name
	}
	if mode, ok := i.addrGenMode(); ok && mode != "1" && i.mtu >= state.MinIPv6MTU {
		l.AutoLinkLocal = true
	}
	return l
}

// setNftables reads the packet filter. The check of the lab has reported its mistakes.
func setNftables(_ *compiler, ns *state.Namespace, n *node) {
	ns.Nftables, _ = nft.ParseRuleset(n.Decl.Nftables)
}

// setSysctls makes a router of a router and adds what the file says. Values
// that a new namespace has anyway are left out.
func setSysctls(ns *state.Namespace, n *node) {
	if n.Kind == topo.Router {
		ns.Sysctls[state.ForwardIPv4] = "1"
		ns.Sysctls[state.ForwardIPv6] = "1"
	}
	for _, key := range slices.Sorted(maps.Keys(n.Decl.Sysctls)) {
		canonical, value := state.CanonicalSysctl(key, n.Decl.Sysctls[key])
		ns.Sysctls[canonical] = value
	}
	maps.DeleteFunc(ns.Sysctls, func(key, value string) bool {
		byDefault, ok := state.SysctlDefault(key)
		return ok && value == byDefault
	})
}

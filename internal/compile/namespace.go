package compile

import (
	"maps"

	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// namespace returns the name of a node's namespace.
func (c *compiler) namespace(n *node) string {
	if n.isHostNode() {
		return state.Host
	}
	return c.topo.NamespacePrefix() + n.name
}

// fill returns what a node's namespace shall contain, and notes in l where each
// part comes from.
func (c *compiler) fill(l *Lab, n *node) *state.Namespace {
	ns := l.State.Add(c.namespace(n))
	l.origins[state.Endpoint{Namespace: ns.Name}] = n.pos
	mark := state.Mark{Lab: c.topo.Name, Node: n.name}.String()
	if lo := ns.Links[state.Lo]; lo != nil {
		lo.Up, lo.Alias = true, mark
	}
	for _, i := range n.ifaces {
		if i.isLoopback() {
			ns.Links[state.Lo].Addresses = i.addresses
			continue
		}
		ns.Links[i.name] = c.stateLink(i)
		if n.isHostNode() {
			ns.Links[i.name].Alias = mark
		}
		l.origins[state.Endpoint{Namespace: ns.Name, Link: i.name}] = i.pos
	}
	ns.Routes = n.routes
	setSysctls(ns, n)
	c.setNftables(ns, n)
	return ns
}

func (c *compiler) stateLink(i *iface) *state.Link {
	l := &state.Link{Name: i.name, MAC: i.mac, MTU: i.mtu, Up: !i.decl.Down, Addresses: i.addresses}
	if i.isBridge() {
		l.Kind = stateBridge(i.decl)
		return l
	}
	peer := i.peer()
	l.Kind = state.Veth{Peer: state.Endpoint{Namespace: c.namespace(peer.node), Link: peer.name}}
	if i.isPort() {
		l.Master = i.bridge.name
	}
	return l
}

// setNftables reads the packet filter. Links that rules know by number must be
// there.
func (c *compiler) setNftables(ns *state.Namespace, n *node) {
	rs, err := nft.ParseRuleset(n.decl.Nftables)
	if err != nil { // not after Validate
		c.fail(n.pos, "", "node %s: %v", n.name, err)
	}
	ns.Nftables = rs
	for _, link := range rs.Links() {
		if ns.Links[link] == nil {
			c.fail(n.pos, "say iifname or oifname for one that comes later", "the packet filter of %s names a link %q by iif or oif that is not there", n.name, link)
		}
	}
}

// setSysctls makes a router of a router and adds what the file says. Values
// that a new namespace has anyway are left out.
func setSysctls(ns *state.Namespace, n *node) {
	if n.kind == topo.Router {
		ns.Sysctls[state.ForwardIPv4] = "1"
		ns.Sysctls[state.ForwardIPv6] = "1"
	}
	maps.Copy(ns.Sysctls, n.decl.Sysctls)
	maps.DeleteFunc(ns.Sysctls, func(key, value string) bool {
		byDefault, ok := state.SysctlDefault(key)
		return ok && value == byDefault
	})
}

package topotest

import (
	"slices"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/topo"
)

// bridges puts a bridge into some nodes that are no switches, the machine itself
// among them, with some of their interfaces as ports.
func (b *builder) bridges() {
	for i := range b.top.Nodes {
		if n := &b.top.Nodes[i]; n.Kind != topo.Switch && b.named[n.Name] && b.chance("bridge", 4) {
			b.bridge(n)
		}
	}
	host := topo.Node{Name: topo.HostNode}
	if len(plugsOf(b.top, topo.HostNode)) > 0 && b.chance("bridge of the machine", 2) {
		b.top.Nodes = append(b.top.Nodes, host)
		b.bridge(&b.top.Nodes[len(b.top.Nodes)-1])
	}
}

// bridge gives a node a bridge between interfaces that close no loop.
func (b *builder) bridge(n *topo.Node) {
	plugs := plugsOf(b.top, n.Name)
	if len(plugs) == 0 {
		return
	}
	n.Interfaces = append(n.Interfaces, topo.Interface{Name: "lan0", Bridge: []string{}})
	i := &n.Interfaces[len(n.Interfaces)-1]
	for _, p := range plugs[:rapid.IntRange(1, len(plugs)).Draw(b.t, "ports")] {
		g, far := bridgeGroups(b.top), bridgeOf(b.top, p.far)
		if far == "" || g.find(far) != g.find(bridgeKey(n.Name, i.Name)) {
			i.Bridge = append(i.Bridge, p.name)
		}
	}
	if b.chance("stp", 4) {
		i.STP = true
		i.ForwardDelay = pick(b.t, "forward delay", 0, 2*topo.Second, 4*topo.Second, 30*topo.Second)
	}
}

// A cable is a link as the node at one end sees it.
type cable struct {
	name string // of its interface
	far  topo.Endpoint
}

// plugsOf returns the cables of a node.
func plugsOf(t *topo.Topology, node string) []cable {
	var cables []cable
	for _, l := range t.Links {
		for side, e := range l.Endpoints {
			if e.Node == node {
				cables = append(cables, cable{e.Interface, l.Endpoints[1-side]})
			}
		}
	}
	return cables
}

func bridgeKey(node, name string) string { return node + ":" + name }

// bridgeOf returns the key of the bridge that an interface is a port of, or "".
func bridgeOf(t *topo.Topology, e topo.Endpoint) string {
	n := t.Node(e.Node)
	switch {
	case n == nil:
		return ""
	case n.Kind == topo.Switch:
		return n.Name
	}
	for _, i := range n.Interfaces {
		if e.Interface != "" && slices.Contains(i.Bridge, e.Interface) {
			return bridgeKey(n.Name, i.Name)
		}
	}
	return ""
}

// declared returns what a node says about an interface, or nil.
func declared(n *topo.Node, name string) *topo.Interface {
	for i := range n.Interfaces {
		if n.Interfaces[i].Name == name {
			return &n.Interfaces[i]
		}
	}
	return nil
}

// bridgeGroups joins the bridges that are linked with each other.
func bridgeGroups(t *topo.Topology) groups {
	g := groups{}
	for _, l := range t.Links {
		x, y := bridgeOf(t, l.Endpoints[0]), bridgeOf(t, l.Endpoints[1])
		if x != "" && y != "" {
			g[g.find(x)] = g.find(y)
		}
	}
	return g
}

// groups is a forest of names: a name maps to another of its group.
type groups map[string]string

func (g groups) find(name string) string {
	for {
		up, ok := g[name]
		if !ok || up == name {
			return name
		}
		name = up
	}
}

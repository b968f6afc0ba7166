package topotest

import (
	"maps"
	"slices"

	"github.com/vethlab/vethlab/topo"
)

// kinds has one row per kind of interface that a file can name: it gives a node an interface
// of the kind with drawn options, or none.
var kinds = map[string]func(*builder, *topo.Node){
	new(topo.Bridge).Word():  (*builder).bridge,
	new(topo.Dummy).Word():   addPlain(func() topo.LinkKind { return new(topo.Dummy) }),
	new(topo.Macvlan).Word(): (*builder).macvlan,
}

// KindNames returns the kinds of interface that are drawn, in order.
func KindNames() []string { return slices.Sorted(maps.Keys(kinds)) }

// addPlain is the row of a kind without options.
func addPlain(kind func() topo.LinkKind) func(*builder, *topo.Node) {
	return func(_ *builder, n *topo.Node) {
		k := kind()
		n.Interfaces = append(n.Interfaces, topo.Interface{Name: k.Word() + "0", Kind: k})
	}
}

// kinds puts an interface of each kind into some nodes that are not switches, and a bridge
// into the host namespace.
func (b *builder) kinds(o Options) {
	for _, k := range topo.LinkKinds() {
		draw := kinds[k.Word()]
		if draw == nil || slices.Contains(o.Without, k.Word()) {
			continue
		}
		for i := range b.top.Nodes {
			if n := &b.top.Nodes[i]; n.Kind != topo.Switch && b.named[n.Name] && b.chance(k.Word(), 4) {
				draw(b, n)
			}
		}
	}
	if b.wiring().Node(topo.HostNode) != nil && b.chance("bridge of the host", 2) {
		b.top.Nodes = append(b.top.Nodes, topo.Node{Name: topo.HostNode})
		b.bridge(&b.top.Nodes[len(b.top.Nodes)-1])
	}
}

// lowers returns the interfaces that those of a node can have for a lower device: its own and
// those of a linked node, as a file names them.
func (b *builder) lowers(n *topo.Node) []string {
	var names []string
	for _, other := range b.wiring().Nodes {
		for _, i := range other.Interfaces {
			switch {
			case other.IsHost() || i.IsLoopback() || i.Link != nil && !b.named[other.Name]:
			case other.Name == n.Name:
				names = append(names, i.Name)
			default:
				names = append(names, i.String())
			}
		}
	}
	return names
}

// addValid adds an interface to a node if the lab is valid with it.
func (b *builder) addValid(n *topo.Node, i topo.Interface) {
	before := n.Interfaces
	n.Interfaces = append(slices.Clip(before), i)
	if b.top.Validate() != nil {
		n.Interfaces = before
	}
}

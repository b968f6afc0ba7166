package topotest

import (
	"maps"
	"slices"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// kinds has one row per kind of interface that a file can name: it gives a node an interface
// of the kind with drawn options, or none.
var kinds = map[string]func(*builder, *topo.Node){
	new(topo.Bridge).Word(): (*builder).bridge,
	new(topo.Dummy).Word():  addPlain(func() topo.LinkKind { return new(topo.Dummy) }),
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

// hasMAC reports whether a file can give an interface a MAC.
func hasMAC(i *topo.Interface) bool {
	switch {
	case i.Name == topo.Loopback:
		return false
	case i.Kind == nil: // the end of a link
		return true
	}
	return !state.KindNamed(i.Kind.Word()).Traits().NoMAC
}

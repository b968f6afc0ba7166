package topotest

import (
	"slices"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// kinds has one row per kind of interface that has options. The others are drawn as they
// are.
var kinds = map[string]func(*builder, *topo.Node){
	new(topo.Bridge).Word(): (*builder).bridge,
}

// kinds puts an interface of each kind into some nodes that are not switches, and a bridge
// into the host namespace.
func (b *builder) kinds(o Options) {
	for _, k := range topo.LinkKinds() {
		if slices.Contains(o.Without, k.Word()) {
			continue
		}
		for i := range b.top.Nodes {
			if n := &b.top.Nodes[i]; n.Kind != topo.Switch && b.named[n.Name] && b.chance(k.Word(), 4) {
				b.addKind(n, k.Word())
			}
		}
	}
	if b.wiring().Node(topo.HostNode) != nil && b.chance("bridge of the host", 2) {
		b.top.Nodes = append(b.top.Nodes, topo.Node{Name: topo.HostNode})
		b.bridge(&b.top.Nodes[len(b.top.Nodes)-1])
	}
}

// addKind gives a node an interface of a kind.
func (b *builder) addKind(n *topo.Node, word string) {
	if draw := kinds[word]; draw != nil {
		draw(b, n)
		return
	}
	for _, k := range topo.LinkKinds() { // each with a value of its own
		if k.Word() == word {
			n.Interfaces = append(n.Interfaces, topo.Interface{Name: word + "0", Kind: k})
		}
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

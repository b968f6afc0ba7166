package decompile

import (
	"maps"
	"slices"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// A linkKind writes the attributes of a kind of link.
type linkKind struct {
	// write sets the attributes of an interface. Nil: written as a cable.
	write func(w *writer, ns *state.Namespace, l *state.Link, i *topo.Interface)

	// essence removes attributes without effect. Nil: there are none.
	essence func(state.Kind) state.Kind
}

// linkKinds has one row per kind of link.
func linkKinds() map[string]linkKind {
	return map[string]linkKind{
		state.Veth{}.Kind():   {},
		state.Bridge{}.Kind(): bridgeKind,
		state.Dummy{}.Kind():  {write: func(_ *writer, _ *state.Namespace, _ *state.Link, i *topo.Interface) { i.Kind = new(topo.Dummy) }},
	}
}

// KindNames returns the kinds of link that this package can write, sorted.
func KindNames() []string { return slices.Sorted(maps.Keys(linkKinds())) }

// bridgeKind is the row of bridges in linkKinds.
var bridgeKind = linkKind{
	write: func(w *writer, ns *state.Namespace, l *state.Link, i *topo.Interface) {
		b, _ := state.As[state.Bridge](l.Kind)
		i.MTU = w.mtu(l.MTU, bridgeMTU(ns, l.Name))
		kind := &topo.Bridge{Ports: ports(ns, l.Name), STP: b.STP}
		if b.STP && b.ForwardDelay != state.DefaultForwardDelay {
			kind.ForwardDelay = topo.Duration(b.ForwardDelay) * 10 * topo.Millisecond
		}
		i.Kind = kind
	},
	essence: func(k state.Kind) state.Kind {
		if b, _ := state.As[state.Bridge](k); b.STP {
			return b
		}
		return state.Bridge{} // the forward delay counts with STP only
	},
}

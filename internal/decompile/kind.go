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

	// mtu returns the default MTU of a link. Nil: [state.DefaultMTU].
	mtu func(ns *state.Namespace, link string) int

	// essence removes attributes without effect. Nil: there are none.
	essence func(state.Kind) state.Kind
}

// linkKinds has one row per kind of link.
func linkKinds() map[string]linkKind {
	return map[string]linkKind{
		state.Veth{}.Kind():    {},
		state.Bridge{}.Kind():  bridgeKind,
		state.Dummy{}.Kind():   {write: func(_ *writer, _ *state.Namespace, _ *state.Link, i *topo.Interface) { i.Kind = new(topo.Dummy) }},
		state.Macvlan{}.Kind(): macvlanKind,
	}
}

// KindNames returns the kinds of link that this package can write, sorted.
func KindNames() []string { return slices.Sorted(maps.Keys(linkKinds())) }

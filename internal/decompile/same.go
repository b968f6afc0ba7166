package decompile

import (
	"maps"
	"slices"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// Same reports whether a lab agrees with what it was made from, as far as
// [Essence] goes. A MAC that is not set in from may be any.
func Same(from, lab *state.State) bool {
	a, b := Essence(from), Essence(lab)
	for _, ns := range b.Namespaces {
		for _, l := range ns.Links {
			if o := a.Link(state.Endpoint{Namespace: ns.Name, Link: l.Name}); o != nil && o.MAC.IsZero() {
				l.MAC = topo.MAC{}
			}
		}
	}
	a, b = a.Normal(), b.Normal()
	return slices.Equal(a.Names(), b.Names()) && maps.EqualFunc(a.Namespaces, b.Namespaces, (*state.Namespace).Same)
}

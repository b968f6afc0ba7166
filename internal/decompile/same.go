package decompile

import (
	"maps"
	"slices"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// Same reports whether from and lab have the same [Essence]. If from does not set a
// MAC, lab may have any.
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

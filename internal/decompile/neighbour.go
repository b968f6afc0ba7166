package decompile

import (
	"fmt"
	"slices"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// putNeighbours is the row of neighbours in linkParts. In a lab file bridge ports have
// none: frames that arrive at them go to the bridge.
func putNeighbours(w *writer, ns *state.Namespace, l *state.Link, i *topo.Interface) {
	for _, n := range slices.Clone(ns.Neighbours) {
		switch {
		case n.Dev != l.Name:
		case l.Master != "":
			w.lose(state.Endpoint{Namespace: ns.Name, Link: l.Name}, "neighbour "+n.Address.String(),
				fmt.Sprintf("%s is a port of %s, and in a lab file ports have no neighbours", l.Name, l.Master))
			ns.Neighbours = ns.Neighbours.Without(n.Key())
		default:
			i.Neighbours = append(i.Neighbours, topo.Neighbour{Address: n.Address, MAC: n.MAC})
		}
	}
}

package compile

import "github.com/vethlab/vethlab/internal/state"

// setNeighbours adds the permanent entries of the neighbour tables.
func setNeighbours(_ *compiler, ns *state.Namespace, n *node) {
	for _, i := range n.ifaces {
		for _, neighbour := range i.Decl.Neighbours {
			ns.Neighbours = ns.Neighbours.Set(state.Neighbour{Address: neighbour.Address, MAC: neighbour.MAC, Dev: i.Name})
		}
	}
}

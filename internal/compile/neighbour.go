package compile

import "github.com/vethlab/vethlab/internal/state"

// setNeighbours adds the permanent entries of the neighbour tables.
func (c *compiler) setNeighbours(ns *state.Namespace, n *node) {
	for _, i := range n.ifaces {
		if i.Decl == nil {
			continue
		}
		for _, neighbour := range i.Decl.Neighbours {
			if !c.fits(i, neighbour.Address, "the neighbour "+neighbour.Address.String()) {
				continue
			}
			ns.Neighbours = ns.Neighbours.Set(state.Neighbour{Address: neighbour.Address, MAC: neighbour.MAC, Dev: i.Name})
		}
	}
}

package dump

import "github.com/vethlab/vethlab/internal/state"

const nudPermanent = 0x80 // NUD_PERMANENT (linux/neighbour.h)

// neighbours adds the permanent entries of the neighbour tables.
func (m *model) neighbours(from *state.Namespace, ns *Namespace) {
	for _, n := range from.Neighbours {
		ns.Neighbours = append(ns.Neighbours, Neighbour{
			Index: m.indexes(m.name)[n.Dev], To: n.Address, Address: hardware(n.MAC), State: nudPermanent,
			Protocol: m.protocol(n.Dev, 0),
		})
	}
}

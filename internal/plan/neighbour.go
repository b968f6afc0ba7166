package plan

import (
	"fmt"
	"slices"

	"github.com/vethlab/vethlab/internal/state"
)

// AddNeighbour adds a permanent entry to the neighbour table of a link.
type AddNeighbour struct {
	Namespace string
	Neighbour state.Neighbour
	Replace   bool  // takes the place of the entry with the same key, if there is one
	Protocol  uint8 // NDA_PROTOCOL, which a State does not hold; 0: none
}

// At implements [Op].
func (op AddNeighbour) At() state.Endpoint {
	return state.Endpoint{Namespace: op.Namespace, Link: op.Neighbour.Dev}
}

// Traits implements [Op].
func (op AddNeighbour) Traits() Traits {
	return Traits{thing: &neighbours, Protocol: op.Protocol, Neighbour: &op.Neighbour}
}

// Apply implements [Op].
func (op AddNeighbour) Apply(s *state.State) error {
	l, err := linkOf(s, op.At())
	if err != nil {
		return err
	}
	if err := checkFamily(op.At(), l, op.Neighbour.Address); err != nil {
		return err
	}
	ns := s.Namespaces[op.Namespace]
	if op.Neighbour.Dev == state.Lo {
		return fmt.Errorf("%s has no neighbours", op.At())
	}
	if _, taken := ns.Neighbours.Find(op.Neighbour.Key()); taken && !op.Replace {
		return fmt.Errorf("%s has the neighbour %s already", op.At(), op.Neighbour.Address)
	}
	ns.Neighbours = ns.Neighbours.Set(op.Neighbour)
	return nil
}

// DelNeighbour deletes an entry of the neighbour table of a link.
type DelNeighbour struct {
	Namespace string
	Key       state.NeighbourKey
}

// At implements [Op].
func (op DelNeighbour) At() state.Endpoint {
	return state.Endpoint{Namespace: op.Namespace, Link: op.Key.Dev}
}

// Traits implements [Op].
func (op DelNeighbour) Traits() Traits { return Traits{thing: &neighbours, Removes: true} }

// Apply implements [Op].
func (op DelNeighbour) Apply(s *state.State) error {
	if _, err := linkOf(s, op.At()); err != nil {
		return err
	}
	ns := s.Namespaces[op.Namespace]
	if _, ok := ns.Neighbours.Find(op.Key); !ok {
		return fmt.Errorf("%s has no neighbour %s", op.At(), op.Key.Address)
	}
	ns.Neighbours = ns.Neighbours.Without(op.Key)
	return nil
}

// neighbours are the permanent entries of the neighbour tables. Each is about its
// link. They outlive a lost carrier (neigh_carrier_down), but neither a link that is
// set down nor another MAC (neigh_ifdown, neigh_changeaddr in net/core/neighbour.c).
var neighbours = thing{
	stage:    afterLinks,
	converge: func(d *differ, want *state.Namespace, _ string) { d.setNeighbours(want) },
	deleted: func(ns *state.Namespace, l *state.Link) {
		dropNeighbours(ns, l, AllFamilies)
	},
	down:        func(ns *state.Namespace, l *state.Link) { dropNeighbours(ns, l, AllFamilies) },
	readdressed: func(ns *state.Namespace, l *state.Link) { dropNeighbours(ns, l, AllFamilies) },
	ipv6Off:     func(ns *state.Namespace, l *state.Link) { dropNeighbours(ns, l, IPv6Only) },
	addressless: func(ns *state.Namespace, l *state.Link, f Family) {
		if f == IPv4Only { // ARP goes with IPv4 (fib_disable_ip); ND stays
			dropNeighbours(ns, l, f)
		}
	},
	onHost: byProtocol,
	renamed: func(ns *state.Namespace, l *state.Link, name string) {
		for _, n := range slices.Clone(ns.Neighbours) {
			if n.Dev == l.Name {
				ns.Neighbours = ns.Neighbours.Without(n.Key())
				n.Dev = name
				ns.Neighbours = ns.Neighbours.Set(n)
			}
		}
	},
}

// dropNeighbours removes the neighbours of a family behind a link.
func dropNeighbours(ns *state.Namespace, l *state.Link, f Family) {
	ns.Neighbours = slices.DeleteFunc(ns.Neighbours, func(n state.Neighbour) bool {
		return n.Dev == l.Name && f.HasAddr(n.Address)
	})
}

// setNeighbours deletes and adds entries, and replaces those with another MAC.
func (d *differ) setNeighbours(want *state.Namespace) {
	now := d.now.Namespaces[want.Name]
	for _, n := range slices.Clone(now.Neighbours) {
		if _, wanted := want.Neighbours.Find(n.Key()); !wanted {
			d.emit(DelNeighbour{want.Name, n.Key()})
		}
	}
	for _, n := range want.Neighbours {
		if there, taken := now.Neighbours.Find(n.Key()); there != n {
			d.emit(AddNeighbour{Namespace: want.Name, Neighbour: n, Replace: taken, Protocol: protocol(want.Name)})
		}
	}
}

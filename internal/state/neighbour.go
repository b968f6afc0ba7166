package state

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/vethlab/vethlab/topo"
)

// A Neighbour is a permanent entry of the neighbour table of a link (NUD_PERMANENT):
// the kernel sends to the MAC without asking for it by ARP or ND.
type Neighbour struct {
	Address netip.Addr `json:"address"`
	MAC     topo.MAC   `json:"mac"`
	Dev     string     `json:"dev"`
}

// A NeighbourKey is what two neighbours of a namespace cannot share.
type NeighbourKey struct {
	Address netip.Addr
	Dev     string
}

// Key returns what no other neighbour of the namespace has.
func (n Neighbour) Key() NeighbourKey { return NeighbourKey{n.Address, n.Dev} }

// Compare orders neighbours by link, address and MAC.
func (n Neighbour) Compare(o Neighbour) int {
	return cmp.Or(CompareNames(n.Dev, o.Dev), n.Address.Compare(o.Address), cmp.Compare(n.MAC.String(), o.MAC.String()))
}

// Neighbours is a list of neighbours. In a State it is sorted.
type Neighbours []Neighbour

// Find returns the neighbour with that key.
func (ns Neighbours) Find(k NeighbourKey) (Neighbour, bool) {
	for _, n := range ns {
		if n.Key() == k {
			return n, true
		}
	}
	return Neighbour{}, false
}

// Set returns ns with n in it, in place of a neighbour with the same key.
func (ns Neighbours) Set(n Neighbour) Neighbours {
	ns = ns.Without(n.Key())
	i, _ := slices.BinarySearchFunc(ns, n, Neighbour.Compare)
	return slices.Insert(ns, i, n)
}

// Without returns ns less the neighbour with that key.
func (ns Neighbours) Without(k NeighbourKey) Neighbours {
	return slices.DeleteFunc(slices.Clone(ns), func(n Neighbour) bool { return n.Key() == k })
}

// neighbours is their row in parts.
var neighbours = part{
	clone: func(ns *Namespace) { ns.Neighbours = slices.Clone(ns.Neighbours) },
	normal: func(ns *Namespace) {
		slices.SortFunc(ns.Neighbours, Neighbour.Compare)
		ns.Neighbours = orNil(ns.Neighbours)
	},
	equal: func(a, b *Namespace) bool { return slices.Equal(a.Neighbours, b.Neighbours) },
}

// NeighbourEntries returns the number of entries in the neighbour tables of one family if
// all namespaces that share a subnet communicate with each other.
func (s *State) NeighbourEntries() int {
	members := map[netip.Prefix]int{}
	for _, ns := range s.Namespaces {
		for _, link := range ns.Links {
			first := link.Addresses.First(false)
			if !first.IsValid() {
				first = link.Addresses.First(true)
			}
			if first.IsValid() {
				members[first.Masked()]++
			}
		}
	}
	total := 0
	for _, n := range members {
		total += n * (n - 1)
	}
	return total
}

package topotest

import (
	"net/netip"
	"slices"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/topo"
)

// neighbours gives some interfaces permanent entries of the neighbour table.
func (b *builder) neighbours() {
	for i := range b.top.Nodes {
		for j := range b.top.Nodes[i].Interfaces {
			if b.chance("neighbour", 6) {
				b.ifValid(func() { addNeighbour(b.t, &b.top.Nodes[i].Interfaces[j]) }, &b.top.Nodes[i].Interfaces[j])
			}
		}
	}
}

// ifValid changes an interface and reverts that if the lab becomes invalid.
func (b *builder) ifValid(change func(), i *topo.Interface) {
	before := *i
	if change(); b.top.Validate() != nil {
		*i = before
	}
}

func addNeighbour(t *rapid.T, i *topo.Interface) {
	a := pick(t, "neighbour", netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("192.0.2.8"), netip.MustParseAddr("2001:db8::7"))
	i.Neighbours = append(slices.Clip(i.Neighbours),
		topo.Neighbour{Address: a, MAC: topo.MAC{2, 0x4e, 0, 0, 0, byte(rapid.IntRange(1, 3).Draw(t, "mac"))}})
}

// editNeighbour adds a neighbour to a declared interface, or removes the last one.
func editNeighbour(t *rapid.T, lab *topo.Topology) {
	n := drawIndex(t, "node", len(lab.Nodes))
	if n < 0 {
		return
	}
	k := drawIndex(t, "interface", len(lab.Nodes[n].Interfaces))
	if k < 0 {
		return
	}
	i := &lab.Nodes[n].Interfaces[k]
	if last := len(i.Neighbours) - 1; last >= 0 && rapid.Bool().Draw(t, "removes") {
		i.Neighbours = i.Neighbours[:last]
	} else {
		addNeighbour(t, i)
	}
}

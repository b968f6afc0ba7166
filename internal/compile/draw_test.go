package compile_test

import (
	"fmt"
	"net/netip"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/topo"
)

// drawRouted draws a lab with many routers. Now and then a link has subnets of its own,
// far from those of the others.
func drawRouted(t *rapid.T) *topo.Topology {
	lab := &topo.Topology{Name: "routed"}
	n := rapid.IntRange(2, 14).Draw(t, "nodes")
	for i := range n {
		kind := rapid.SampledFrom([]topo.Kind{topo.Host, topo.Router, topo.Router, topo.Router, topo.Switch}).Draw(t, "kind")
		lab.Nodes = append(lab.Nodes, topo.Node{Name: fmt.Sprint("n", i), Kind: kind})
	}
	pairs := map[[2]int]bool{} // links between switches, which must not be a loop
	for i := range rapid.IntRange(1, 2*n).Draw(t, "links") {
		a, b := rapid.IntRange(0, n-1).Draw(t, "a"), rapid.IntRange(0, n-1).Draw(t, "b")
		if a > b {
			a, b = b, a
		}
		if a == b || pairs[[2]int{a, b}] {
			continue
		}
		if lab.Nodes[a].Kind == topo.Switch && lab.Nodes[b].Kind == topo.Switch {
			continue // a tree of switches is drawn by topotest
		}
		pairs[[2]int{a, b}] = true
		l := cable(lab.Nodes[a].Name, lab.Nodes[b].Name)
		if rapid.IntRange(0, 3).Draw(t, "own subnets") == 0 && !hasSwitch(lab, a, b) {
			l.Subnet = drawSubnets(t, i)
		}
		lab.Links = append(lab.Links, l)
	}
	if rapid.Bool().Draw(t, "host") {
		lab.Links = append(lab.Links, cable(topo.HostNode, lab.Nodes[0].Name))
	}
	return lab
}

func hasSwitch(lab *topo.Topology, nodes ...int) bool {
	for _, i := range nodes {
		if lab.Nodes[i].Kind == topo.Switch {
			return true
		}
	}
	return false
}

func drawSubnets(t *rapid.T, i int) []netip.Prefix {
	first := rapid.SampledFrom([]byte{2, 11, 100, 172, 192}).Draw(t, "first byte")
	v4 := netip.PrefixFrom(netip.AddrFrom4([4]byte{first, byte(i), 0, 0}), 16)
	v6 := netip.PrefixFrom(netip.AddrFrom16([16]byte{0x20, first, 0, byte(i)}), 64)
	return rapid.SampledFrom([][]netip.Prefix{{v4}, {v6}, {v4, v6}}).Draw(t, "subnets")
}

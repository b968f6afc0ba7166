package topotest

import (
	"fmt"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/topo"
)

// macvlan gives a node one or two macvlans on an interface of its own or of another node.
func (b *builder) macvlan(n *topo.Node) {
	lowers := b.lowers(n)
	if len(lowers) == 0 {
		return
	}
	link := pick(b.t, "lower device", lowers...)
	for k := range rapid.IntRange(1, 2).Draw(b.t, "macvlans") {
		mode := pick(b.t, "mode", "", topo.MacvlanPrivate, topo.MacvlanVEPA, topo.MacvlanPassthru)
		b.addValid(n, topo.Interface{Name: fmt.Sprintf("mv%d", k), Kind: &topo.Macvlan{Link: link, Mode: mode}})
	}
}

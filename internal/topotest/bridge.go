package topotest

import (
	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/topo"
)

// bridge gives a node a bridge with ports that make no loop.
func (b *builder) bridge(n *topo.Node) {
	linked := b.wiring().Node(n.Name)
	if linked == nil {
		return
	}
	ends := linked.Interfaces
	if len(ends) == 0 {
		return
	}
	bridge := &topo.Bridge{Ports: []string{}}
	n.Interfaces = append(n.Interfaces, topo.Interface{Name: "lan0", Kind: bridge})
	for _, end := range ends[:rapid.IntRange(1, len(ends)).Draw(b.t, "ports")] {
		bridge.Ports = append(bridge.Ports, end.Name)
		if b.top.Validate() != nil {
			bridge.Ports = bridge.Ports[:len(bridge.Ports)-1]
		}
	}
	if b.chance("stp", 4) {
		bridge.STP = true
		bridge.ForwardDelay = pick(b.t, "forward delay", 0, 2*topo.Second, 4*topo.Second, 30*topo.Second)
	}
}

// wiring returns the wiring of the lab drawn so far.
func (b *builder) wiring() *topo.Wiring {
	b.t.Helper()
	w, err := b.top.Wiring()
	if err != nil {
		b.t.Fatalf("the drawn lab is invalid: %v", err)
	}
	return w
}

// declared returns a node's declaration of an interface, or nil.
func declared(n *topo.Node, name string) *topo.Interface {
	for i := range n.Interfaces {
		if n.Interfaces[i].Name == name {
			return &n.Interfaces[i]
		}
	}
	return nil
}

package decompile

import (
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// bridgeKind is the row of bridges in linkKinds.
var bridgeKind = linkKind{
	write: func(_ *writer, ns *state.Namespace, l *state.Link, i *topo.Interface) {
		b, _ := state.As[state.Bridge](l.Kind)
		kind := &topo.Bridge{Ports: ports(ns, l.Name), STP: b.STP}
		if b.STP && b.ForwardDelay != state.DefaultForwardDelay {
			kind.ForwardDelay = topo.Duration(b.ForwardDelay) * 10 * topo.Millisecond
		}
		i.Kind = kind
	},
	mtu: bridgeMTU,
	essence: func(k state.Kind) state.Kind {
		if b, _ := state.As[state.Bridge](k); b.STP {
			return b
		}
		return state.Bridge{} // the forward delay counts with STP only
	},
}

// endsOf returns the number of links' ends at each node.
func endsOf(t *topo.Topology) map[string]int {
	ends := map[string]int{}
	for _, l := range t.Links {
		for _, e := range l.Endpoints {
			ends[e.Node]++
		}
	}
	return ends
}

// canBeSwitch reports whether a node with that number of ends of links has one bridge, of
// a switch's default name, no routes, and only ports as links.
func canBeSwitch(n *topo.Node, ends int) bool {
	var bridge *topo.Bridge
	for _, i := range n.Interfaces {
		if b, ok := i.Kind.(*topo.Bridge); ok && i.Name == topo.BridgeName {
			bridge = b
		} else if i.Kind != nil {
			return false
		}
	}
	return n.Name != topo.HostNode && n.Kind == "" && len(n.Routes) == 0 && bridge != nil && len(bridge.Ports) == ends
}

// makeSwitch changes a node for which canBeSwitch is true into a switch.
func makeSwitch(n *topo.Node) {
	var own topo.Interfaces
	for _, i := range n.Interfaces {
		if b, ok := i.Kind.(*topo.Bridge); ok {
			i.Kind = nil
			if b.STP {
				i.Kind = &topo.Bridge{STP: b.STP, ForwardDelay: b.ForwardDelay}
			}
			if len(i.Addresses) == 0 {
				i.Addresses = nil
			}
			if i.IsEmpty() {
				continue
			}
		}
		own = append(own, i)
	}
	n.Kind, n.Interfaces = topo.Switch, own
}

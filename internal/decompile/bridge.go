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

// canBeSwitch reports whether a node has one bridge, of a switch's default name, no
// routes, and only ports as links.
func canBeSwitch(t *topo.Topology, n *topo.Node) bool {
	var bridge *topo.Bridge
	for _, i := range n.Interfaces {
		if b, ok := i.Kind.(*topo.Bridge); ok && i.Name == topo.BridgeName {
			bridge = b
		} else if i.Kind != nil {
			return false
		}
	}
	ends := 0
	for _, l := range t.Links {
		for _, e := range l.Endpoints {
			if e.Node == n.Name {
				ends++
			}
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

package walk

import (
	"slices"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/topo"
)

// macvlanMode returns the mode of a macvlan, as in ip-link(8).
func (n *Network) macvlanMode(at dump.LinkRef) string {
	m, _ := n.wiring.Link(at).Info.(dump.Macvlan)
	return m.Mode
}

// macvlansOn returns the macvlans on a lower device that are up: the kernel knows the MACs of
// these only (macvlan_hash_add).
func (n *Network) macvlansOn(lower dump.LinkRef) []dump.LinkRef {
	return slices.DeleteFunc(slices.Clone(n.uppers[lower]), func(at dump.LinkRef) bool {
		_, ok := n.wiring.Link(at).Info.(dump.Macvlan)
		return !ok || !n.wiring.Link(at).Flags.Has(dump.Up)
	})
}

// withMAC returns that of the links which has an address.
func (n *Network) withMAC(links []dump.LinkRef, mac topo.MAC) (dump.LinkRef, bool) {
	k := slices.IndexFunc(links, func(at dump.LinkRef) bool { return macOf(n.wiring.Link(at)) == mac })
	if k < 0 {
		return dump.LinkRef{}, false
	}
	return links[k], true
}

// sendByMacvlan sends a frame by the lower device, or within it to other macvlans if both have
// the mode bridge (macvlan_queue_xmit in drivers/net/macvlan.c).
func sendByMacvlan(n *Network, at dump.LinkRef, f Frame) action {
	lower, ok := n.wiring.Lower(at)
	if !ok {
		return action{drop: dropped(NotRead, "the lower device")}
	}
	out := move{at: lower, dir: Out}
	if n.macvlanMode(at) != "bridge" {
		return action{next: []move{out}}
	}
	others := n.macvlansOn(lower)
	if isMulticast(f.Dst) {
		return action{next: append(n.floodMacvlans(others, at, "bridge"), out)}
	}
	if to, ok := n.withMAC(others, f.Dst); ok && n.macvlanMode(to) == "bridge" {
		return action{next: []move{{at: lower, dir: In}}}
	}
	return action{next: []move{out}}
}

// floodMacvlans returns the moves to the macvlans of some modes but the sender (macvlan_broadcast).
func (n *Network) floodMacvlans(macvlans []dump.LinkRef, sender dump.LinkRef, modes ...string) []move {
	var moves []move
	for _, at := range macvlans {
		if at != sender && slices.Contains(modes, n.macvlanMode(at)) {
			moves = append(moves, move{at: at, dir: In})
		}
	}
	return moves
}

// takeForMacvlans passes a frame to the macvlan with its destination, to all if it is for a
// group, and to one with mode passthru always (macvlan_handle_frame).
func takeForMacvlans(n *Network, lower dump.LinkRef, f Frame) (next []move, all bool) {
	up := n.macvlansOn(lower)
	src, own := n.withMAC(up, f.Src)
	switch mode := n.macvlanMode; {
	case !isMulticast(f.Dst):
		return n.takeUnicast(lower, up, f.Dst)
	case own && mode(src) != "vepa" && mode(src) != "bridge":
		return []move{{at: src, dir: In}}, true
	case !own:
		return n.floodMacvlans(up, dump.LinkRef{}, "private", "vepa", "passthru", "bridge"), false
	case mode(src) == "vepa":
		return n.floodMacvlans(up, src, "vepa", "bridge"), false
	}
	return n.floodMacvlans(up, src, "vepa"), false // those with mode bridge got it from the sender
}

func (n *Network) takeUnicast(lower dump.LinkRef, up []dump.LinkRef, dst topo.MAC) (next []move, all bool) {
	for _, at := range n.uppers[lower] {
		if n.macvlanMode(at) != "passthru" {
			continue
		}
		m := move{at: at, dir: In, local: true}
		if !slices.Contains(up, at) {
			m.drop = dropped(LinkDown, "")
		}
		return []move{m}, true
	}
	if at, ok := n.withMAC(up, dst); ok && n.macvlanMode(at) != "source" {
		return []move{{at: at, dir: In, local: true}}, true
	}
	return nil, false
}

func macvlanWhyNoCarrier(n *Network, at dump.LinkRef) string {
	lower, ok := n.wiring.Lower(at)
	switch {
	case !ok:
		return ""
	case !n.wiring.Link(lower).Flags.Has(dump.Up):
		return "its lower device is down"
	}
	return "its lower device has no carrier"
}

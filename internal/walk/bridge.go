package walk

import (
	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/topo"
)

// Port states (BR_STATE_*).
const (
	learning   = 2
	forwarding = 3
)

// stateNames are bridge(8)'s words.
var stateNames = []string{"disabled", "listening", "learning", "forwarding", "blocking"}

// receiveByBridge is br_handle_frame: a bridge learns where the source is, and
// forwards to where it knows the destination to be, or floods.
func receiveByBridge(n *Network, bridge, port dump.LinkRef, f Frame) action {
	b, known := n.settings(bridge)
	if !known {
		return action{drop: dropped(NotSeen, "the settings of the bridge")}
	}
	p := n.port(port)
	if group(f.Src) || f.Src.IsZero() {
		return action{drop: dropped(BadSource, "%s", macText(f.Src))}
	}
	if a, done := n.receiveReserved(b, bridge, port, f); done {
		return a
	}
	if p.State != forwarding && p.State != learning {
		return action{drop: inState(p)}
	}
	if b.VLANFiltering {
		return action{drop: dropped(FiltersVLANs, "")}
	}
	if e := n.fdb[bridge][f.Src]; p.Locked && (e.Local() || e.port != port) {
		return action{drop: dropped(Locked, "%s is not known at it", macText(f.Src))}
	}
	a := action{learned: n.learn(b, bridge, port, f.Src)}
	if p.State == learning {
		a.drop = inState(p)
		return a
	}
	return n.forward(a, bridge, port, f)
}

// forward adds to an action where a bridge sends a frame that a port received.
func (n *Network) forward(a action, bridge, port dump.LinkRef, f Frame) action {
	e, found := n.fdb[bridge][f.Dst]
	up := move{at: bridge, dir: In}
	// The port's own address makes a frame one for this host before the bridge
	// has it (eth_type_trans); that of another port does not.
	up.taken = f.Dst == macOf(n.wiring.Link(port))
	switch {
	case group(f.Dst):
		a.lookup, a.next = lookupOf(f.Dst), append(n.flood(bridge, port, f), up)
		return a
	case found && e.Local():
		a.lookup, a.next = Own, []move{up}
		return a
	case found && e.port == bridge:
		a.drop = dropped(ToItself, "")
	case found:
		a.lookup, a.next = Known, []move{n.toPort(port, e.port)}
	default:
		a.lookup, a.next = Unknown, n.flood(bridge, port, f)
	}
	if n.wiring.Link(bridge).Promiscuity > 0 {
		a.next = append(a.next, up)
	}
	return a
}

// sendByBridge is br_dev_xmit: what the bridge's own namespace sends by it. Flags of
// ports against flooding hold for unicast only.
func sendByBridge(n *Network, bridge dump.LinkRef, f Frame) action {
	b, known := n.settings(bridge)
	if !known {
		return action{drop: dropped(NotSeen, "the settings of the bridge")}
	}
	if b.VLANFiltering {
		return action{drop: dropped(FiltersVLANs, "")}
	}
	e, found := n.fdb[bridge][f.Dst]
	switch {
	case group(f.Dst):
		return action{lookup: lookupOf(f.Dst), next: n.flood(bridge, bridge, f)}
	case found && e.port == bridge:
		return action{lookup: Own, drop: dropped(ToItself, "")}
	case found: // also to the own address of a port, which sends it out
		return action{lookup: Known, next: []move{n.toPort(bridge, e.port)}}
	}
	return action{lookup: Unknown, next: n.flood(bridge, bridge, f)}
}

func lookupOf(to topo.MAC) Lookup {
	if to == toAll {
		return Broadcast
	}
	return Multicast
}

// flood returns a move to each port of a bridge (br_flood). From is the port that
// the frame came by, or the bridge itself.
func (n *Network) flood(bridge, from dump.LinkRef, f Frame) []move {
	moves := make([]move, 0, len(n.ports[bridge])+1)
	for _, to := range n.ports[bridge] {
		m, p := n.toPort(from, to), n.port(to)
		why := floodable(p, f.Dst, from == bridge)
		if why != "" {
			m.drop = dropped(why, "")
		}
		moves = append(moves, m)
	}
	return moves
}

// floodable says why frames to an address are not flooded to a port; "": they are.
// Own are those that the bridge itself sends.
func floodable(p dump.Port, to topo.MAC, own bool) Reason {
	switch {
	case !group(to) && !p.Flood:
		return FloodOff
	case to == toAll && !p.BroadcastFlood && !own:
		return BroadcastFloodOff
	case group(to) && to != toAll && !p.MulticastFlood && !own:
		return MulticastFloodOff
	case p.ProxyARP:
		return ProxyARP
	}
	return ""
}

// toPort returns the move to a port, or why there is none (should_deliver).
func (n *Network) toPort(from, to dump.LinkRef) move {
	m := move{at: to, dir: Out}
	if n.wiring.Link(to) == nil {
		m.drop = dropped(NotSeen, "")
		return m
	}
	p := n.port(to)
	switch {
	case from == to && !p.Hairpin:
		m.drop = dropped(HairpinOff, "")
	case p.State != forwarding:
		m.drop = inState(p)
	case p.Isolated && n.isolated(from):
		m.drop = dropped(Isolated, "")
	}
	return m
}

// isolated reports whether a place is an isolated port. A bridge itself is none.
func (n *Network) isolated(at dump.LinkRef) bool {
	l := n.wiring.Link(at)
	return l.Master != 0 && n.port(at).Isolated
}

func inState(p dump.Port) drop {
	name := "unknown"
	if int(p.State) < len(stateNames) {
		name = stateNames[p.State]
	}
	return dropped(PortState, "%s", name)
}

// settings returns what is special to a bridge. False: it was not read.
func (n *Network) settings(bridge dump.LinkRef) (dump.Bridge, bool) {
	b, ok := n.wiring.Link(bridge).Info.(dump.Bridge)
	return b, ok
}

// port returns what a link is as a port. Where that was not read, as in a
// [dump.Model], it is what a new port is.
func (n *Network) port(at dump.LinkRef) dump.Port {
	l := n.wiring.Link(at)
	if l.Port != nil {
		return *l.Port
	}
	p := dump.Port{Learning: true, Flood: true, MulticastFlood: true, BroadcastFlood: true}
	master := n.wiring.Link(dump.LinkRef{Netns: at.Netns, Index: l.Master})
	if l.Flags.Has(dump.Up|dump.LowerUp) && master != nil && master.Flags.Has(dump.Up) {
		p.State = forwarding
	}
	return p
}

func bridgeLacks(n *Network, at dump.LinkRef) string {
	if len(n.ports[at]) == 0 {
		return "it has no ports"
	}
	for _, p := range n.ports[at] {
		if n.port(p).State == forwarding {
			return ""
		}
	}
	return "none of its ports is forwarding"
}

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

// stateNames are those of bridge(8).
var stateNames = []string{"disabled", "listening", "learning", "forwarding", "blocking"}

// receiveByBridge is br_handle_frame: a bridge learns the port of the source, and
// forwards to the port of the destination, or floods.
func receiveByBridge(n *Network, bridge, port dump.LinkRef, f Frame) action {
	b, known := n.settings(bridge)
	if !known {
		return action{drop: dropped(NotRead, "the settings of the bridge")}
	}
	p := n.port(port)
	if isMulticast(f.Src) || f.Src.IsZero() {
		return action{drop: dropped(BadSource, "%s", macText(f.Src))}
	}
	if a, done := n.receiveReserved(b, bridge, port, f); done {
		return a
	}
	if p.State != forwarding && p.State != learning {
		return action{drop: wrongState(p)}
	}
	if b.VLANFiltering {
		return action{drop: dropped(FiltersVLANs, "")}
	}
	if e := n.fdb[bridge][f.Src]; p.Locked && (e.Local() || e.port != port) {
		return action{drop: dropped(Locked, "the database does not have %s at this port", macText(f.Src))}
	}
	a := action{learned: n.learn(b, bridge, port, f.Src)}
	if p.State == learning {
		a.drop = wrongState(p)
		return a
	}
	return n.forward(a, bridge, port, f)
}

// forward adds to an action the ports to which a bridge forwards a received frame.
func (n *Network) forward(a action, bridge, port dump.LinkRef, f Frame) action {
	e, found := n.fdb[bridge][f.Dst]
	up := move{at: bridge, dir: In}
	// eth_type_trans classifies a frame to the receiving port's own address as for this
	// host before the bridge gets it; not so a frame to the address of another port.
	up.local = f.Dst == macOf(n.wiring.Link(port))
	switch {
	case isMulticast(f.Dst):
		a.lookup, a.next = lookupOf(f.Dst), append(n.flood(bridge, port, f), up)
		return a
	case found && e.Local():
		a.lookup, a.next = Local, []move{up}
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

// sendByBridge is br_dev_xmit: the bridge's own namespace sends. Of the ports' flood
// flags only that for unicast applies.
func sendByBridge(n *Network, bridge dump.LinkRef, f Frame) action {
	b, known := n.settings(bridge)
	if !known {
		return action{drop: dropped(NotRead, "the settings of the bridge")}
	}
	if b.VLANFiltering {
		return action{drop: dropped(FiltersVLANs, "")}
	}
	e, found := n.fdb[bridge][f.Dst]
	switch {
	case isMulticast(f.Dst):
		return action{lookup: lookupOf(f.Dst), next: n.flood(bridge, bridge, f)}
	case found && e.port == bridge:
		return action{lookup: Local, drop: dropped(ToItself, "")}
	case found: // also for a port's own address: that port sends the frame
		return action{lookup: Known, next: []move{n.toPort(bridge, e.port)}}
	}
	return action{lookup: Unknown, next: n.flood(bridge, bridge, f)}
}

func lookupOf(to topo.MAC) Lookup {
	if to == broadcastMAC {
		return Broadcast
	}
	return Multicast
}

// flood returns a move to each port of a bridge (br_flood). From is the receiving
// port, or the bridge itself.
func (n *Network) flood(bridge, from dump.LinkRef, f Frame) []move {
	moves := make([]move, 0, len(n.ports[bridge])+1)
	for _, to := range n.ports[bridge] {
		m, p := n.toPort(from, to), n.port(to)
		if reason := whyNotFlooded(p, f.Dst, from == bridge); reason != "" {
			m.drop = dropped(reason, "")
		}
		moves = append(moves, m)
	}
	return moves
}

// whyNotFlooded returns why frames to an address are not flooded to a port, or "". Own
// means that the bridge itself sends the frame.
func whyNotFlooded(p dump.Port, to topo.MAC, own bool) Reason {
	switch {
	case !isMulticast(to) && !p.Flood:
		return FloodOff
	case to == broadcastMAC && !p.BroadcastFlood && !own:
		return BroadcastFloodOff
	case isMulticast(to) && to != broadcastMAC && !p.MulticastFlood && !own:
		return MulticastFloodOff
	case p.ProxyARP:
		return ProxyARP
	}
	return ""
}

// toPort returns the move to a port, with a drop if should_deliver is false.
func (n *Network) toPort(from, to dump.LinkRef) move {
	m := move{at: to, dir: Out}
	if n.wiring.Link(to) == nil {
		m.drop = dropped(NotRead, "")
		return m
	}
	p := n.port(to)
	switch {
	case from == to && !p.Hairpin:
		m.drop = dropped(HairpinOff, "")
	case p.State != forwarding:
		m.drop = wrongState(p)
	case p.Isolated && n.isolated(from):
		m.drop = dropped(Isolated, "")
	}
	return m
}

// isolated reports whether a link is an isolated port.
func (n *Network) isolated(at dump.LinkRef) bool {
	l := n.wiring.Link(at)
	return l.Master != 0 && n.port(at).Isolated
}

func wrongState(p dump.Port) drop {
	name := "unknown"
	if int(p.State) < len(stateNames) {
		name = stateNames[p.State]
	}
	return dropped(PortState, "%s", name)
}

// settings returns the options of a bridge. It reports false if they were not read.
func (n *Network) settings(bridge dump.LinkRef) (dump.Bridge, bool) {
	b, ok := n.wiring.Link(bridge).Info.(dump.Bridge)
	return b, ok
}

// port returns the options of a port. If they were not read, as in a [dump.Model], it
// returns those of a new port.
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

func bridgeWhyNoCarrier(n *Network, at dump.LinkRef) string {
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

package walk

import "github.com/vethlab/vethlab/internal/dump"

// sendByVeth moves a frame to the peer, which drops it if it is down or if the frame
// is too long (veth_xmit).
func sendByVeth(n *Network, at dump.LinkRef, f Frame) action {
	to, ok := n.wiring.Peer(at)
	if !ok {
		return action{drop: dropped(PeerNotRead, "")}
	}
	m, peer := move{at: to, dir: In}, n.wiring.Link(to)
	switch {
	case !peer.Flags.Has(dump.Up):
		m.drop = dropped(LinkDown, "")
	case f.Size > peer.MTU+vlanTag:
		m.drop = tooLong(f, peer)
	}
	return action{next: []move{m}}
}

func vethWhyNoCarrier(n *Network, at dump.LinkRef) string {
	if to, ok := n.wiring.Peer(at); ok && !n.wiring.Link(to).Flags.Has(dump.Up) {
		return "its peer is down"
	}
	return ""
}

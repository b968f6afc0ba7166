package walk

import "github.com/vethlab/vethlab/internal/dump"

// sendByVeth lets a frame arrive at the peer, which takes none when it is down or
// when the frame is too long for it (veth_xmit).
func sendByVeth(n *Network, at dump.LinkRef, f Frame) action {
	to, ok := n.wiring.Peer(at)
	if !ok {
		return action{drop: dropped(PeerNotSeen, "")}
	}
	m, peer := move{at: to, dir: In}, n.wiring.Link(to)
	switch {
	case !peer.Flags.Has(dump.Up):
		m.drop = dropped(LinkDown, "")
	case f.Size > peer.MTU+tag:
		m.drop = tooLong(f, peer)
	}
	return action{next: []move{m}}
}

func vethLacks(n *Network, at dump.LinkRef) string {
	if to, ok := n.wiring.Peer(at); ok && !n.wiring.Link(to).Flags.Has(dump.Up) {
		return "its peer is down"
	}
	return ""
}

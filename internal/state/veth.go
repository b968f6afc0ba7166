package state

// Veth is one end of a virtual cable (veth(4)).
type Veth struct {
	plainKind

	// Peer is the other end. The zero Endpoint: somewhere outside this State.
	Peer Endpoint `json:"peer"`
}

// Kind returns "veth".
func (Veth) Kind() string { return "veth" }

// Equal implements [Kind].
func (v Veth) Equal(o Kind) bool { return equal(v, o) }

// Changes implements [Kind].
func (v Veth) Changes(want Kind) ([]Change, bool) { return unchangeable(v, want) }

// PeerEnd returns the other end.
func (v Veth) PeerEnd() (Endpoint, bool) { return v.Peer, true }

// Renamed implements [Kind].
func (v Veth) Renamed(from, to Endpoint) Kind {
	if v.Peer == from {
		v.Peer = to
	}
	return v
}

// Carrier reports whether the other end is up.
func (v Veth) Carrier(s *State, _ Endpoint) bool {
	peer := s.Link(v.Peer)
	return peer != nil && peer.Up
}

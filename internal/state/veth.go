package state

// Veth is one end of a virtual cable (veth(4)).
type Veth struct {
	// Peer is the other end. The zero Endpoint: somewhere outside this State.
	Peer Endpoint `json:"peer"`
}

// Kind returns "veth".
func (Veth) Kind() string { return "veth" }

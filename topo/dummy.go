package topo

// A Dummy is an interface without a peer, for addresses that belong to no link. The
// kernel drops what is sent to it. It has no options.
type Dummy struct{}

// Word returns "dummy".
func (*Dummy) Word() string { return "dummy" }

func (*Dummy) clone() LinkKind { return new(Dummy) }

func (*Dummy) traits() traits { return traits{} }

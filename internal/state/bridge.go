package state

// Bridge is a software switch. The zero value is how labs want it: forwarding
// at once, no spanning tree.
type Bridge struct {
	STP bool `json:"stp,omitempty"` // spanning tree protocol

	// ForwardDelay is how long a port listens and learns before it forwards
	// where STP is on, in hundredths of a second (the kernel's own unit;
	// its default is 1500).
	ForwardDelay int `json:"forward_delay"`
}

// Kind returns "bridge".
func (Bridge) Kind() string { return "bridge" }

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

// Limits of a forward delay where STP is on, in hundredths of a second
// (BR_MIN_FORWARD_DELAY and BR_MAX_FORWARD_DELAY).
const (
	MinForwardDelay = 200
	MaxForwardDelay = 3000
)

// DelayFits reports whether the kernel takes a forward delay, in hundredths of a
// second, on a bridge where STP is on.
func DelayFits(delay int) bool { return MinForwardDelay <= delay && delay <= MaxForwardDelay }

// Kind returns "bridge".
func (Bridge) Kind() string { return "bridge" }

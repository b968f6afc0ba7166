package state

// Dummy is an interface that drops all frames: it is for
// addresses that belong to no link.
type Dummy struct{ plainKind }

// Kind returns "dummy".
func (Dummy) Kind() string { return "dummy" }

// Traits implements [Kind].
func (Dummy) Traits() Traits { return Traits{Made: true, NoOperState: true, NoARP: true} }

// Equal implements [Kind].
func (d Dummy) Equal(o Kind) bool { return equal(d, o) }

// Changes implements [Kind].
func (d Dummy) Changes(want Kind) ([]Change, bool) { return unchangeable(d, want) }

// Renamed implements [Kind].
func (d Dummy) Renamed(_, _ Endpoint) Kind { return d }

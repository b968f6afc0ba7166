package state

// Other is a link of a kind that labs do not make but that a user may have put
// into a lab's namespace, or a device of the machine.
type Other struct {
	plainKind

	Name string `json:"-"`
}

// Kind returns the kernel's name of the kind, or "" for a device without one.
func (o Other) Kind() string { return o.Name }

// Traits implements [Kind]: a link whose kind has no name is a device of the machine.
func (o Other) Traits() Traits { return Traits{Made: o.Name != "", Foreign: true} }

// Equal implements [Kind].
func (o Other) Equal(k Kind) bool { return equal(o, k) }

// Changes implements [Kind].
func (o Other) Changes(want Kind) ([]Change, bool) { return unchangeable(o, want) }

// Renamed implements [Kind].
func (o Other) Renamed(_, _ Endpoint) Kind { return o }

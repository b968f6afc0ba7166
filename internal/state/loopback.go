package state

// Lo is the name of the loopback link, which every namespace has.
const Lo = "lo"

// Loopback is the link lo. It can be neither made nor deleted.
type Loopback struct{ plainKind }

// newLo returns lo as it is in a new namespace.
func newLo() *Link {
	return &Link{Name: Lo, Index: 1, Kind: Loopback{}, MTU: LoMTU, AutoLinkLocal: true}
}

// Kind returns "loopback".
func (Loopback) Kind() string { return "loopback" }

// Traits implements [Kind].
func (Loopback) Traits() Traits { return Traits{Immovable: true, NoOperState: true, NoMAC: true} }

// Equal implements [Kind].
func (l Loopback) Equal(o Kind) bool { return equal(l, o) }

// Changes implements [Kind].
func (l Loopback) Changes(want Kind) ([]Change, bool) { return unchangeable(l, want) }

// Renamed implements [Kind].
func (l Loopback) Renamed(_, _ Endpoint) Kind { return l }

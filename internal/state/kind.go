package state

import (
	"encoding/json"
	"fmt"
	"time"
)

// A Kind is the settings and the behaviour of one kind of link: other packages call
// the Kind of a link and don't know which kinds exist. A type that implements it embeds
// [plainKind], overrides what differs, and has its row in kinds.
//
// Kinds are values: nothing that one holds is changed once it is in a State.
type Kind interface {
	// Kind returns the kernel's word, such as "veth" (IFLA_INFO_KIND).
	Kind() string

	// Traits returns what holds for all links of this kind.
	Traits() Traits

	// Equal reports whether o is of the same kind with the same settings.
	Equal(o Kind) bool

	// Changes returns the changes in place, in their order, that make want of
	// this Kind. False: the link must be deleted and created again.
	Changes(want Kind) ([]Change, bool)

	// Check returns why the kernel would refuse such a link, or nil.
	Check() error

	// PeerEnd returns the peer of a link that is created and deleted together
	// with it. The zero Endpoint: it is outside of the State.
	PeerEnd() (Endpoint, bool)

	// Lower returns the lower links, also in other namespaces. They are created
	// before it, and it is deleted with any of them. The first is its IFLA_LINK. The
	// zero Endpoint: it is outside of the State.
	Lower() []Endpoint

	// Renamed returns the Kind with to in place of from wherever it names it.
	Renamed(from, to Endpoint) Kind

	// Carrier reports whether the link at e, which is up and of this Kind, has
	// a carrier when all in s has settled.
	Carrier(s *State, e Endpoint) bool

	// CarrierDelay is how long after its ports have a carrier it has one itself.
	CarrierDelay() time.Duration

	// CreateMTU returns the MTU to create a link with for which want is wanted,
	// both in bytes.
	CreateMTU(want int) int
}

// Traits are what holds for all links of a kind.
type Traits struct {
	// Made says that the link can be created and deleted, unlike lo and physical
	// devices.
	Made bool

	// Foreign says that labs have no links of this kind.
	Foreign bool

	// TakesPorts says that other links can be its ports (IFLA_MASTER).
	TakesPorts bool

	// Forwards says that it forwards frames between its ports, as a switch does.
	Forwards bool

	// MTUOfPorts says that its MTU is the smallest of its ports' as long as
	// it is not set.
	MTUOfPorts bool

	// Immovable says that it can't leave the namespace it was made in
	// (NETIF_F_NETNS_LOCAL).
	Immovable bool

	// NoMAC says that labs don't give it a MAC: its link-layer address is none, as
	// of a tunnel, or always the same.
	NoMAC bool

	// NoOperState says that its driver reports no carrier: IFLA_OPERSTATE stays
	// "unknown" also when it is up.
	NoOperState bool

	// NoARP says that the kernel neither looks for neighbours on it nor answers
	// who looks for it (IFF_NOARP).
	NoARP bool
}

// A Change changes settings of a kind of link in place. Nil fields are not changed.
type Change interface {
	// Kind returns the kernel's word for the kind that is changed.
	Kind() string

	// Apply returns now with the change made, or why the kernel would
	// refuse it.
	Apply(now Kind) (Kind, error)
}

// kinds has one row per kind of link.
var kinds = []kindRow{
	rowOf[Loopback](),
	rowOf[Veth](),
	rowOf[Bridge](),
	rowOf[Dummy](),
}

// A kindRow has the zero value and the JSON decoder of a kind.
type kindRow struct {
	zero   Kind
	decode func(json.RawMessage) (Kind, error)
}

func rowOf[K Kind]() kindRow {
	var zero K
	return kindRow{zero, decodeKind[K]}
}

// Kinds returns one value of each kind that has a row, with zero settings.
func Kinds() []Kind {
	list := make([]Kind, len(kinds))
	for i, row := range kinds {
		list[i] = row.zero
	}
	return list
}

// KindNamed returns the kind of that name, with zero settings; [Other] if labs do
// not have it.
func KindNamed(name string) Kind {
	for _, row := range kinds {
		if row.zero.Kind() == name {
			return row.zero
		}
	}
	return Other{Name: name}
}

// kindOf reads the special part of a link from JSON.
func kindOf(name string, info json.RawMessage) (Kind, error) {
	for _, row := range kinds {
		if row.zero.Kind() == name {
			return row.decode(info)
		}
	}
	return Other{Name: name}, nil
}

func decodeKind[K Kind](info json.RawMessage) (Kind, error) {
	var k K
	if len(info) == 0 {
		return k, nil
	}
	err := json.Unmarshal(info, &k)
	return k, err
}

// As returns k as the type K, and whether it is one: for the rows of a room's table
// of kinds, each of which knows one type.
func As[K Kind](k Kind) (K, bool) {
	v, ok := k.(K)
	return v, ok
}

// equal reports whether o is of the same type as k, which is comparable, and has
// the same settings.
func equal[K interface {
	Kind
	comparable
}](k K, o Kind) bool {
	v, ok := As[K](o)
	return ok && v == k
}

// plainKind is the default of a Kind: a single link without ports, lower links and
// settings, which always has a carrier.
type plainKind struct{}

// Traits implements [Kind].
func (plainKind) Traits() Traits { return Traits{Made: true} }

// Check implements [Kind].
func (plainKind) Check() error { return nil }

// PeerEnd implements [Kind].
func (plainKind) PeerEnd() (Endpoint, bool) { return Endpoint{}, false }

// Lower implements [Kind].
func (plainKind) Lower() []Endpoint { return nil }

// Carrier implements [Kind].
func (plainKind) Carrier(*State, Endpoint) bool { return true }

// CarrierDelay implements [Kind].
func (plainKind) CarrierDelay() time.Duration { return 0 }

// CreateMTU implements [Kind].
func (plainKind) CreateMTU(want int) int { return want }

// unchangeable says of a Kind without settings that can be changed in place.
func unchangeable(now, want Kind) ([]Change, bool) { return nil, now.Equal(want) }

// wrongKind says that a change is not for a kind.
func wrongKind(c Change, now Kind) error {
	return fmt.Errorf("a %s has no settings of a %s", orDevice(now.Kind()), c.Kind())
}

func orDevice(kind string) string {
	if kind == "" {
		return "device"
	}
	return kind
}

package state

import (
	"encoding/json"
	"fmt"
	"time"
)

// A Kind has the settings of a link and the behaviour of its kind. Other packages call
// these methods and do not test for a kind. A type that implements Kind embeds
// [plainKind], overrides the methods that differ, and has a row in the table kinds.
//
// A Kind is a value: once it is in a State, it is replaced and not modified.
type Kind interface {
	// Kind returns the kernel's name of the kind, such as "veth" (IFLA_INFO_KIND).
	Kind() string

	// Traits returns the properties that all links of this kind share.
	Traits() Traits

	// Equal reports whether o is of the same kind with the same settings.
	Equal(o Kind) bool

	// Changes returns the changes that turn this Kind into want while the link exists,
	// in the order to make them. It returns false if the link must be deleted and
	// created again.
	Changes(want Kind) ([]Change, bool)

	// Check returns the reason why the kernel would refuse these settings, or nil.
	Check() error

	// CheckLower returns the reason why the kernel would refuse to create the link in s,
	// because of its lower devices and their other upper devices, or nil. The rules of
	// [Traits] are checked by others.
	CheckLower(s *State) error

	// CheckPort returns the reason why the kernel would refuse a link as a port, or nil. It
	// is called for kinds that take ports.
	CheckPort(port *Link) error

	// PeerEnd returns the peer, which is created and deleted together with the link,
	// and whether the kind has one. It is the zero Endpoint if the peer's namespace is
	// not in the State.
	PeerEnd() (Endpoint, bool)

	// Lower returns the lower devices, which may be in other namespaces. They are
	// created before the link, and the kernel deletes the link with any of them. The
	// first is its IFLA_LINK. One is the zero Endpoint if its namespace is not in the
	// State.
	Lower() []Endpoint

	// Renamed returns the Kind with each reference to the link from replaced by to.
	Renamed(from, to Endpoint) Kind

	// Carrier reports whether the link at e, which is up and of this Kind, has a
	// carrier once no carrier in s changes any more.
	Carrier(s *State, e Endpoint) bool

	// CarrierDelay returns the time from the carrier of its first port to its own.
	CarrierDelay() time.Duration

	// CreateMTU returns the MTU in bytes to put into the request that creates the link,
	// if its MTU shall be want bytes.
	CreateMTU(want int) int
}

// Traits are the properties that all links of a kind share.
type Traits struct {
	// Made: the link can be created and deleted, unlike lo and physical devices.
	Made bool

	// Foreign: labs can't have links of this kind.
	Foreign bool

	// TakesPorts: other links can be its ports (IFLA_MASTER).
	TakesPorts bool

	// Forwards: the link forwards frames between its ports, as a switch does.
	Forwards bool

	// MTUOfPorts: until its MTU is set, it is the smallest MTU of its ports.
	MTUOfPorts bool

	// Immovable: the link can't be moved to another namespace (NETIF_F_NETNS_LOCAL).
	Immovable bool

	// OnReal: the kernel creates a link on another one of the kind on the lower device of
	// that one. A State has none on another.
	OnReal bool

	// RxHandler: the link takes what its ports and its lower device receive
	// (netdev_rx_handler_register). A device has the handler of one kind only.
	RxHandler bool

	// MTUOfLower: its default MTU is that of its lower device. It is never greater, and
	// the kernel lowers it with that one.
	MTUOfLower bool

	// MTUWithLower: its default MTU is that of its lower device, and its MTU becomes that
	// one whenever that one changes. In between it may have any other.
	MTUWithLower bool

	// SharedSettings: the kernel keeps the settings once for all links of the kind on one
	// lower device. A new link and a [Change] give all of them the new settings.
	SharedSettings bool

	// NoMAC: labs do not set its MAC. It has none, as a tunnel, or always that of its
	// lower device.
	NoMAC bool

	// NoOperState: the driver does not report the carrier, so IFLA_OPERSTATE of a link
	// that is up is "unknown".
	NoOperState bool

	// NoARP: the kernel sends no neighbour requests on the link and answers none
	// (IFF_NOARP).
	NoARP bool
}

// A Change changes some settings of a link that exists. A nil field leaves its setting
// as it is.
type Change interface {
	// Kind returns the kernel's name of the kind that it is for.
	Kind() string

	// Apply returns now with the new settings, or the reason why the kernel would
	// refuse them.
	Apply(now Kind) (Kind, error)
}

// kinds has one row per kind of link that labs can have.
var kinds = []kindRow{
	rowOf[Loopback](),
	rowOf[Veth](),
	rowOf[Bridge](),
	rowOf[Dummy](),
	rowWith(Macvlan{Mode: MacvlanBridge}),
}

// A kindRow has one value of a kind, with settings that the kernel accepts, and the JSON
// decoder of the kind.
type kindRow struct {
	accepted Kind
	decode   func(json.RawMessage) (Kind, error)
}

func rowOf[K Kind]() kindRow {
	var zero K
	return rowWith(zero)
}

// rowWith is rowOf for a kind of which the kernel refuses the zero settings.
func rowWith[K Kind](accepted K) kindRow { return kindRow{accepted, decodeKind[K]} }

// Kinds returns one value of each kind that has a row, with settings that the kernel accepts.
func Kinds() []Kind {
	list := make([]Kind, len(kinds))
	for i, row := range kinds {
		list[i] = row.accepted
	}
	return list
}

// KindNamed returns the kind of that name, with settings that the kernel accepts. It is
// [Other] for a kind without a row.
func KindNamed(name string) Kind {
	for _, row := range kinds {
		if row.accepted.Kind() == name {
			return row.accepted
		}
	}
	return Other{Name: name}
}

// kindOf decodes the kind of a link from JSON.
func kindOf(name string, info json.RawMessage) (Kind, error) {
	for _, row := range kinds {
		if row.accepted.Kind() == name {
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

// As is the type assertion k.(K). Only rows of the tables of kinds call it, each for its
// own type.
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

// plainKind has the default methods of a Kind: of a link without peer, lower devices,
// ports and settings, which always has a carrier.
type plainKind struct{}

// Traits implements [Kind].
func (plainKind) Traits() Traits { return Traits{Made: true} }

// Check implements [Kind].
func (plainKind) Check() error { return nil }

// CheckLower implements [Kind].
func (plainKind) CheckLower(*State) error { return nil }

// CheckPort implements [Kind].
func (plainKind) CheckPort(*Link) error { return nil }

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

// unchangeable is the method Changes of a kind none of whose settings can change while
// the link exists.
func unchangeable(now, want Kind) ([]Change, bool) { return nil, now.Equal(want) }

// wrongKind is the error for a change of another kind's settings.
func wrongKind(c Change, now Kind) error {
	return fmt.Errorf("a %s has no settings of a %s", orDevice(now.Kind()), c.Kind())
}

func orDevice(kind string) string {
	if kind == "" {
		return "device"
	}
	return kind
}

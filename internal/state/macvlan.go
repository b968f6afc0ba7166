package state

import (
	"fmt"
	"slices"
)

// Modes of a macvlan (ip-link(8), MACVLAN_MODE_* in linux/if_link.h).
const (
	MacvlanPrivate  = "private"
	MacvlanVEPA     = "vepa"
	MacvlanBridge   = "bridge"
	MacvlanPassthru = "passthru"
)

// MacvlanModes returns the modes that labs have. The kernel also has "source".
func MacvlanModes() []string {
	return []string{MacvlanPrivate, MacvlanVEPA, MacvlanBridge, MacvlanPassthru}
}

// Macvlan is an interface with a MAC of its own on a lower device, from which it gets the
// frames for this MAC. With the mode passthru it has the MAC of the lower device and gets all.
type Macvlan struct {
	plainKind

	On   Endpoint `json:"on"` // the lower device
	Mode string   `json:"mode"`
}

// Kind returns "macvlan".
func (Macvlan) Kind() string { return "macvlan" }

// Traits implements [Kind].
func (m Macvlan) Traits() Traits {
	return Traits{Made: true, OnReal: true, RxHandler: true, MTUOfLower: true, NoMAC: m.Mode == MacvlanPassthru}
}

// Equal implements [Kind].
func (m Macvlan) Equal(o Kind) bool { return equal(m, o) }

// Lower returns the lower device.
func (m Macvlan) Lower() []Endpoint { return []Endpoint{m.On} }

// Renamed implements [Kind].
func (m Macvlan) Renamed(from, to Endpoint) Kind {
	if m.On == from {
		m.On = to
	}
	return m
}

// Check implements [Kind].
func (m Macvlan) Check() error {
	if !slices.Contains(MacvlanModes(), m.Mode) {
		return fmt.Errorf("unknown mode %q of a macvlan", m.Mode)
	}
	return nil
}

// CheckLower returns an error for lo, and for a second macvlan on one device if either has
// the mode passthru.
func (m Macvlan) CheckLower(s *State) error {
	if m.On.Link == Lo {
		return fmt.Errorf("%s can't be the lower device of a macvlan", m.On)
	}
	for _, upper := range s.Uppers(m.On) {
		o, ok := As[Macvlan](s.Link(upper).Kind)
		if ok && (m.Mode == MacvlanPassthru || o.Mode == MacvlanPassthru) {
			return fmt.Errorf("%s has the upper device %s, and one with mode passthru must be the only one", m.On, upper)
		}
	}
	return nil
}

// Changes changes the mode in place, but not from or to passthru, nor the lower device.
func (m Macvlan) Changes(want Kind) ([]Change, bool) {
	w, ok := As[Macvlan](want)
	switch {
	case !ok || w.On != m.On:
		return nil, false
	case w.Mode == m.Mode:
		return nil, true
	}
	return []Change{MacvlanChange{w.Mode}}, w.Mode != MacvlanPassthru && m.Mode != MacvlanPassthru
}

// Carrier is that of the lower device.
func (m Macvlan) Carrier(s *State, _ Endpoint) bool { return s.Carrier(m.On) }

// A MacvlanChange changes the mode of a macvlan.
type MacvlanChange struct{ Mode string }

// Kind returns "macvlan".
func (MacvlanChange) Kind() string { return Macvlan{}.Kind() }

// Apply implements [Change].
func (c MacvlanChange) Apply(k Kind) (Kind, error) {
	now, ok := As[Macvlan](k)
	switch {
	case !ok:
		return nil, wrongKind(c, k)
	case c.Mode != now.Mode && (c.Mode == MacvlanPassthru || now.Mode == MacvlanPassthru):
		return nil, fmt.Errorf("the mode of a macvlan can't be changed from %s to %s", now.Mode, c.Mode)
	}
	now.Mode = c.Mode
	return now, now.Check()
}

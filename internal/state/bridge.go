package state

import (
	"errors"
	"fmt"
	"time"
)

// Bridge is a software switch (IFLA_BR_*). The zero value is how labs want it:
// forwarding at once, no spanning tree.
type Bridge struct {
	plainKind

	STP bool `json:"stp,omitempty"` // spanning tree protocol

	// ForwardDelay is how long a port listens and learns before it forwards
	// where STP is on, in hundredths of a second (the kernel's own unit;
	// its default is [DefaultForwardDelay]).
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

// Traits implements [Kind].
func (Bridge) Traits() Traits {
	return Traits{Made: true, TakesPorts: true, Forwards: true, RxHandler: true, MTUOfPorts: true, Immovable: true}
}

// Equal implements [Kind].
func (b Bridge) Equal(o Kind) bool { return equal(b, o) }

// Renamed implements [Kind].
func (b Bridge) Renamed(_, _ Endpoint) Kind { return b }

// Check implements [Kind].
func (b Bridge) Check() error {
	if b.STP && !DelayFits(b.ForwardDelay) {
		return b.delayFault()
	}
	return nil
}

func (b Bridge) delayFault() error {
	return fmt.Errorf("forward delay %d is out of range while STP is on (want %d to %d hundredths of a second)",
		b.ForwardDelay, MinForwardDelay, MaxForwardDelay)
}

// CheckPort returns an error for lo and for another bridge (br_add_if).
func (Bridge) CheckPort(port *Link) error {
	switch {
	case port.Name == Lo:
		return fmt.Errorf("%s can't be the port of a bridge", Lo)
	case port.Kind != nil && port.Kind.Traits().Forwards:
		return errors.New("a bridge can't be the port of a bridge")
	}
	return nil
}

// Changes turns STP off in a change of its own first where the new forward delay is one that STP
// does not allow: the kernel sets the delay before STP.
func (b Bridge) Changes(want Kind) ([]Change, bool) {
	w, ok := As[Bridge](want)
	if !ok {
		return nil, false
	}
	var list []Change
	if b.STP && !DelayFits(w.ForwardDelay) {
		b.STP = false
		list = append(list, b.change())
	}
	if b != w {
		list = append(list, w.change())
	}
	return list, true
}

// change returns the change that gives a bridge all settings of b.
func (b Bridge) change() BridgeChange {
	return BridgeChange{STP: &b.STP, ForwardDelay: &b.ForwardDelay}
}

// Carrier reports whether a port that is up has one.
func (Bridge) Carrier(s *State, e Endpoint) bool {
	for _, port := range s.Namespaces[e.Namespace].Links {
		if port.Master == e.Link && s.Carrier(Endpoint{e.Namespace, port.Name}) {
			return true
		}
	}
	return false
}

// CarrierDelay is the time until a port forwards: with STP it listens and learns first.
// A bridge has a carrier while a port forwards (br_port_state_selection in
// net/bridge/br_stp.c).
func (b Bridge) CarrierDelay() time.Duration {
	if !b.STP {
		return 0
	}
	return 2 * time.Duration(b.ForwardDelay) * 10 * time.Millisecond
}

// CreateMTU returns another MTU than is wanted. A bridge takes the lowest MTU of its
// ports whenever one is added, removed or changed, until its own MTU is changed. So it
// is created with another MTU, which is then changed to the wanted one.
func (Bridge) CreateMTU(want int) int {
	if want == DefaultMTU {
		return DefaultMTU - 1
	}
	return DefaultMTU
}

// A BridgeChange changes settings of a bridge, the forward delay before STP: it must
// fit both the old STP and the new. Nil fields are not changed.
type BridgeChange struct {
	STP          *bool
	ForwardDelay *int // hundredths of a second
}

// Kind returns "bridge".
func (BridgeChange) Kind() string { return Bridge{}.Kind() }

// Apply implements [Change].
func (c BridgeChange) Apply(k Kind) (Kind, error) {
	now, ok := As[Bridge](k)
	if !ok {
		return nil, wrongKind(c, k)
	}
	next := now
	if c.STP != nil {
		next.STP = *c.STP
	}
	if c.ForwardDelay != nil {
		next.ForwardDelay = *c.ForwardDelay
		if (next.STP || now.STP) && !DelayFits(next.ForwardDelay) {
			return nil, next.delayFault()
		}
	}
	return next, nil
}

package plan

import (
	"fmt"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// AddBridge makes a bridge. It is down.
type AddBridge struct {
	Link   state.Endpoint
	Index  int      // interface number; 0: the kernel's choice
	MAC    topo.MAC // zero: the kernel's choice
	MTU    int      // bytes; 0: the kernel's 1500
	Bridge state.Bridge
}

// At implements [Op].
func (op AddBridge) At() state.Endpoint { return op.Link }

// Play implements [Op].
func (op AddBridge) Play(s *state.State) error {
	if err := mayAdd(s, op.Link, op.Index); err != nil {
		return err
	}
	if op.Bridge.STP && !state.DelayFits(op.Bridge.ForwardDelay) {
		return delayFault(op.Link, op.Bridge)
	}
	l := newLink(op.Link.Link, op.Index, op.MAC, op.MTU)
	l.Kind = op.Bridge
	s.Namespaces[op.Link.Namespace].Links[l.Name] = l
	return nil
}

func delayFault(e state.Endpoint, b state.Bridge) error {
	return fmt.Errorf("%s: a forward delay of %d hundredths of a second is out of range while STP is on", e, b.ForwardDelay)
}

// SetBridge changes the settings of a bridge, the forward delay before STP: it must
// fit both the old STP and the new. A nil field leaves a thing as it is.
type SetBridge struct {
	Link         state.Endpoint
	STP          *bool
	ForwardDelay *int // hundredths of a second
}

// SetBridgeTo returns the Op that gives a bridge all settings of another.
func SetBridgeTo(link state.Endpoint, b state.Bridge) SetBridge {
	return SetBridge{Link: link, STP: &b.STP, ForwardDelay: &b.ForwardDelay}
}

// At implements [Op].
func (op SetBridge) At() state.Endpoint { return op.Link }

// Play implements [Op].
func (op SetBridge) Play(s *state.State) error {
	l, err := linkOf(s, op.Link)
	if err != nil {
		return err
	}
	now, ok := l.Kind.(state.Bridge)
	if !ok {
		return fmt.Errorf("%s is not a bridge", op.Link)
	}
	next := now
	set(&next.STP, op.STP)
	set(&next.ForwardDelay, op.ForwardDelay)
	if (next.STP || now.STP) && op.ForwardDelay != nil && !state.DelayFits(next.ForwardDelay) {
		return delayFault(op.Link, next)
	}
	l.Kind = next
	return nil
}

package kernel

import (
	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// Attributes of a bridge (linux/if_link.h).
const (
	iflaBrForwardDelay = 1
	iflaBrSTPState     = 5
)

func (e *encoder) addBridge(op plan.AddBridge) error {
	e.message(unix.RTM_NEWLINK, createNew, func() {
		e.newLink(op.Link.Link, op.Index, op.MAC, op.MTU)
		e.bridgeInfo(&op.Bridge.STP, &op.Bridge.ForwardDelay)
	})
	return nil
}

func (e *encoder) setBridge(op plan.SetBridge) error {
	index, err := e.index(op.Link)
	if err != nil {
		return err
	}
	e.message(unix.RTM_NEWLINK, 0, func() {
		e.ifinfo(index, 0, 0)
		e.bridgeInfo(op.STP, op.ForwardDelay)
	})
	return nil
}

// bridgeInfo writes the settings of a bridge. The kernel sets the forward delay
// first (br_changelink in net/bridge/br_netlink.c).
func (b *batch) bridgeInfo(stp *bool, delay *int) {
	b.kindInfo(state.Bridge{}, func() {
		switch {
		case stp == nil:
		case *stp:
			b.u32(iflaBrSTPState, 1)
		default:
			b.u32(iflaBrSTPState, 0)
		}
		if delay != nil {
			b.u32(iflaBrForwardDelay, uint32(*delay))
		}
	})
}

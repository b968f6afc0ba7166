package kernel

import (
	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/state"
)

// bridgeKind is the row of bridges in linkKinds.
var bridgeKind = linkKind{
	encode: encodes(func(b *batch, k state.Bridge) {
		b.bridgeChange(state.BridgeChange{STP: &k.STP, ForwardDelay: &k.ForwardDelay})
	}),
	change:     changes((*batch).bridgeChange),
	decode:     decodeBridge,
	uses:       bridgeUses,
	decodePort: decodePort,
	kind: kindFrom(func(b dump.Bridge) state.Kind {
		return state.Bridge{STP: b.STP, ForwardDelay: b.ForwardDelay}
	}),
}

// Attributes of a bridge (linux/if_link.h).
const (
	iflaBrForwardDelay = 1
	iflaBrSTPState     = 5
)

// bridgeChange writes settings of a bridge. The kernel sets the forward delay
// first (br_changelink in net/bridge/br_netlink.c).
func (b *batch) bridgeChange(c state.BridgeChange) {
	switch {
	case c.STP == nil:
	case *c.STP:
		b.u32(iflaBrSTPState, 1)
	default:
		b.u32(iflaBrSTPState, 0)
	}
	if c.ForwardDelay != nil {
		b.u32(iflaBrForwardDelay, uint32(*c.ForwardDelay))
	}
}

// TryVLANFiltering creates a bridge with vlan_filtering on.
func TryVLANFiltering() error {
	return tryRoute(func(c *conn) error {
		var b batch
		b.message(unix.RTM_NEWLINK, createNew, func() {
			b.ifinfo(tryIndex, 0, 0)
			b.text(unix.IFLA_IFNAME, tryName)
			b.kindInfo(state.Bridge{}.Kind(), func() { b.u8(unix.IFLA_BR_VLAN_FILTERING, 1) })
		})
		return c.do(&b)
	})
}

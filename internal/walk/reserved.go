package walk

import (
	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/topo"
)

// reserved reports whether an address is one of the sixteen reserved groups that
// bridges do not forward (IEEE 802.1D, table 7-10), and which.
func reserved(a topo.MAC) (which int, ok bool) {
	last := a[5]
	a[5] = 0
	return int(last), a == topo.MAC{0x01, 0x80, 0xc2} && last < 16
}

// Reserved groups with special handling.
const (
	stpGroup   = 0
	pauseGroup = 1
)

// receiveReserved handles a frame to a reserved group. It reports false for frames
// that the bridge forwards like others: those in its group_fwd_mask, and STP's while
// STP is off.
func (n *Network) receiveReserved(b dump.Bridge, bridge, port dump.LinkRef, f Frame) (action, bool) {
	which, ok := reserved(f.Dst)
	if !ok {
		return action{}, false
	}
	p := n.port(port)
	mask := p.GroupForwardMask
	if which != stpGroup {
		mask |= b.GroupForwardMask
	}
	switch {
	case which == pauseGroup:
		return action{drop: dropped(PauseFrame, "")}, true
	case which == stpGroup && !b.STP, mask&(1<<which) != 0:
		return action{}, false
	}
	// The port's namespace receives it in every port state.
	a := action{delivered: true}
	if (p.State == learning || p.State == forwarding) && !b.NoLinkLocalLearn && !b.VLANFiltering {
		a.learned = n.learn(b, bridge, port, f.Src)
	}
	return a, true
}

package kernel

import (
	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/state"
)

// macvlanKind is the row of macvlans in linkKinds.
var macvlanKind = linkKind{
	encode: encodes(func(b *batch, m state.Macvlan) { b.macvlanChange(state.MacvlanChange{Mode: m.Mode}) }),
	change: changes((*batch).macvlanChange),
	decode: decodeMacvlan(false),
	uses:   macvlanUses,
	kind:   kindFrom(func(m dump.Macvlan) state.Kind { return state.Macvlan{Mode: m.Mode} }),
}

func (b *batch) macvlanChange(c state.MacvlanChange) {
	for mode, name := range macvlanModes {
		if name == c.Mode {
			b.u32(unix.IFLA_MACVLAN_MODE, mode)
		}
	}
}

// macvlanUses are IFLA_MACVLAN_*.
var macvlanUses = attributeUses{"IFLA_MACVLAN_", map[uint16]attributeUse{
	unix.IFLA_MACVLAN_MODE:              held,
	unix.IFLA_MACVLAN_FLAGS:             held,
	unix.IFLA_MACVLAN_MACADDR_MODE:      made("a request"),
	unix.IFLA_MACVLAN_MACADDR:           made("a request"),
	unix.IFLA_MACVLAN_MACADDR_DATA:      held,
	unix.IFLA_MACVLAN_MACADDR_COUNT:     made("counts the entries of macaddr"),
	unix.IFLA_MACVLAN_BC_QUEUE_LEN:      held,
	unix.IFLA_MACVLAN_BC_QUEUE_LEN_USED: held,
	unix.IFLA_MACVLAN_BC_CUTOFF:         said("bclim", "1"),
}}

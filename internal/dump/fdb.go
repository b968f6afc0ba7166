package dump

import "net/netip"

// An FDBEntry is an entry of a forwarding database as RTM_GETNEIGH of AF_BRIDGE shows
// it (bridge(8)): of a bridge, or of a link with an FDB of its own, such as VXLAN. The
// address filters of devices, which the kernel lists among them, are left out.
type FDBEntry struct {
	Address HWAddr     `json:"mac"`
	Index   int        `json:"index"`            // of the port; of the bridge for its own address
	Master  int        `json:"master,omitempty"` // index of the bridge; 0: an entry of the link's own FDB
	VLAN    int        `json:"vlan,omitempty"`   // 0: any
	To      netip.Addr `json:"dst,omitzero"`     // the remote end of a tunnel
	State   uint16     `json:"state"`            // NUD_*: 128 permanent, 64 static, 2 and 4 learned
	Flags   uint8      `json:"flags,omitempty"`  // NTF_*

	// Other has what no field above holds, see [Attributes].
	Other Attributes `json:"other,omitempty"`
}

// Local reports whether the address is of the bridge or one of its ports: frames to it
// are delivered to the bridge's namespace.
func (e FDBEntry) Local() bool {
	const permanent = 0x80 // NUD_PERMANENT
	return e.State&permanent != 0
}

// Sticky reports whether the entry keeps its port when frames from the address arrive
// at another one.
func (e FDBEntry) Sticky() bool {
	const sticky = 0x40 // NTF_STICKY
	return e.Flags&sticky != 0
}

// Static reports whether the entry keeps its port permanently. The bridge's own addresses are
// not static, see Local.
func (e FDBEntry) Static() bool {
	const noARP = 0x40 // NUD_NOARP
	return e.State&noARP != 0
}

// Added reports whether a user or a program added the entry. Those that the bridge has
// learned, and its own and its ports' addresses, it makes itself; own reports whether an
// address is of a link of the namespace.
func (e FDBEntry) Added(own func(HWAddr) bool) bool {
	const extLearned = 0x10 // NTF_EXT_LEARNED
	group := len(e.Address) > 0 && e.Address[0]&1 != 0
	return e.Static() || e.Flags&extLearned != 0 || e.Sticky() || e.Local() && !own(e.Address) && !group
}

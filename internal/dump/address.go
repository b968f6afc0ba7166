package dump

import "net/netip"

// An Address is an address of a link as RTM_GETADDR shows it.
type Address struct {
	Index     int          `json:"index"` // of the link
	Prefix    netip.Prefix `json:"prefix"`
	Peer      netip.Addr   `json:"peer,omitzero"` // of a point-to-point link
	Broadcast netip.Addr   `json:"broadcast,omitzero"`
	Label     string       `json:"label,omitempty"`
	Scope     uint8        `json:"scope"` // RT_SCOPE_*: 0 global, 253 link, 254 host
	Flags     uint32       `json:"flags"` // IFA_F_*
	Protocol  uint8        `json:"protocol,omitempty"`
	Metric    uint32       `json:"metric,omitempty"`
	Valid     uint32       `json:"valid_lft"`     // seconds; 2³²-1: forever
	Preferred uint32       `json:"preferred_lft"` // seconds; 2³²-1: forever

	// Other has what no field above holds, see [Attributes].
	Other Attributes `json:"other,omitempty"`
}

// Forever is an infinite lifetime (INFINITY_LIFE_TIME).
const Forever = 1<<32 - 1

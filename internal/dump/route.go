package dump

import "net/netip"

// A Route is an entry of a routing table as RTM_GETROUTE shows it.
type Route struct {
	To       netip.Prefix `json:"to"`            // 0.0.0.0/0 or ::/0 for default
	From     netip.Prefix `json:"from,omitzero"` // source prefix (CONFIG_IPV6_SUBTREES)
	Via      netip.Addr   `json:"via,omitzero"`  // may be of the other family
	Index    int          `json:"oif,omitempty"` // of the link; 0: none
	Source   netip.Addr   `json:"prefsrc,omitzero"`
	Table    uint32       `json:"table"`    // 254 main, 255 local
	Protocol uint8        `json:"protocol"` // RTPROT_*: 2 kernel, 3 boot, 4 static
	Scope    uint8        `json:"scope"`    // RT_SCOPE_*
	Type     uint8        `json:"type"`     // RTN_*: 1 unicast, 2 local, 3 broadcast, 7 unreachable
	TOS      uint8        `json:"tos,omitempty"`
	Metric   int          `json:"metric,omitempty"`
	MTU      int          `json:"mtu,omitempty"`
	Expires  int          `json:"expires,omitempty"` // seconds; 0: never
	Pref     uint8        `json:"pref,omitempty"`    // RFC 4191: 0 medium, 1 high, 3 low
	Flags    uint32       `json:"flags,omitempty"`   // RTNH_F_* and RTM_F_*
	Hops     []Hop        `json:"nexthops,omitempty"`

	// Other has what no field above holds, see [Attributes].
	Other Attributes `json:"other,omitempty"`
}

// A Hop is a next hop of a multipath route.
type Hop struct {
	Via    netip.Addr `json:"via,omitzero"`
	Index  int        `json:"oif,omitempty"`
	Weight int        `json:"weight"`
	Flags  uint32     `json:"flags,omitempty"` // RTNH_F_*

	// Other has what no field above holds, see [Attributes].
	Other Attributes `json:"other,omitempty"`
}

// A Rule selects the routing table for matching packets (ip-rule(8)).
type Rule struct {
	Family   uint8        `json:"family"` // AF_INET = 2, AF_INET6 = 10
	Priority uint32       `json:"priority"`
	Not      bool         `json:"not,omitempty"`
	From     netip.Prefix `json:"from,omitzero"`
	To       netip.Prefix `json:"to,omitzero"`
	In       string       `json:"iif,omitempty"`
	Out      string       `json:"oif,omitempty"`
	TOS      uint8        `json:"tos,omitempty"`
	Mark     uint32       `json:"fwmark,omitempty"`
	Mask     uint32       `json:"fwmask,omitempty"`
	Table    uint32       `json:"table"`
	Action   uint8        `json:"action"` // FR_ACT_*: 1 to a table, 6 blackhole, 7 unreachable, 8 prohibit

	// Other has what no field above holds, see [Attributes].
	Other Attributes `json:"other,omitempty"`
}

// A Neighbour is a neighbour table entry, ARP or ND (ip-neighbour(8)).
type Neighbour struct {
	Index   int        `json:"index"` // of the link
	To      netip.Addr `json:"to"`
	Address HWAddr     `json:"lladdr,omitempty"`
	State   uint16     `json:"state"` // NUD_*: 2 reachable, 4 stale, 128 permanent
	Flags   uint8      `json:"flags,omitempty"`
	Proxy   bool       `json:"proxy,omitempty"`

	Protocol uint8 `json:"protocol,omitempty"` // as of a route; 0: none

	// Other has what no field above holds, see [Attributes].
	Other Attributes `json:"other,omitempty"`
}

package dump

import "net/netip"

// VLAN holds the attributes of a VLAN interface.
type VLAN struct {
	ID       int    `json:"id"`
	Protocol uint16 `json:"protocol"` // 0x8100 802.1Q, 0x88a8 802.1ad
}

// Kind returns "vlan".
func (VLAN) Kind() string { return "vlan" }

// Macvlan holds the attributes of a macvlan or macvtap.
type Macvlan struct {
	Tap       bool   `json:"-"`
	Mode      string `json:"mode"` // private, vepa, bridge, passthru, source
	NoPromisc bool   `json:"nopromisc,omitempty"`
	NoDst     bool   `json:"nodst,omitempty"`

	// BCQueueLen is the requested and BCQueueLenUsed the actual limit of the queue, in
	// broadcast and multicast frames. Nil before Linux 5.11.
	BCQueueLen     *int `json:"bcqueuelen,omitempty"`
	BCQueueLenUsed *int `json:"usedbcqueuelen,omitempty"`

	Sources []HWAddr `json:"macaddr_data,omitempty"` // the senders whose frames mode source takes
}

// Kind returns "macvlan" or "macvtap".
func (m Macvlan) Kind() string {
	if m.Tap {
		return "macvtap"
	}
	return "macvlan"
}

// IPVlan holds the attributes of an ipvlan.
type IPVlan struct {
	Mode string `json:"mode"`           // l2, l3, l3s
	Flag string `json:"flag,omitempty"` // private, vepa; "": bridge
}

// Kind returns "ipvlan".
func (IPVlan) Kind() string { return "ipvlan" }

// VXLAN holds the attributes of a VXLAN interface.
type VXLAN struct {
	ID     int        `json:"id"`
	Device int        `json:"link,omitempty"` // index of the lower device; 0: none
	Local  netip.Addr `json:"local,omitzero"`
	Remote netip.Addr `json:"remote,omitzero"` // or the multicast group
	Port   int        `json:"port"`
}

// Kind returns "vxlan".
func (VXLAN) Kind() string { return "vxlan" }

// Tunnel holds the attributes of an IP tunnel.
type Tunnel struct {
	Name   string     `json:"-"` // ipip, sit, gre, gretap, ip6tnl, ip6gre, vti, geneve, …
	Local  netip.Addr `json:"local,omitzero"`
	Remote netip.Addr `json:"remote,omitzero"`
	TTL    int        `json:"ttl,omitempty"`
	Key    uint32     `json:"key,omitempty"`
}

// Kind returns the tunnel's IFLA_INFO_KIND.
func (t Tunnel) Kind() string { return t.Name }

// Tun holds the attributes of a tun or tap interface.
type Tun struct {
	Tap bool `json:"tap"`
}

// Kind returns "tun".
func (Tun) Kind() string { return "tun" }

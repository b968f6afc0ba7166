package dump

import "encoding/hex"

// A Link is a network interface as RTM_GETLINK shows it (rtnetlink(7),
// linux/if_link.h).
type Link struct {
	Index     int    `json:"index"`
	Name      string `json:"name"`
	Kind      string `json:"kind,omitempty"` // IFLA_INFO_KIND; "" for a device without one, such as lo
	Info      Info   `json:"info,omitempty"` // IFLA_INFO_DATA; nil: none, or an unknown kind
	Port      *Port  `json:"port,omitempty"` // nil: not a bridge port
	Type      uint16 `json:"type"`           // ARPHRD_ETHER = 1, ARPHRD_LOOPBACK = 772, …
	Flags     Flags  `json:"flags"`
	OperState string `json:"operstate"` // the kernel's word: "up", "lowerlayerdown", …
	MTU       int    `json:"mtu"`       // bytes
	MinMTU    int    `json:"min_mtu,omitempty"`
	MaxMTU    int    `json:"max_mtu,omitempty"` // 0: any
	Address   HWAddr `json:"address,omitempty"`
	Broadcast HWAddr `json:"broadcast,omitempty"`

	PermAddress HWAddr `json:"permaddr,omitempty"` // IFLA_PERM_ADDRESS: the hardware's own

	Master int `json:"master,omitempty"` // index of the bridge, bond or VRF; 0: none

	// Parent is IFLA_LINK: the peer of a veth, the lower device of a VLAN, macvlan
	// or tunnel; 0: none. It is an index in the namespace with nsid ParentNetns
	// (IFLA_LINK_NETNSID); nil: the link's own.
	Parent      int    `json:"link,omitempty"`
	ParentNetns *int32 `json:"link_netnsid,omitempty"`

	// Unbound says that IFLA_LINK is present and 0: a tunnel bound to no lower
	// device.
	Unbound bool `json:"-"`

	Qdisc       string   `json:"qdisc,omitempty"`
	TxQueueLen  int      `json:"txqlen,omitempty"` // packets
	Group       uint32   `json:"group,omitempty"`
	Mode        uint8    `json:"linkmode,omitempty"` // 0 default, 1 dormant
	Promiscuity int      `json:"promiscuity,omitempty"`
	AllMulti    *int     `json:"allmulti,omitempty"` // nil: before Linux 6.0
	Alias       string   `json:"ifalias,omitempty"`
	AltNames    []string `json:"altnames,omitempty"`

	// AddrGenMode is how the link gets its IPv6 link-local address
	// (IN6_ADDR_GEN_MODE_*): 0 eui64, 1 none, 2 stable_secret, 3 random; -1:
	// IPv6 is off.
	AddrGenMode int `json:"addr_gen_mode"`

	TxQueues       int    `json:"num_tx_queues,omitempty"`
	RxQueues       int    `json:"num_rx_queues,omitempty"`
	GSOMaxSize     int    `json:"gso_max_size,omitempty"` // bytes
	GSOMaxSegs     int    `json:"gso_max_segs,omitempty"`
	TSOMaxSize     int    `json:"tso_max_size,omitempty"`
	TSOMaxSegs     int    `json:"tso_max_segs,omitempty"`
	GROMaxSize     int    `json:"gro_max_size,omitempty"`
	GSOIPv4MaxSize int    `json:"gso_ipv4_max_size,omitempty"`
	GROIPv4MaxSize int    `json:"gro_ipv4_max_size,omitempty"`
	ParentDevice   string `json:"parentdev,omitempty"` // bus address, such as 0000:00:03.0
	ParentBus      string `json:"parentbus,omitempty"`

	Stats *Stats `json:"stats,omitempty"` // nil: not requested

	// Other has what no field above holds, see [Attributes].
	Other Attributes `json:"other,omitempty"`
}

// The conditions of a link, as tables and JSON name them.
const (
	StateUp        = "up"
	StateDown      = "down"       // administratively: IFF_UP is not set
	StateNoCarrier = "no carrier" // the peer of a veth is down, a bridge has no working port, …
	StateLowerDown = "lower down" // the device below a VLAN or macvlan is down or has no carrier
)

// State returns the condition of a link in one word: one of the State constants, or,
// of a link that is up and has a carrier, "testing" or "dormant" (RFC 2863). OperState
// is "down" both for a link that is administratively down and for one without a
// carrier, and "unknown" for one whose driver reports none.
func (l *Link) State() string {
	switch {
	case !l.Flags.Has(Up):
		return StateDown
	case !l.Flags.Has(LowerUp) && l.Parent != 0 && !l.Paired():
		return StateLowerDown
	case !l.Flags.Has(LowerUp):
		return StateNoCarrier
	case l.OperState == "testing", l.OperState == "dormant":
		return l.OperState
	}
	return StateUp
}

// An Info holds the attributes of one kind of link (IFLA_INFO_DATA). Each kind has
// one type.
type Info interface {
	// Kind returns IFLA_INFO_KIND, such as "vxlan".
	Kind() string
}

// Flags are IFF_* (netdevice(7)).
type Flags uint32

// The flags that vethlab uses.
const (
	Up        Flags = 1 << 0
	Loopback  Flags = 1 << 3
	Running   Flags = 1 << 6
	LowerUp   Flags = 1 << 16 // carrier
	Broadcast Flags = 1 << 1
	NoARP     Flags = 1 << 7
	Multicast Flags = 1 << 12

	PointToPoint Flags = 1 << 4
)

// Has reports whether all of those flags are set.
func (f Flags) Has(g Flags) bool { return f&g == g }

// Stats are a link's counters since its creation (IFLA_STATS64).
type Stats struct {
	RxBytes   uint64 `json:"rx_bytes"`
	RxPackets uint64 `json:"rx_packets"`
	RxErrors  uint64 `json:"rx_errors"`
	RxDropped uint64 `json:"rx_dropped"`
	RxMissed  uint64 `json:"rx_missed"`
	Multicast uint64 `json:"multicast"`
	TxBytes   uint64 `json:"tx_bytes"`
	TxPackets uint64 `json:"tx_packets"`
	TxErrors  uint64 `json:"tx_errors"`
	TxDropped uint64 `json:"tx_dropped"`
	TxCarrier uint64 `json:"tx_carrier_errors"`
	Collision uint64 `json:"collisions"`
}

// An HWAddr is a link-layer address: six bytes of Ethernet, four or sixteen of
// a tunnel.
type HWAddr []byte

// String returns the bytes in hexadecimal, separated by colons.
func (a HWAddr) String() string {
	var b []byte
	for i, c := range a {
		if i > 0 {
			b = append(b, ':')
		}
		b = hex.AppendEncode(b, []byte{c})
	}
	return string(b)
}

// MarshalText implements [encoding.TextMarshaler].
func (a HWAddr) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

package dump

// Bridge holds the attributes of a bridge (IFLA_BR_*). Times are in hundredths of
// a second.
type Bridge struct {
	STP           bool `json:"stp_state"`
	ForwardDelay  int  `json:"forward_delay"`
	HelloTime     int  `json:"hello_time"`
	MaxAge        int  `json:"max_age"`
	AgeingTime    int  `json:"ageing_time"`
	Priority      int  `json:"priority"`
	VLANFiltering bool `json:"vlan_filtering"`

	// GroupForwardMask has a bit for each of the reserved groups
	// 01:80:c2:00:00:00 to :0f (IEEE 802.1D, table 7-10) that is forwarded.
	GroupForwardMask uint16 `json:"group_fwd_mask,omitempty"`

	// NoLinkLocalLearn says that no addresses are learned from frames to reserved
	// groups.
	NoLinkLocalLearn bool `json:"no_linklocal_learn,omitempty"`

	ID string `json:"bridge_id,omitempty"` // as ip prints it: 8000.2:0:0:0:0:1
}

// Kind returns "bridge".
func (Bridge) Kind() string { return "bridge" }

// PortsFollowCarrier reports whether the state of the ports of a link follows from their
// carrier alone: it is a bridge without spanning tree.
func (l *Link) PortsFollowCarrier() bool {
	b, ok := l.Info.(Bridge)
	return ok && !b.STP
}

// A Port holds the attributes of a bridge port (IFLA_BRPORT_*).
type Port struct {
	State     uint8 `json:"state"` // BR_STATE_*: 0 disabled, 1 listening, 2 learning, 3 forwarding, 4 blocking
	Priority  int   `json:"priority"`
	Cost      int   `json:"cost"`
	Hairpin   bool  `json:"hairpin"`
	Learning  bool  `json:"learning"`
	Flood     bool  `json:"flood"`
	Isolated  bool  `json:"isolated"`
	Number    int   `json:"number"`
	Guard     bool  `json:"guard"`
	RootBlock bool  `json:"root_block"`

	// MulticastFlood and BroadcastFlood are as Flood, which is of unicast frames
	// to addresses that the bridge has not learned.
	MulticastFlood bool `json:"mcast_flood"`
	BroadcastFlood bool `json:"bcast_flood"`

	// Locked says that frames are dropped unless the FDB has their source address at
	// this port (IEEE 802.1X).
	Locked bool `json:"locked,omitempty"`

	// ProxyARP says that nothing is flooded to this port.
	ProxyARP bool `json:"proxy_arp,omitempty"`

	GroupForwardMask uint16 `json:"group_fwd_mask,omitempty"` // as of the bridge
}

// MasterKind returns the kind of the port's master (IFLA_INFO_SLAVE_KIND).
func (Port) MasterKind() string { return Bridge{}.Kind() }

// NewPort returns what the kernel makes of a link that becomes a bridge port and has a
// carrier. Cost and number depend on the link and the bridge.
func NewPort() *Port {
	const forwarding, priority = 3, 32
	return &Port{State: forwarding, Priority: priority, Learning: true, Flood: true, MulticastFlood: true, BroadcastFlood: true}
}

// UsualPort returns what a bridge port has that nobody has configured; nil if the link is
// not a bridge port. The state of the port is its own where it follows from more than its
// carrier, see [Link.PortsFollowCarrier].
func (l *Link) UsualPort(bridge *Link) *Port {
	if l.Port == nil {
		return nil
	}
	p := NewPort()
	if follows := bridge != nil && bridge.PortsFollowCarrier() && bridge.Flags.Has(Up) && l.Flags.Has(Up|LowerUp); !follows {
		p.State = l.Port.State
	}
	return p
}

// portStates are the names of BR_STATE_*, as ip writes them.
var portStates = []string{"disabled", "listening", "learning", "forwarding", "blocking"}

// StateName returns the name of the port's state; "" if unknown.
func (p *Port) StateName() string {
	if int(p.State) < len(portStates) {
		return portStates[p.State]
	}
	return ""
}

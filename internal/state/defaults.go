package state

// The kernel's defaults of a new link.
const (
	DefaultMTU = 1500  // bytes, of an Ethernet link (ETH_DATA_LEN)
	LoMTU      = 65536 // bytes, of lo

	// MinIPv6MTU is the MTU, in bytes, below which a link has no IPv6 (RFC 8200 section 5).
	MinIPv6MTU = 1280

	// DefaultForwardDelay is that of a new bridge, in hundredths of a second.
	DefaultForwardDelay = 1500

	// Of a new bridge, too; the times in hundredths of a second (br_stp_init).
	DefaultHelloTime      = 200
	DefaultMaxAge         = 2000
	DefaultAgeingTime     = 30000
	DefaultBridgePriority = 0x8000

	// DefaultBCQueueLen is that of a new macvlan, in frames (MACVLAN_DEFAULT_BC_QUEUE_LEN).
	DefaultBCQueueLen = 1000
)

package state

// What the kernel gives a new link that is asked for nothing else.
const (
	DefaultMTU = 1500  // bytes, of an Ethernet link (ETH_DATA_LEN)
	LoMTU      = 65536 // bytes, of lo

	// DefaultForwardDelay is that of a new bridge, in hundredths of a second.
	DefaultForwardDelay = 1500

	// Of a new bridge, too; the times in hundredths of a second (br_stp_init).
	DefaultHelloTime      = 200
	DefaultMaxAge         = 2000
	DefaultAgeingTime     = 30000
	DefaultBridgePriority = 0x8000
)

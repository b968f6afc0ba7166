package state

// What the kernel gives a new link that is asked for nothing else.
const (
	DefaultMTU = 1500  // bytes, of an Ethernet link (ETH_DATA_LEN)
	LoMTU      = 65536 // bytes, of lo

	// DefaultForwardDelay is that of a new bridge, in hundredths of a second.
	DefaultForwardDelay = 1500
)

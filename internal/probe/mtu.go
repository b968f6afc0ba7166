package probe

import (
	"net/netip"
	"time"
)

// An MTU is a path MTU: the size in bytes of the largest IP packet that reaches a
// target unfragmented.
type MTU struct {
	Size int

	// Own says that the sender's interface has that MTU, By is the router that
	// reported it (fragmentation needed, packet too big). If neither is set the
	// path is an MTU black hole: larger packets are dropped without an ICMP error.
	Own bool
	By  netip.Addr
}

// MTUOptions are the options of [PathMTU].
type MTUOptions struct {
	// Timeout is how long to wait for an answer; 0: 1.4 seconds.
	Timeout time.Duration
}

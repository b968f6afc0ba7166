package probe

import (
	"net/netip"
	"time"
)

// An MTU is how many bytes the largest IP packet has that gets to a target in
// one piece.
type MTU struct {
	Size int

	// Own says that it is the asking host's own interface that takes no more, By
	// which router says so. Neither: nobody says so, and yet larger packets get
	// lost.
	Own bool
	By  netip.Addr
}

// MTUOptions are the options of [PathMTU] and [Fits].
type MTUOptions struct {
	// Timeout is how long to wait for the answer to a packet that gets through;
	// 0: 1.4 seconds.
	Timeout time.Duration
}

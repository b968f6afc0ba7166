package probe

import "time"

// MTUOptions are the options of [PathMTU] and [Fits].
type MTUOptions struct {
	// Timeout is how long to wait for the answer to a packet that gets through;
	// 0: 1.4 seconds.
	Timeout time.Duration
}

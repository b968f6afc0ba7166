//go:build linux

package probe_test

import (
	"testing"
	"time"
)

// hang is longer than any test here takes on a busy machine, and shorter than
// waiting for a timeout of a minute, or for many timeouts in sequence.
const hang = 45 * time.Second

// Bounds of withRetries: an unused address is reported unreachable after three
// seconds, and a router that has sent six errors sends the next six only after six
// seconds (icmp_ratelimit).
const (
	tries   = 8
	longest = 1600 * time.Millisecond
	pause   = 6 * time.Second
)

// withRetries runs a check with a short timeout. On a busy machine an answer may take
// longer: after an error it repeats the check with a longer timeout.
func withRetries(t *testing.T, check func(timeout time.Duration) error) {
	t.Helper()
	timeout := short.Timeout
	for try := 1; ; try++ {
		err := check(timeout)
		if err == nil {
			return
		}
		if try == tries {
			t.Error(err)
			return
		}
		t.Logf("retry after a timeout of %s: %v", timeout, err)
		timeout = min(2*timeout, longest)
		time.Sleep(pause)
	}
}

//go:build linux

package probe_test

import (
	"testing"
	"time"
)

// hang is longer than anything here takes, however busy the machine is, and
// shorter than what waits for its timeout of a minute, or one by one.
const hang = 45 * time.Second

// Bounds of patiently: a host that does not exist is said to be unreachable after
// three seconds, and a router that has sent six errors sends the next six only
// after as many seconds (icmp_ratelimit).
const (
	tries   = 8
	longest = 1600 * time.Millisecond
	pause   = 6 * time.Second
)

// patiently checks what comes of a timeout, which is short at first. On a busy
// machine an answer may take longer: then the check is repeated with more of it.
func patiently(t *testing.T, check func(timeout time.Duration) error) {
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
		t.Logf("after %s, once more: %v", timeout, err)
		timeout = min(2*timeout, longest)
		time.Sleep(pause)
	}
}

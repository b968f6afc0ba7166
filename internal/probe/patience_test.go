//go:build linux

package probe_test

import (
	"testing"
	"time"
)

// hang is longer than anything here takes, however busy the machine is, and
// shorter than what waits for its timeout of a minute, or one by one.
const hang = 45 * time.Second

// patiently checks what comes of a timeout, which is short at first. On a busy
// machine an answer may take longer: then the check is repeated with twice the
// timeout, up to hang.
func patiently(t *testing.T, check func(timeout time.Duration) error) {
	t.Helper()
	for timeout := short.Timeout; ; timeout *= 2 {
		err := check(timeout)
		if err == nil {
			return
		}
		if timeout >= hang/4 {
			t.Error(err)
			return
		}
		t.Logf("once more, with more patience than %s: %v", timeout, err)
	}
}

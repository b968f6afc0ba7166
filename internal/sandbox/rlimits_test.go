//go:build linux

package sandbox_test

import (
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/sandbox"
)

// Few free descriptors are found, whether the limit is low or many are open, and all are
// free again afterwards.
func TestNeedLimitsOfFiles(t *testing.T) {
	var open []int
	defer func() {
		for _, fd := range open {
			unix.Close(fd)
		}
	}()
	var old unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &old); err != nil {
		t.Fatal(err)
	}
	low := unix.Rlimit{Cur: 512, Max: old.Max}
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &low); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Setrlimit(unix.RLIMIT_NOFILE, &old) }()
	for range 3 {
		if err := sandbox.NeedLimits(); err != nil {
			t.Fatal(err)
		}
	}
	for {
		fd, err := unix.Open("/", unix.O_PATH|unix.O_CLOEXEC, 0)
		if err != nil {
			break
		}
		open = append(open, fd)
	}
	last := len(open) - 3
	for _, fd := range open[last:] {
		unix.Close(fd)
	}
	open = open[:last]
	if err := sandbox.NeedLimits(); err == nil || !strings.HasPrefix(err.Error(), "cannot open more than 3 files (") {
		t.Errorf("got %v", err)
	}
}

//go:build linux

package netns_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
)

// After the call no thread is in the temporary namespace, so it is deleted.
func TestInTemp(t *testing.T) {
	netnstest.Need(t)
	home, inside := inode(), ""
	failed := errors.New("failed")
	if err := netns.InTemp(func() error { inside = inode(); return failed }); !errors.Is(err, failed) {
		t.Errorf("InTemp: %v, want %v", err, failed)
	}
	if inside == "" || inside == home {
		t.Errorf("inside %q, outside %q", inside, home)
	}
	threads, err := filepath.Glob("/proc/self/task/*/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	for _, thread := range threads {
		if now, err := os.Readlink(thread); err == nil && now == inside {
			t.Errorf("%s is still in the namespace", thread)
		}
	}
}

// The mounts that are tried do not appear outside.
func TestTryNameTrySysfs(t *testing.T) {
	if !netnstest.Isolated(t) {
		return
	}
	before := mounts(t)
	if err := netns.TryName(); err != nil {
		t.Error(err)
	}
	if err := netns.TrySysfs(); err != nil {
		t.Error(err)
	}
	if after := mounts(t); after != before {
		t.Errorf("mounts before:\n%s\nafter:\n%s", before, after)
	}
}

func mounts(t *testing.T) string {
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

//go:build linux

// Package netnstest supports tests that create network namespaces: it skips them
// where they can't run, names the namespaces, and fails if they leave any behind.
package netnstest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/sandbox"
)

// prefix begins the names of the tests' namespaces.
const prefix = "vtest-"

// Main runs the tests of a package and lists the skipped ones. Without permission to
// create namespaces it runs them as root of a user namespace. It fails if a test left a
// namespace or an open descriptor behind.
func Main(m *testing.M) {
	role := sandbox.Main()
	if role.Over() {
		os.Exit(1)
	}
	if role == sandbox.Plain && !sandbox.Privileged() {
		code, err := sandbox.Isolate(false)
		if err == nil {
			os.Exit(code)
		}
		skipped.why = err
	}
	before := descriptors()
	code := m.Run()
	if left := leaked(); len(left) > 0 {
		fmt.Fprintf(os.Stderr, "tests left namespaces behind: %s\n", strings.Join(left, " "))
		code = max(code, 1)
	}
	if after := descriptors(); after > before+slack {
		fmt.Fprintf(os.Stderr, "tests left descriptors open: %d before, %d after\n", before, after)
		code = max(code, 1)
	}
	if n := len(skipped.names); n > 0 {
		fmt.Fprintf(os.Stderr, "skipped %d (%v): %s\n", n, skipped.why, strings.Join(skipped.names, " "))
	}
	os.Exit(code)
}

// slack is the most descriptors that the Go runtime opens for itself (its poller).
const slack = 4

var skipped struct {
	mu    sync.Mutex
	names []string
	why   error // why this user can't create namespaces
}

// Need skips the test by name if this user can't create network namespaces in
// [netns.Dir]. It prepares the folder and restores it after the test.
func Need(tb testing.TB) {
	tb.Helper()
	needRights(tb)
	lock, err := sandbox.Acquire(tb.Context(), LabName(tb)+"-need", nil)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := errors.Join(lock.Retire(context.WithoutCancel(tb.Context())), lock.Release()); err != nil {
			tb.Error(err)
		}
	})
}

func needRights(tb testing.TB) {
	tb.Helper()
	if skipped.why != nil {
		skipped.mu.Lock()
		defer skipped.mu.Unlock()
		skipped.names = append(skipped.names, tb.Name())
		tb.Skipf("needs network namespaces: %v", skipped.why)
	}
}

// LabName returns a unique name for a test's lab. The names of its namespaces should
// begin with it, so that [Main] finds those that the test left behind.
func LabName(tb testing.TB) string {
	tb.Helper()
	return fmt.Sprintf("%s%d-%s", prefix, os.Getpid(), strings.ReplaceAll(tb.Name(), "/", "-"))
}

// Name returns a unique name for a namespace, which is removed after the test.
func Name(tb testing.TB, name string) string {
	tb.Helper()
	full := LabName(tb) + "-" + name
	tb.Cleanup(func() {
		if err := netns.Remove(full); err != nil {
			tb.Error(err)
		}
	})
	return full
}

// leaked returns the files of this process's tests in [netns.Dir].
func leaked() []string {
	left, _ := filepath.Glob(filepath.Join(netns.Dir, fmt.Sprintf("%s%d-*", prefix, os.Getpid())))
	return left
}

func descriptors() int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		var lim unix.Rlimit
		_ = unix.Getrlimit(unix.RLIMIT_NOFILE, &lim)
		return int(lim.Cur)
	}
	return len(entries)
}

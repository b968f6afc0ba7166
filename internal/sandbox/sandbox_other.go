//go:build !linux

package sandbox

import (
	"context"
	"os"
	"syscall"
	"time"

	"github.com/vethlab/vethlab/internal/netns"
)

// A Lock is the exclusive right to change one lab.
type Lock struct{}

// Acquire fails with [netns.ErrLinux].
func Acquire(context.Context, string, func(locked, owner string)) (*Lock, error) {
	return nil, netns.ErrLinux
}

// Release does nothing.
func (*Lock) Release() error { return nil }

// Begin does nothing.
func (*Lock) Begin() {}

// Finish does nothing.
func (*Lock) Finish() {}

// Finished is always true.
func (*Lock) Finished() bool { return true }

// Unfinished is never true.
func Unfinished(string) bool { return false }

// Retire does nothing.
func (*Lock) Retire(context.Context) error { return nil }

// Wanted fails with [netns.ErrLinux].
func Wanted(string) ([]byte, error) { return nil, netns.ErrLinux }

// SetWanted fails with [netns.ErrLinux].
func (*Lock) SetWanted([]byte) error { return netns.ErrLinux }

// ShareNames fails with [netns.ErrLinux].
func ShareNames() error { return netns.ErrLinux }

// NeighbourLimit returns 0: unknown.
func NeighbourLimit() int { return 0 }

// RaiseNeighbourLimit fails with [netns.ErrLinux].
func (*Lock) RaiseNeighbourLimit(context.Context, int) (bool, error) { return false, netns.ErrLinux }

// Labs returns none.
func Labs() []string { return nil }

// Privileged is never true.
func Privileged() bool { return false }

// Rootless is never true.
func Rootless() bool { return false }

// PrivateRun is never true.
func PrivateRun() bool { return false }

// NeedLimits returns nil.
func NeedLimits() error { return nil }

// Main returns [Plain].
func Main() Role { return Plain }

// Isolate fails with [netns.ErrLinux].
func Isolate(bool) (int, error) { return 0, netns.ErrLinux }

// IsolateInForeground fails with [netns.ErrLinux].
func IsolateInForeground(bool) (int, error) { return 0, netns.ErrLinux }

// ExitCode returns the exit code of an ended process.
func ExitCode(s syscall.WaitStatus) int { return s.ExitStatus() }

// A Box is the sandbox of one lab.
type Box struct{}

// A Found is a sandbox of this user that is listed.
type Found struct {
	Lab string
	Box *Box
	Err error
}

// Boxes returns none.
func Boxes() ([]Found, error) { return nil, nil }

// OpenLocked fails with [ErrNone].
func OpenLocked(string) (*Box, error) { return nil, ErrNone }

// Open fails with [ErrNone].
func Open(string) (*Box, error) { return nil, ErrNone }

// Start fails with [netns.ErrLinux].
func Start(string) (*Box, error) { return nil, netns.ErrLinux }

// Close does nothing.
func (*Box) Close() {}

// Lab returns "".
func (*Box) Lab() string { return "" }

// Run fails with [netns.ErrLinux].
func (*Box) Run([]string, *os.File, *os.File) (int, error) { return 0, netns.ErrLinux }

// RunWithin fails with [netns.ErrLinux].
func (*Box) RunWithin(time.Duration, []string, *os.File, *os.File, *os.File) (int, error) {
	return 0, netns.ErrLinux
}

// Labs fails with [netns.ErrLinux].
func (*Box) Labs() (map[string]uint64, error) { return nil, netns.ErrLinux }

// Kill fails with [netns.ErrLinux].
func (*Box) Kill() error { return netns.ErrLinux }

// End does nothing.
func (*Box) End() (bool, error) { return true, nil }

// RunAsOwner fails with [netns.ErrLinux].
func RunAsOwner(int, []string, *os.File) (int, error) { return 0, netns.ErrLinux }

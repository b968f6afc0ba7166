//go:build !linux

package sandbox

import (
	"context"

	"github.com/vethlab/vethlab/internal/netns"
)

// A Lock is the sole right to change one lab.
type Lock struct{}

// Acquire fails with [netns.ErrLinux].
func Acquire(context.Context, string, func(owner string)) (*Lock, error) {
	return nil, netns.ErrLinux
}

// Release does nothing.
func (*Lock) Release() error { return nil }

// Retire does nothing.
func (*Lock) Retire() error { return nil }

// NeighbourLimit returns 0: unknown.
func NeighbourLimit() int { return 0 }

// RaiseNeighbourLimit fails with [netns.ErrLinux].
func (*Lock) RaiseNeighbourLimit(int) error { return netns.ErrLinux }

// Labs returns none.
func Labs() []string { return nil }

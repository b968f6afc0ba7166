//go:build !linux

package probe

import (
	"context"

	"github.com/vethlab/vethlab/internal/netns"
)

// Reach fails with [netns.ErrLinux] for every target.
func Reach(_ context.Context, targets []Target, _ Options) []Result {
	results := make([]Result, len(targets))
	for i, t := range targets {
		results[i] = Result{Target: t, Err: netns.ErrLinux}
	}
	return results
}

// Ping fails with [netns.ErrLinux].
func Ping(context.Context, Target, PingOptions, func(Reply)) (PingStats, error) {
	return PingStats{}, netns.ErrLinux
}

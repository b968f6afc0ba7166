//go:build !linux

package kernel

import (
	"context"
	"net/netip"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// Apply fails with [netns.ErrLinux].
func Apply(context.Context, plan.Plan, *state.State, Options) error { return netns.ErrLinux }

// Observe fails with [netns.ErrLinux].
func Observe(string, *state.State) (*View, error) { return nil, netns.ErrLinux }

// Labs fails with [netns.ErrLinux].
func Labs() (map[string]state.Mark, error) { return nil, netns.ErrLinux }

// Settle fails with [netns.ErrLinux].
func Settle(context.Context, *state.State) error { return netns.ErrLinux }

// Remove fails with [netns.ErrLinux].
func Remove(context.Context, []string) ([]string, error) { return nil, netns.ErrLinux }

// HostNetworks fails with [netns.ErrLinux].
func HostNetworks() (map[netip.Prefix]string, error) { return nil, netns.ErrLinux }

// HostWay fails with [netns.ErrLinux].
func HostWay(netip.Addr) (Way, error) { return Way{}, netns.ErrLinux }

// A Watch watches nothing.
type Watch struct{}

// NewWatch fails with [netns.ErrLinux].
func NewWatch([]string) (*Watch, error) { return nil, netns.ErrLinux }

// Wait fails with [netns.ErrLinux].
func (*Watch) Wait(context.Context) error { return netns.ErrLinux }

// Stale is never true.
func (*Watch) Stale() bool { return false }

// Close does nothing.
func (*Watch) Close() {}

//go:build !linux

package kernel

import (
	"context"
	"net/netip"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/live"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/xtables"
)

// Apply fails with [netns.ErrLinux].
func Apply(context.Context, plan.Plan, *state.State, Options) error { return netns.ErrLinux }

// Observe fails with [netns.ErrLinux].
func Observe(string, *state.State, *state.State) (*Snapshot, error) { return nil, netns.ErrLinux }

// ObserveWithExtras fails with [netns.ErrLinux].
func ObserveWithExtras(string, *state.State, *state.State) (*Snapshot, error) {
	return nil, netns.ErrLinux
}

// ObserveWithRules fails with [netns.ErrLinux].
func ObserveWithRules(string, *state.State, *state.State) (*Snapshot, error) {
	return nil, netns.ErrLinux
}

// ObserveAll fails with [netns.ErrLinux].
func ObserveAll(...string) (*Snapshot, error) { return nil, netns.ErrLinux }

// NSIDs fails with [netns.ErrLinux].
func NSIDs([]string) (map[string]int32, error) { return nil, netns.ErrLinux }

// RouteTo fails with [netns.ErrLinux].
func RouteTo(string, netip.Addr) (dump.Route, error) { return dump.Route{}, netns.ErrLinux }

// Dump fails with [netns.ErrLinux].
func Dump(string) (*dump.Namespace, error) { return nil, netns.ErrLinux }

// Labs fails with [netns.ErrLinux].
func Labs() (map[string]state.Mark, error) { return nil, netns.ErrLinux }

// Settle fails with [netns.ErrLinux].
func Settle(context.Context, *state.State) error { return netns.ErrLinux }

// Remove fails with [netns.ErrLinux].
func Remove(context.Context, []string) ([]string, error) { return nil, netns.ErrLinux }

// RemoveLinks fails with [netns.ErrLinux].
func RemoveLinks(string) error { return netns.ErrLinux }

// FlushFailedNeigh fails with [netns.ErrLinux].
func FlushFailedNeigh([]string) error { return netns.ErrLinux }

// Forget fails with [netns.ErrLinux].
func Forget(map[string]plan.Stale) error { return netns.ErrLinux }

// HostNetworks fails with [netns.ErrLinux].
func HostNetworks() (map[netip.Prefix]string, error) { return nil, netns.ErrLinux }

// HostMainRoutes fails with [netns.ErrLinux].
func HostMainRoutes() ([]HostRoute, error) { return nil, netns.ErrLinux }

// Refusals fails with [netns.ErrLinux].
func Refusals(string) ([]dump.Rule, []Policy, error) { return nil, nil, netns.ErrLinux }

// HostEgress fails with [netns.ErrLinux].
func HostEgress(netip.Addr) (Egress, error) { return Egress{}, netns.ErrLinux }

// An Observer observes nothing.
type Observer struct{}

// NewObserver fails with [netns.ErrLinux].
func NewObserver() (*Observer, error) { return nil, netns.ErrLinux }

// Add fails with [netns.ErrLinux].
func (*Observer) Add(int) (int32, error) { return -1, netns.ErrLinux }

// Read fails with [netns.ErrLinux].
func (*Observer) Read() (*dump.Wiring, error) { return nil, netns.ErrLinux }

// Close does nothing.
func (*Observer) Close() {}

// NamespaceFiles fails with [netns.ErrLinux].
func NamespaceFiles() ([]NamespaceFile, error) { return nil, netns.ErrLinux }

// A Monitor follows nothing.
type Monitor struct{}

// NewMonitor fails with [netns.ErrLinux].
func NewMonitor(func() ([]NamespaceFile, error), MonitorOptions) (*Monitor, error) {
	return nil, netns.ErrLinux
}

// Next fails with [netns.ErrLinux].
func (*Monitor) Next(context.Context) ([]live.Update, error) { return nil, netns.ErrLinux }

// Count returns nothing.
func (*Monitor) Count([]int32) map[dump.LinkRef]dump.Stats { return nil }

// HostOnly is never true.
func (*Monitor) HostOnly() bool { return false }

// Close does nothing.
func (*Monitor) Close() {}

// HasLinkKind is false.
func HasLinkKind(string) bool { return false }

// TryLink fails with [netns.ErrLinux].
func TryLink(string) error { return netns.ErrLinux }

// TryVLANFiltering fails with [netns.ErrLinux].
func TryVLANFiltering() error { return netns.ErrLinux }

// TryIPv6 fails with [netns.ErrLinux].
func TryIPv6() error { return netns.ErrLinux }

// TryQdisc fails with [netns.ErrLinux].
func TryQdisc(string) error { return netns.ErrLinux }

// TryNftables fails with [netns.ErrLinux].
func TryNftables() error { return netns.ErrLinux }

// TryNAT fails with [netns.ErrLinux].
func TryNAT() error { return netns.ErrLinux }

// TryReject fails with [netns.ErrLinux].
func TryReject() error { return netns.ErrLinux }

// TryConntrack fails with [netns.ErrLinux].
func TryConntrack() error { return netns.ErrLinux }

// SeedNeighbours fails with [netns.ErrLinux].
func SeedNeighbours(*state.State) error { return netns.ErrLinux }

// Nftables fails with [netns.ErrLinux].
func Nftables(string) (nft.Ruleset, error) { return nil, netns.ErrLinux }

// OtherNames returns nothing.
func OtherNames([]string) map[string]string { return nil }

// Qdiscs fails with [netns.ErrLinux].
func Qdiscs(string) ([]dump.Qdisc, error) { return nil, netns.ErrLinux }

// Sockets fails with [netns.ErrLinux].
func Sockets(string) ([]dump.Socket, error) { return nil, netns.ErrLinux }

// Processes fails with [netns.ErrLinux].
func Processes(string) ([]dump.Process, error) { return nil, netns.ErrLinux }

// Objects fails with [netns.ErrLinux].
func Objects(string) ([]dump.Object, error) { return nil, netns.ErrLinux }

// ChangedSysctls fails with [netns.ErrLinux].
func ChangedSysctls(string) ([]dump.Setting, error) { return nil, netns.ErrLinux }

// Peers fails with [netns.ErrLinux].
func Peers(*dump.Namespace) (map[int]Peer, error) { return nil, netns.ErrLinux }

// DefaultHostRoutes fails with [netns.ErrLinux].
func DefaultHostRoutes() ([]dump.Route, error) { return nil, netns.ErrLinux }

// Xtables fails with [netns.ErrLinux].
func Xtables(string) ([]xtables.Table, error) { return nil, netns.ErrLinux }

// SetMACs fails with [netns.ErrLinux].
func SetMACs(*dump.Namespace) (map[string]bool, error) { return nil, netns.ErrLinux }

// XtablesOf fails with [netns.ErrLinux].
func XtablesOf([]string) (map[string][]xtables.Table, error) { return nil, netns.ErrLinux }

// A SysctlFault says why a sysctl can't be set in a network namespace.
type SysctlFault struct{ Reason, Hint string }

// CheckSysctls fails with [netns.ErrLinux].
func CheckSysctls([]plan.SetSysctl) (map[plan.SetSysctl]SysctlFault, error) {
	return nil, netns.ErrLinux
}

// AwaitRemoved fails with [netns.ErrLinux].
func AwaitRemoved(context.Context) error { return netns.ErrLinux }

//go:build linux

package probe_test

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/probe"
	"github.com/vethlab/vethlab/internal/state"
)

// twoLinks is two hosts with two links between them. b answers ARP requests only on
// the link of the address.
const twoLinks = `
nodes: {b: {sysctls: {net.ipv4.conf.all.arp_ignore: 1}}}
links:
  - {endpoints: [a, b], subnet: [10.7.0.0/24, "fd07::/64"]}
  - {endpoints: [a, b], subnet: [10.7.1.0/24, "fd07:0:0:1::/64"]}
`

func TestAskByInterface(t *testing.T) {
	l := up(t, twoLinks)
	l.serve("b")
	to := l.Address("b", false).String() // on the first link
	for _, q := range append([]probe.Question{{Via: probe.ICMP}}, calls...) {
		for link, want := range map[string]probe.Verdict{"": probe.Reachable, "eth0": probe.Reachable, "eth1": probe.Unreachable} {
			q.Target = l.target("a", to)
			q.Interface = link
			withRetries(t, func(timeout time.Duration) error {
				if a := askOne(t, q, probe.Options{Timeout: timeout}); a.Found != want {
					return fmt.Errorf("%s by %q: %s, %w", q.Via, link, a.Found, a.Err)
				}
				return nil
			})
		}
	}
}

func TestAskFromAddress(t *testing.T) {
	l := up(t, twoLinks)
	l.serve("b")
	to := l.Address("b", false).String()
	for _, q := range append([]probe.Question{{Via: probe.ICMP}}, calls...) {
		q.Target = l.target("a", to)
		for _, from := range []string{"10.7.0.1", "10.7.1.1"} {
			q.Source = netip.MustParseAddr(from)
			if a := askOne(t, q, probe.Options{}); a.Found != probe.Reachable {
				t.Errorf("%s from %s: %v", q.Via, from, a.Err)
			}
		}
		q.Source = netip.MustParseAddr("10.9.9.9")
		open := (*probe.OpenError)(nil)
		if a := askOne(t, q, probe.Options{}); !errors.As(a.Err, &open) || !errors.Is(a.Err, unix.EADDRNOTAVAIL) {
			t.Errorf("%s from an address that the node does not have: %v", q.Via, a.Err)
		}
		q.Source, q.Interface = netip.Addr{}, "eth9"
		if a := askOne(t, q, probe.Options{}); !errors.As(a.Err, &open) || !errors.Is(a.Err, unix.ENODEV) {
			t.Errorf("%s by an interface that does not exist: %v", q.Via, a.Err)
		}
	}
}

// The zone of a link-local address is its link.
func TestAskLinkLocal(t *testing.T) {
	l := up(t, twoLinks)
	l.serve("b")
	b, _ := l.Node("b")
	to := state.LinkLocal(l.State.Namespaces[b.Namespace].Links["eth1"].MAC).Addr()
	for _, q := range append([]probe.Question{{Via: probe.ICMP}}, calls...) {
		for zone, want := range map[string]probe.Verdict{"eth1": probe.Reachable, "eth0": probe.Unreachable} {
			q.Target = l.target("a", to.WithZone(zone).String())
			withRetries(t, func(timeout time.Duration) error {
				if a := askOne(t, q, probe.Options{Timeout: timeout}); a.Found != want {
					return fmt.Errorf("%s to %s: %s, %w", q.Via, q.To, a.Found, a.Err)
				}
				return nil
			})
		}
	}
}

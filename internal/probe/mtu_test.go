//go:build linux

package probe_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/probe"
)

// narrow is a path of two links with MTUs of their own.
const narrow = `
nodes: {r: {kind: router}}
links:
  - {endpoints: [r, a], subnet: [10.7.0.0/24, "fd07::/64"], mtu: %d}
  - {endpoints: [r, b], subnet: [10.7.1.0/24, "fd07:0:0:1::/64"], mtu: %d}
`

func TestPathMTU(t *testing.T) {
	for _, c := range []struct{ first, second, want int }{
		{1500, 1500, 1500}, {1500, 1281, 1281}, {9000, 1492, 1492}, {1400, 9000, 1400}, {65535, 65535, 65535},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			l := up(t, fmt.Sprintf(narrow, c.first, c.second))
			l.eachFamily(t, func(t *testing.T, to string) {
				target := l.target("a", to)
				for range 2 { // the second time the kernel has cached the path MTU
					start := time.Now()
					mtu, err := probe.PathMTU(t.Context(), target, probe.MTUOptions{})
					want := probe.MTU{Size: c.want, Own: c.first == c.want && c.want < 65535}
					if c.first > c.want {
						want.By = l.Address("r", target.To.Is6())
					}
					if mtu != want || err != nil {
						t.Fatalf("%+v, %v; want %+v", mtu, err, want)
					}
					t.Logf("took %s", time.Since(start))
				}
			})
		})
	}
}

// A path MTU that the kernel has cached must be ignored.
func TestPathMTUIgnoresCache(t *testing.T) {
	needIP(t)
	l := up(t, fmt.Sprintf(narrow, 1500, 1300))
	l.eachFamily(t, func(t *testing.T, to string) {
		target := l.target("a", to)
		l.ip("r", "link", "set", "eth1", "mtu", "1300")
		if mtu, err := probe.PathMTU(t.Context(), target, probe.MTUOptions{}); mtu.Size != 1300 || err != nil {
			t.Fatalf("%+v, %v; want 1300", mtu, err)
		}
		for _, node := range []string{"r", "b"} {
			l.ip(node, "link", "set", map[string]string{"r": "eth1", "b": "eth0"}[node], "mtu", "1500")
		}
		if mtu, err := probe.PathMTU(t.Context(), target, probe.MTUOptions{}); mtu.Size != 1500 || err != nil {
			t.Errorf("%+v, %v; want 1500", mtu, err)
		}
	})
}

// A receiver drops packets longer than its interface's MTU without an ICMP error.
func TestPathMTUOfBlackHole(t *testing.T) {
	l := up(t, fmt.Sprintf(narrow, 1500, 1500))
	l.ip("b", "link", "set", "eth0", "mtu", "1400")
	l.eachFamily(t, func(t *testing.T, to string) {
		withRetries(t, func(timeout time.Duration) error {
			start := time.Now()
			mtu, err := probe.PathMTU(t.Context(), l.target("a", to), probe.MTUOptions{Timeout: timeout})
			t.Logf("%+v, took %s", mtu, time.Since(start))
			// veth accepts 14 bytes more for the Ethernet header, and 4 for a VLAN tag.
			if mtu.Size < 1400 || mtu.Size > 1404 || mtu.Own || mtu.By.IsValid() || err != nil {
				return fmt.Errorf("%+v, %w; want 1400 and no reporter", mtu, err)
			}
			return nil
		})
	})
}

func TestPathMTUUnreachable(t *testing.T) {
	l := up(t, dual)
	for _, to := range []string{"10.7.0.99", "fd07::99"} {
		_, err := probe.PathMTU(t.Context(), l.target("a", to), probe.MTUOptions{Timeout: short.Timeout})
		if timeout := (*probe.Timeout)(nil); !errors.As(err, &timeout) {
			t.Errorf("%v", err)
		}
	}
	if _, err := probe.PathMTU(t.Context(), l.target("a", "203.0.113.1"), probe.MTUOptions{}); !errors.Is(err, unix.ENETUNREACH) {
		t.Errorf("%v", err)
	}
}

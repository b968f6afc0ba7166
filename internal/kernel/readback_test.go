//go:build linux

package kernel_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// A sysctl value that the kernel changes is an error, which has the changed value.
func TestSysctlReadBack(t *testing.T) {
	ns := emptyNamespace(t)
	seen := state.New()
	seen.Add(ns)
	for _, test := range []struct{ key, value, want string }{
		{"net.ipv4.ip_default_ttl", "70", ""},
		{"net.ipv4.ip_local_port_range", "10000  20001", ""},
		{"net.ipv4.ip_local_reserved_ports", "80,81", `the kernel changes it to "80-81"`},
		{"net.ipv4.neigh.lo.base_reachable_time_ms", "0x7531", `the kernel changes it to "3000`},
		{"net.ipv4.route.flush", "1", "can only be written"},
	} {
		t.Run(test.key, func(t *testing.T) {
			p := plan.Plan{plan.SetSysctl{Namespace: ns, Key: test.key, Value: test.value}}
			err := kernel.Apply(t.Context(), p, seen, kernel.Options{})
			if got := ""; err != nil {
				if got = err.Error(); test.want == "" || !strings.Contains(got, test.want) {
					t.Errorf("got %q, want %q", got, test.want)
				}
			} else if test.want != "" {
				t.Errorf("no error, want %q", test.want)
			}
		})
	}
}

// A carrier that comes while the IPv6 MTU of its link is set causes no error: the kernel
// sets the MTU back once.
func TestIPv6MTUWhileCarrierComes(t *testing.T) {
	netnstest.Need(t)
	_, want := pair(t)
	ns := want.Names()[0]
	p := plan.Diff(state.New(), want)
	for i := range 2000 { // it takes some 10 ms until the carrier comes
		p = append(p, plan.SetSysctl{Namespace: ns, Key: "net.ipv6.conf.veth0.mtu", Value: strconv.Itoa(1280 + i%2)})
	}
	for range 10 {
		if err := kernel.Apply(t.Context(), p, state.New(), kernel.Options{}); err != nil {
			t.Fatal(err)
		}
		if _, err := kernel.Remove(t.Context(), want.Names()); err != nil {
			t.Fatal(err)
		}
	}
}

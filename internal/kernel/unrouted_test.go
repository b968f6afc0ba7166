//go:build linux

package kernel_test

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// Routes that the kernel added with addresses and that somebody has deleted are there again
// after one plan, and so are those with gateways, which need them. A route that somebody
// added beside one of the kernel is deleted, and not that of the kernel.
func TestLostRoutesAreRestored(t *testing.T) {
	netnstest.Need(t)
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("needs iproute2")
	}
	lab := netnstest.LabName(t)
	want := lostRoutesLab(t, lab)
	a := lab + ".a"
	t.Cleanup(func() {
		if _, err := kernel.Remove(context.Background(), want.Names()); err != nil {
			t.Error(err)
		}
	})
	repair := func() plan.Plan {
		t.Helper()
		view, err := kernel.Observe(lab, want, want)
		if err != nil {
			t.Fatal(err)
		}
		p := plan.Diff(view.State, want)
		if err := kernel.Apply(t.Context(), p, view.State, kernel.Options{}); err != nil {
			t.Fatalf("%v, in %+v", err, p)
		}
		return p
	}
	repair()
	if err := kernel.Settle(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	before := routesOf(t, a)
	for _, damage := range []string{
		"ip route flush table main",
		"ip -6 route flush table main",
		"ip route flush table local",
		"ip route flush table main; ip route flush table local; ip -6 route flush table main",
		"ip route flush dev eth0; ip -6 route flush dev eth0",
		"ip route del 10.0.0.0/24 dev eth0",
		"ip route del local 10.0.0.1 dev eth0 table local",
		"ip -6 route del fd00::/64 dev eth0",
		"ip -6 route del fd09::1 dev eth0",
		"ip addr flush dev eth0 to 10.0.0.0/24; ip addr add 10.0.0.1/24 dev eth0 noprefixroute; ip addr add 10.0.0.4/24 dev eth0",
		"ip -6 addr change fd09::1/128 dev eth0 noprefixroute",
		"ip route append 10.0.0.0/24 dev eth0",
		"ip route append 10.0.0.0/24 dev eth0 proto static; ip route append blackhole 10.0.0.0/24",
		"ip route append unreachable 10.0.0.0/24; ip route append 10.0.0.0/24 dev eth0 scope global",
		"ip route del 10.0.0.0/24 dev eth0; ip route add 10.0.0.0/24 dev eth0",
		"ip route del 10.0.0.0/24 dev eth0; ip route add blackhole 10.0.0.0/24",
		"ip -6 route add fd00::/64 dev eth0; ip -6 route add fd00::/64 dev eth0 metric 7",
		"ip route add 10.0.0.2 via 10.0.0.3; ip route flush table main proto kernel",
	} {
		t.Run(damage, func(t *testing.T) {
			err := netns.Do(a, func() error {
				out, err := exec.Command("sh", "-ec", damage).CombinedOutput()
				if err != nil {
					err = fmt.Errorf("%w: %s", err, out)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			p := repair()
			if len(p) == 0 {
				t.Error("the damage is not noticed")
			}
			if again := repair(); len(again) > 0 {
				t.Errorf("after the plan %+v\na second one: %+v", p, again)
			}
			if got := routesOf(t, a); !slices.Equal(got, before) {
				t.Errorf("after the plan %+v\ngot  %q\nwant %q", p, got, before)
			}
		})
	}
}

// lostRoutesLab has a node a with addresses of all sorts, and routes through gateways.
func lostRoutesLab(t *testing.T, lab string) *state.State {
	t.Helper()
	c, err := compile.Compile(topo.MustParse(`
name: ` + lab + `
nodes:
  a:
    interfaces:
      eth0: [10.0.0.1/24, 10.0.0.4/24, 10.9.0.1/32, fd00::1/64, fd00::4/64, fd09::1/128]
      lo: [192.0.2.1/32, 2001:db8::1/128]
    routes:
      - {to: 198.51.100.0/24, via: 10.0.0.2}
      - {to: 203.0.113.0/24, dev: eth0}
      - {to: 2001:db8:1::/48, via: "fd00::2"}
  r:
    kind: router
    interfaces: {eth0: [10.0.0.2/24, fd00::2/64]}
links: [["a:eth0", "r:eth0"]]
`))
	if err != nil {
		t.Fatal(err)
	}
	return c.State
}

// routesOf returns the routes of a namespace, but those for multicast, which no address has,
// and IPv6 ones in the local table, which the kernel adds later.
func routesOf(t *testing.T, namespace string) []string {
	t.Helper()
	var lines []string
	for _, family := range []string{"-4", "-6"} {
		out, err := exec.Command("ip", "-n", namespace, family, "route", "show", "table", "all").Output()
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, strings.Split(string(out), "\n")...)
	}
	lines = slices.DeleteFunc(lines, func(l string) bool {
		return l == "" || strings.HasPrefix(l, "multicast") || strings.HasPrefix(l, "local") && strings.Contains(l, "metric 0") || strings.Contains(l, " 127.")
	})
	slices.Sort(lines)
	return lines
}

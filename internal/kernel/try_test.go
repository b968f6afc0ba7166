//go:build linux

package kernel_test

import (
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
)

// below creates the lower device of others.
const below = "link add lower0 type veth"

// These are the commands by which a person would try kinds of links and qdiscs.
var (
	linksByHand = map[string]string{
		"veth":      "link add try0 type veth",
		"bridge":    "link add try0 type bridge",
		"vlan":      below + "\nlink add try0 link lower0 type vlan id 2",
		"vxlan":     "link add try0 type vxlan id 1 dstport 4789",
		"macvlan":   below + "\nlink add try0 link lower0 type macvlan",
		"macvtap":   below + "\nlink add try0 link lower0 type macvtap",
		"ipvlan":    below + "\nlink add try0 link lower0 type ipvlan",
		"dummy":     "link add try0 type dummy",
		"ifb":       "link add try0 type ifb",
		"wireguard": "link add try0 type wireguard",
		"vrf":       "link add try0 type vrf table 100",
		"bond":      "link add try0 type bond",
		"geneve":    "link add try0 type geneve id 1 remote 192.0.2.2",
		"gre":       "link add try0 type gre local 192.0.2.1 remote 192.0.2.2",
		"ip6gre":    "link add try0 type ip6gre local 2001:db8::1 remote 2001:db8::2",
	}
	qdiscsByHand = map[string]string{
		"netem":    "qdisc add dev lo root netem",
		"htb":      "qdisc add dev lo root htb",
		"tbf":      "qdisc add dev lo root tbf rate 8mbit burst 128k limit 128k",
		"fq":       "qdisc add dev lo root fq",
		"fq_codel": "qdisc add dev lo root fq_codel",
		"pfifo":    "qdisc add dev lo root pfifo",
		"clsact":   "qdisc add dev lo clsact",
		"ingress":  "qdisc add dev lo ingress",
	}
)

// modules add links to the host namespace when they are loaded. Tests don't load them.
var modules = map[string]string{
	"dummy": "dummy", "ifb": "ifb", "bond": "bonding", "gre": "ip_gre", "ip6gre": "ip6_gre",
}

// TryLink finds a kind supported if ip can create such a link.
func TestTryLink(t *testing.T) { compareTry(t, "ip", linksByHand, kernel.TryLink) }

func TestTryQdisc(t *testing.T) { compareTry(t, "tc", qdiscsByHand, kernel.TryQdisc) }

func TestTryVLANFiltering(t *testing.T) {
	compareTry(t, "ip", map[string]string{"bridge": "link add try0 type bridge vlan_filtering 1"},
		func(string) error { return kernel.TryVLANFiltering() })
}

func TestTryIPv6(t *testing.T) {
	compareTry(t, "ip", map[string]string{"address": "address add 2001:db8::1/128 dev lo"},
		func(string) error { return kernel.TryIPv6() })
}

// compareTry compares the result of a try with that of a program.
func compareTry(t *testing.T, program string, byHand map[string]string, try func(kind string) error) {
	netnstest.Need(t)
	if _, err := exec.LookPath(program); err != nil {
		t.Skip(err)
	}
	for kind, commands := range byHand {
		t.Run(kind, func(t *testing.T) {
			if isLoadable(modules[kind]) {
				t.Skipf("loading module %s adds links to the host namespace", modules[kind])
			}
			hand := netns.InTemp(func() error {
				for command := range strings.Lines(commands) {
					if out, err := exec.CommandContext(t.Context(), program, strings.Fields(command)...).CombinedOutput(); err != nil {
						t.Logf("%s %s: %s", program, command, out)
						return err
					}
				}
				return nil
			})
			err := try(kind)
			if (err == nil) != (hand == nil) {
				t.Errorf("try: %v; by hand: %v", err, hand)
			}
		})
	}
}

// isLoadable reports whether a module may be installed and is not loaded.
func isLoadable(module string) bool {
	_, modular := os.Stat("/proc/modules")
	_, loaded := os.Stat("/sys/module/" + module)
	return module != "" && modular == nil && loaded != nil
}

// Rules need a table: if the kernel can't create one, no rule works.
func TestTryNft(t *testing.T) {
	netnstest.Need(t)
	table := kernel.TryNftables()
	t.Logf("table: %v", table)
	for name, try := range map[string]func() error{
		"nat": kernel.TryNAT, "reject": kernel.TryReject, "conntrack": kernel.TryConntrack,
	} {
		err := try()
		t.Logf("%s: %v", name, err)
		if table != nil && err == nil {
			t.Errorf("%s works without a table", name)
		}
	}
}

// The faster answer agrees with the try, and creates no link.
func TestHasLinkKind(t *testing.T) {
	netnstest.Need(t)
	if kernel.HasLinkKind("vethlab-none") {
		t.Error("the kernel has a kind of link that does not exist")
	}
	for kind := range linksByHand {
		if isLoadable(modules[kind]) {
			continue // loading it adds links to the host namespace
		}
		err := netns.InTemp(func() error {
			before, err := net.Interfaces()
			if err != nil {
				return err
			}
			if got, want := kernel.HasLinkKind(kind), kernel.TryLink(kind); got != (want == nil) {
				t.Errorf("%s: got %v, but trying it: %v", kind, got, want)
			}
			after, err := net.Interfaces()
			if len(after) != len(before) {
				t.Errorf("%s: %d interfaces, then %d", kind, len(before), len(after))
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

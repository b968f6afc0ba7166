package compile_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// The IPv6 sysctls of a node decide which addresses an interface gets.
func TestIPv6Sysctls(t *testing.T) {
	const fe80 = "fe80::ff:fe00:1/64"
	both := []string{"10.0.0.1/30", "fd00::1/64", fe80}
	for _, test := range []struct {
		name      string
		addresses []string // nil: automatic
		sysctls   map[string]string
		want      []string
		auto      bool
		err       string
	}{
		{name: "none", want: both},
		{"made by the kernel", nil, map[string]string{"net.ipv6.conf.eth0.addr_gen_mode": "0"}, both[:2], true, ""},
		{"made by the kernel without addresses", []string{}, map[string]string{"net.ipv6.conf.eth0.addr_gen_mode": "0"}, []string{}, true, ""},
		{"at random", nil, map[string]string{"net.ipv6.conf.eth0.addr_gen_mode": "3"}, both[:2], true, ""},
		{"not made", nil, map[string]string{"net.ipv6.conf.eth0.addr_gen_mode": "1"}, both, false, ""},
		{"of new links", nil, map[string]string{"net.ipv6.conf.default.addr_gen_mode": "0"}, both, false, ""},
		{"disabled", nil, map[string]string{"net.ipv6.conf.eth0.disable_ipv6": "1"}, both[:1], false, ""},
		{"disabled everywhere", nil, map[string]string{"net.ipv6.conf.all.disable_ipv6": "1"}, both[:1], false, ""},
		{"disabled but for this", nil, map[string]string{"net.ipv6.conf.all.disable_ipv6": "1", "net.ipv6.conf.eth0.disable_ipv6": "0"}, both, false, ""},
		{
			"disabled and wanted",
			[]string{"fd77::1/64"},
			map[string]string{"net.ipv6.conf.default.disable_ipv6": "1"},
			nil, false,
			"interface a:eth0 has the IPv6 address fd77::1/64, but the sysctl net.ipv6.conf.default.disable_ipv6 disables IPv6",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			i := topo.Interface{Name: "eth0", MAC: topo.MAC{2, 0, 0, 0, 0, 1}}
			if test.addresses != nil {
				i.Addresses = prefixes(test.addresses...)
			}
			n := node("a", i)
			n.Sysctls = test.sysctls
			lab, err := compile.Compile(&topo.Topology{Name: "lab", Nodes: topo.Nodes{n}, Links: []topo.Link{cable("a", "b")}})
			if test.err != "" || err != nil {
				if err == nil || test.err == "" || !strings.Contains(err.Error(), test.err) {
					t.Errorf("got %v, want %q", err, test.err)
				}
				return
			}
			l := linkOf(lab, "a", "eth0")
			if d := cmp.Diff(state.Addresses(prefixes(test.want...)), l.Addresses, cmp.Comparer(samePrefix)); d != "" {
				t.Error(d)
			}
			if l.AutoLinkLocal != test.auto {
				t.Errorf("the kernel adds a link-local address: %v", l.AutoLinkLocal)
			}
		})
	}
}

// Sysctl values are as the kernel shows them.
func TestCanonicalSysctls(t *testing.T) {
	for _, test := range []struct{ key, value, wantKey, want string }{
		{"net.ipv4.conf.all.forwarding", "1", state.ForwardIPv4, "1"},
		{"net.ipv4.ip_forward", "0x1", state.ForwardIPv4, "1"},
		{"net.ipv6.conf.all.forwarding", "2", state.ForwardIPv6, "1"},
		{"net.ipv4.tcp_rmem", "1  2\t3", "net.ipv4.tcp_rmem", "1 2 3"},
		{"net.ipv4.ip_default_ttl", "0x40", "net.ipv4.ip_default_ttl", "0x40"},
	} {
		if key, value := state.CanonicalSysctl(test.key, test.value); key != test.wantKey || value != test.want {
			t.Errorf("%s=%q: got %s=%q, want %s=%q", test.key, test.value, key, value, test.wantKey, test.want)
		}
	}
}

// No link that is too small for IPv6, or has it disabled, has an IPv6 address or neighbour:
// the check of the lab knows the MTUs and sysctls that the compiler sets.
func TestIPv6OnlyWhereTheKernelHasIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		top := drawAny(t)
		for i := range top.Links {
			if rapid.IntRange(1, 4).Draw(t, "small") == 1 {
				top.Links[i].MTU = rapid.IntRange(1278, 1281).Draw(t, "mtu")
			}
		}
		for i := range top.Nodes {
			if top.Nodes[i].Name != topo.HostNode && rapid.IntRange(1, 4).Draw(t, "disabled") == 1 {
				where := rapid.SampledFrom([]string{"all", "default"}).Draw(t, "where")
				top.Nodes[i].Sysctls = map[string]string{"net.ipv6.conf." + where + ".disable_ipv6": "1"}
			}
		}
		lab, err := compile.Compile(top)
		if err != nil {
			t.Skip("IPv6 addresses in the file")
		}
		for _, ns := range lab.State.Namespaces {
			disabled := ns.Sysctls["net.ipv6.conf.all.disable_ipv6"] == "1" || ns.Sysctls["net.ipv6.conf.default.disable_ipv6"] == "1"
			for _, l := range ns.Links {
				neighbour := slices.ContainsFunc(ns.Neighbours, func(n state.Neighbour) bool { return n.Dev == l.Name && n.Address.Is6() })
				address := slices.ContainsFunc(l.Addresses, func(p netip.Prefix) bool { return p.Addr().Is6() })
				if (neighbour || address) && (disabled || l.MTU < state.MinIPv6MTU) {
					t.Fatalf("%s of %s has IPv6, disabled: %t, mtu %d\n%s", l.Name, ns.Name, disabled, l.MTU, top.Format())
				}
			}
		}
	})
}

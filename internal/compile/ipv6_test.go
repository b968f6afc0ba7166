package compile_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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

package state_test

import (
	"testing"

	"github.com/vethlab/vethlab/internal/state"
)

func TestSysctlDefaults(t *testing.T) {
	ns := &state.Namespace{Defaults: map[string]string{"net.ipv4.conf.eth0.rp_filter": "2", state.ForwardIPv4: "1"}}
	for key, want := range map[string]string{
		state.ForwardIPv4: "0", state.ForwardIPv6: "0", "net.ipv4.conf.eth0.rp_filter": "2", "net.ipv4.tcp_sack": "unknown",
	} {
		got, ok := ns.SysctlDefault(key)
		if !ok {
			got = "unknown"
		}
		if got != want {
			t.Errorf("%s goes back to %s, want %s", key, got, want)
		}
		if v, ok := state.SysctlDefault(key); ok != (want == "0") || ok && v != "0" {
			t.Errorf("%s is %q by itself, %v", key, v, ok)
		}
	}
}

func TestSysctlSource(t *testing.T) {
	for key, want := range map[string][2]string{
		"net.ipv4.conf.eth0.rp_filter":    {"net.ipv4.conf.default.rp_filter", "net.ipv4.conf.default.rp_filter"},
		"net.ipv6.conf.eth0/5.hop_limit":  {"net.ipv6.conf.default.hop_limit", "net.ipv6.conf.default.hop_limit"},
		"net.ipv6.conf.eth0/5.mtu":        {"", ""},
		"net.ipv4.neigh.eth0.app_solicit": {"", "net.ipv4.neigh.lo.app_solicit"},
		"net.mpls.conf.eth0.input":        {"", "net.mpls.conf.lo.input"},
		"net.ipv4.conf.all.rp_filter":     {"", "net.ipv4.conf.all.rp_filter"},
		"net.ipv4.conf.eth0.a.b":          {"", "net.ipv4.conf.eth0.a.b"},
		"net.ipv4.ip_forward":             {"", "net.ipv4.ip_forward"},
	} {
		if a, b := state.SysctlSource(key); a != want[0] || b != want[1] {
			t.Errorf("%s is taken from %q, seen at %q; want %q", key, a, b, want)
		}
	}
}

func TestSysctlOfLink(t *testing.T) {
	for _, tt := range [][3]string{
		{"net.ipv4.conf.default.rp_filter", "eth0", "net.ipv4.conf.eth0.rp_filter"},
		{"net.ipv4.conf.default.rp_filter", "eth0.5", "net.ipv4.conf.eth0/5.rp_filter"},
		{"net.ipv4.conf.default.rp_filter", "lo", ""},
		{"net.ipv6.conf.default.mtu", "eth0", ""},
		{"net.ipv4.conf.all.rp_filter", "eth0", ""},
		{"net.ipv4.neigh.default.x", "eth0", ""},
		{"net.ipv4.conf.default.a.b", "eth0", ""},
		{"net.ipv4.conf.default", "eth0", ""},
	} {
		if got := state.SysctlOfLink(tt[0], tt[1]); got != tt[2] {
			t.Errorf("%s of %s is %q, want %q", tt[0], tt[1], got, tt[2])
		}
	}
}

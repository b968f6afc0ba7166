package state_test

import (
	"encoding/json"
	"net/netip"
	"testing"
	"time"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

func TestOwns(t *testing.T) {
	ns := state.New().Add("a")
	ns.Links["eth0"] = &state.Link{Name: "eth0", Addresses: state.Addresses{netip.MustParsePrefix("10.0.0.1/24"), netip.MustParsePrefix("fd00::1/64")}}
	for address, want := range map[string]bool{"10.0.0.1": true, "fd00::1": true, "10.0.0.2": false, "10.0.0.0": false} {
		if got := ns.Owns(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}

func TestFindNeighbour(t *testing.T) {
	one := state.Neighbour{Dev: "eth0", Address: netip.MustParseAddr("10.0.0.2"), MAC: topo.MAC{2, 1}}
	two := state.Neighbour{Dev: "eth1", Address: netip.MustParseAddr("10.0.0.2"), MAC: topo.MAC{2, 2}}
	list := state.Neighbours{one, two}
	if n, ok := list.Find(two.Key()); !ok || n != two {
		t.Errorf("found %v, %v", n, ok)
	}
	if n, ok := (state.Neighbours{one}).Find(two.Key()); ok || n != (state.Neighbour{}) {
		t.Errorf("found %v, %v", n, ok)
	}
}

// TestCarrierDelay: a bridge with STP listens and learns for its forward delay each, which
// counts in hundredths of a second.
func TestCarrierDelay(t *testing.T) {
	for name, tt := range map[string]struct {
		links []*state.Link
		want  time.Duration
	}{
		"none":         {nil, 0},
		"no STP":       {[]*state.Link{{Up: true, Kind: state.Bridge{ForwardDelay: 1500}}}, 0},
		"STP":          {[]*state.Link{{Up: true, Kind: state.Bridge{STP: true, ForwardDelay: 1500}}}, 30 * time.Second},
		"the longest":  {[]*state.Link{{Up: true, Kind: state.Bridge{STP: true, ForwardDelay: 200}}, {Up: true, Kind: state.Bridge{STP: true, ForwardDelay: 300}}}, 6 * time.Second},
		"down":         {[]*state.Link{{Kind: state.Bridge{STP: true, ForwardDelay: 1500}}}, 0},
		"unknown kind": {[]*state.Link{{Up: true}}, 0},
	} {
		s := state.New()
		for i, l := range tt.links {
			l.Name = string(rune('a' + i))
			s.Add(l.Name).Links[l.Name] = l
		}
		if got := s.CarrierDelay(); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

func TestCanonicalSysctl(t *testing.T) {
	for _, tt := range [][4]string{
		{state.ForwardIPv4, "1", state.ForwardIPv4, "1"},
		{"net.ipv4.conf.all.forwarding", "0", state.ForwardIPv4, "0"},
		{"net.ipv4.conf.all.forwarding", "2", state.ForwardIPv4, "1"},
		{state.ForwardIPv6, "0x10", state.ForwardIPv6, "1"},
		{state.ForwardIPv6, "-1", state.ForwardIPv6, "1"},
		{state.ForwardIPv6, "2147483648", state.ForwardIPv6, "2147483648"}, // no int of the kernel
		{state.ForwardIPv6, "yes", state.ForwardIPv6, "yes"},
		{"net.ipv4.conf.all.rp_filter", "2", "net.ipv4.conf.all.rp_filter", "2"},
		{"net.ipv4.ip_local_port_range", " 1024\t65535 ", "net.ipv4.ip_local_port_range", "1024 65535"},
	} {
		if key, value := state.CanonicalSysctl(tt[0], tt[1]); key != tt[2] || value != tt[3] {
			t.Errorf("%s = %s is %s = %s, want %s = %s", tt[0], tt[1], key, value, tt[2], tt[3])
		}
	}
}

func TestExactSysctl(t *testing.T) {
	for key, want := range map[string]string{
		"net.ipv4.neigh.eth0.unres_qlen":       "net.ipv4.neigh.eth0.unres_qlen_bytes",
		"net.ipv4.neigh.eth0.unres_qlen_bytes": "net.ipv4.neigh.eth0.unres_qlen_bytes",
		"net.ipv4.ip_forward":                  "net.ipv4.ip_forward",
	} {
		if got := state.ExactSysctl(key); got != want {
			t.Errorf("%s is %s, want %s", key, got, want)
		}
	}
}

func TestLinkLocalOfMAC(t *testing.T) {
	for address, want := range map[string]bool{
		"fe80::12:34ff:fe56:789a/64":   true,
		"fe80::12:34ff:fe56:789a/10":   false,
		"fe80::12:34ff:fd56:789a/64":   false,
		"fe80::1/64":                   false,
		"fd00::12:34ff:fe56:789a/64":   false,
		"fe80:1::12:34ff:fe56:789a/64": false,
	} {
		if got := state.LinkLocalOfMAC(netip.MustParsePrefix(address)); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}

// The metric counts only between routes of one length, and the first of equals wins.
func TestEgressPrefersLength(t *testing.T) {
	ns := &state.Namespace{Links: map[string]*state.Link{"e1": {Name: "e1", Up: true}, "e2": {Name: "e2", Up: true}}}
	for _, tt := range []struct {
		routes state.Routes
		want   string
	}{
		{state.Routes{{To: netip.MustParsePrefix("10.0.0.0/24"), Dev: "e1", Metric: 9}, {To: netip.MustParsePrefix("10.0.0.0/8"), Dev: "e2"}}, "e1"},
		{state.Routes{{To: netip.MustParsePrefix("10.0.0.0/8"), Dev: "e2"}, {To: netip.MustParsePrefix("10.0.0.0/24"), Dev: "e1", Metric: 9}}, "e1"},
		{state.Routes{{To: netip.MustParsePrefix("10.0.0.0/8"), Dev: "e1"}, {To: netip.MustParsePrefix("10.0.0.0/8"), Dev: "e2"}}, "e1"},
	} {
		ns.Routes = tt.routes
		if got := ns.Egress(netip.MustParseAddr("10.0.0.1")); got == nil || got.Name != tt.want {
			t.Errorf("%v: %v, want %s", tt.routes, got, tt.want)
		}
	}
}

func TestLinkOfUnknownSettings(t *testing.T) {
	var l state.Link
	if err := json.Unmarshal([]byte(`{"name": "br0", "kind": "bridge", "info": {"stp": "maybe"}}`), &l); err == nil {
		t.Errorf("settings that are none of a bridge's make the link %+v", l)
	}
}

package state_test

import (
	"fmt"
	"net/netip"
	"reflect"
	"testing"

	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/state"
)

func TestSysctlLink(t *testing.T) {
	for key, want := range map[string]string{
		"net.ipv4.conf.eth0.rp_filter": "eth0", "net.ipv6.conf.eth0.mtu": "eth0", "net.ipv4.neigh.eth0.gc_stale_time": "eth0",
		"net.ipv4.conf.eth0/100.rp_filter": "eth0.100", "net.ipv4.conf.all.rp_filter": "", "net.ipv4.conf.default.rp_filter": "",
		"net.ipv4.conf.lo.rp_filter": "", "net.ipv4.ip_forward": "", "net.ipv4.route.eth0.x": "", "kernel.ipv4.conf.eth0.x": "",
		"net.ipv4.conf.eth0": "", "": "",
	} {
		if got := state.SysctlLink(key); got != want {
			t.Errorf("%s belongs to %q, want %q", key, got, want)
		}
	}
}

func TestSysctlKey(t *testing.T) {
	for key, want := range map[string]string{
		"net.ipv4.ip_forward": "net.ipv4.ip_forward", "net/ipv4/ip_forward": "net.ipv4.ip_forward", "net.ipv4.conf.eth0/100.mtu": "net.ipv4.conf.eth0/100.mtu",
		"net/ipv4/conf/eth0.100/mtu": "net.ipv4.conf.eth0/100.mtu", "plain": "plain", "/x": ".x", ".x": ".x",
	} {
		if got := state.SysctlKey(key); got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	if got := state.SysctlPath("net.ipv4.conf.eth0/100.mtu"); got != "net/ipv4/conf/eth0.100/mtu" {
		t.Errorf("the file is %q", got)
	}
}

// full is a State with all kinds of contents.
func full() *state.State {
	s := state.New()
	for _, name := range []string{state.Host, "b", "a"} {
		ns := s.Add(name)
		ns.Links["eth0"] = &state.Link{Name: "eth0", Index: 7, MTU: 1500, Addresses: []netip.Prefix{
			netip.MustParsePrefix("192.0.2.2/24"), netip.MustParsePrefix("192.0.2.1/24"), netip.MustParsePrefix("192.0.2.1/25"),
		}}
		ns.Sysctls = map[string]string{"net.ipv4.ip_forward": "1"}
		ns.Routes = state.Routes{{To: netip.MustParsePrefix("198.51.100.0/24"), Dev: "eth0"}, {To: netip.MustParsePrefix("0.0.0.0/0"), Dev: "eth0"}}
		ns.Nftables, _ = nft.ParseRuleset("table ip t { chain c { counter packets 5 bytes 7; }; }\ntable ip a { }")
	}
	return s
}

// A copy shares nothing: changes to it leave the original as it was.
func TestCloneOfAllSharesNothing(t *testing.T) {
	s := full()
	c := s.Clone()
	if !reflect.DeepEqual(s, c) {
		t.Fatal("the clone differs")
	}
	ns := c.Namespaces["a"]
	ns.Links["eth0"].Addresses[0] = netip.Prefix{}
	ns.Links["eth0"].MTU = 9
	ns.Sysctls["net.ipv4.ip_forward"] = "0"
	ns.Routes[0].Dev = "eth9"
	ns.Nftables[0].Chains[0].Rules[0].Comment = "changed"
	delete(ns.Links, state.Lo)
	delete(c.Namespaces, "b")
	if !reflect.DeepEqual(s, full()) {
		t.Error("the original changed with its clone")
	}
}

// A normal State lacks the fields that equality ignores, and has all others.
func TestNormalFields(t *testing.T) {
	want := full().Normal()
	a := want.Namespaces["a"]
	if a.Links["eth0"].Index != 0 || fmt.Sprint(a.Links["eth0"].Addresses) != "[192.0.2.1/24 192.0.2.1/25 192.0.2.2/24]" || a.Routes[0].To.Bits() != 0 || a.Nftables[0].Name != "a" {
		t.Errorf("not in order: %+v", a)
	}
	for name, change := range map[string]func(*state.Namespace){
		"index":     func(ns *state.Namespace) { ns.Links["eth0"].Index = 3 },
		"addresses": func(ns *state.Namespace) { l := ns.Links["eth0"].Addresses; l[0], l[2] = l[2], l[0] },
		"routes":    func(ns *state.Namespace) { ns.Routes[0], ns.Routes[1] = ns.Routes[1], ns.Routes[0] },
		"tables":    func(ns *state.Namespace) { ns.Nftables[0], ns.Nftables[1] = ns.Nftables[1], ns.Nftables[0] },
		"counters":  func(ns *state.Namespace) { ns.Nftables[0].Chains[0].Rules[0].Statements[0] = nft.Counter{} },
	} {
		s := full()
		change(s.Namespaces["a"])
		if !reflect.DeepEqual(s.Normal(), want) {
			t.Errorf("%s are not ignored", name)
		}
	}
	for name, change := range map[string]func(*state.Namespace){
		"an MTU": func(ns *state.Namespace) { ns.Links["eth0"].MTU = 9 }, "no sysctls": func(ns *state.Namespace) { ns.Sysctls = nil },
		"no routes": func(ns *state.Namespace) { ns.Routes = nil }, "no tables": func(ns *state.Namespace) { ns.Nftables = nil },
	} {
		s := full()
		change(s.Namespaces["a"])
		if reflect.DeepEqual(s.Normal(), want) {
			t.Errorf("%s is ignored", name)
		}
	}
	empty := state.New()
	ns := empty.Add("a")
	ns.Sysctls, ns.Routes, ns.Links[state.Lo].Addresses = map[string]string{}, state.Routes{}, []netip.Prefix{}
	empty.Namespaces[state.Host] = &state.Namespace{Name: state.Host}
	n := empty.Normal()
	if a := n.Namespaces["a"]; a.Sysctls != nil || a.Routes != nil || a.Links[state.Lo].Addresses != nil || n.Namespaces[state.Host] != nil {
		t.Errorf("nothing is %+v", n)
	}
	if full().Normal().Namespaces[state.Host] == nil {
		t.Error("the host namespace is missing after its links were deleted")
	}
}

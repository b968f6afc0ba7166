package plan_test

import (
	"net/netip"
	"testing"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// What the kernel adds itself: routes of addresses, link-local addresses, those of lo.
func TestKernelMade(t *testing.T) {
	p, at := netip.MustParsePrefix, state.Endpoint{Namespace: "a", Link: "e"}
	lo := state.Endpoint{Namespace: "a", Link: state.Lo}
	link := &state.Link{Name: "e", Kind: state.Bridge{}, Up: true, Addresses: state.Addresses{p("10.0.0.1/24"), p("fe80::7/64")}}
	s := &state.State{Namespaces: map[string]*state.Namespace{"a": {Name: "a", Links: map[string]*state.Link{
		"e": link, state.Lo: {Name: state.Lo, Kind: state.Loopback{}, Up: true},
	}}}}
	for _, tt := range []struct {
		op   plan.Op
		want string
	}{
		{plan.DelRoute{Namespace: "a", Route: state.Route{To: p("10.0.0.0/24"), Dev: "e"}}, "the route of the address"},
		{plan.DelRoute{Namespace: "a", Route: state.Route{To: p("10.0.0.0/24")}}, "the route of the address"},
		{plan.DelRoute{Namespace: "a", Route: state.Route{To: p("10.0.0.0/24"), Dev: "x"}}, ""},
		{plan.DelRoute{Namespace: "a", Route: state.Route{To: p("10.0.0.0/24"), Via: netip.MustParseAddr("10.0.0.2")}}, ""},
		{plan.DelRoute{Namespace: "a", Route: state.Route{To: p("10.1.0.0/24"), Dev: "e"}}, ""},
		{plan.DelRoute{Namespace: "b", Route: state.Route{To: p("10.0.0.0/24")}}, ""},
		{plan.DelAddress{Link: lo, Address: p("127.0.0.1/8")}, "the address"},
		{plan.DelAddress{Link: lo, Address: p("10.0.0.1/32")}, ""},
		{plan.DelAddress{Link: at, Address: p("fe80::9/64")}, "the address"},
		{plan.DelAddress{Link: at, Address: p("fe80::7/64")}, ""},
		{plan.FlushAddresses{Link: at}, "the link-local address"},
		{plan.FlushAddresses{Link: at, Family: plan.IPv6Only}, "the link-local address"},
		{plan.FlushAddresses{Link: at, Family: plan.IPv4Only}, ""},
		{plan.DelNamespace{Name: "a"}, ""},
	} {
		if got := plan.KernelMade(tt.op, s); got != tt.want {
			t.Errorf("%#v: %q, want %q", tt.op, got, tt.want)
		}
	}
	link.Up = false
	if got := plan.KernelMade(plan.FlushAddresses{Link: at}, s); got != "" {
		t.Errorf("a link that is down has %q", got)
	}
}

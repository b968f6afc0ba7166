package plan_test

import (
	"net/netip"
	"reflect"
	"testing"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

func routeOf(to, via, dev string) state.Route {
	r := state.Route{To: netip.MustParsePrefix(to), Dev: dev}
	if via != "" {
		r.Via = netip.MustParseAddr(via)
	}
	return r
}

// Of routes with one key, as after `ip route append`, all but the wanted one are deleted.
// The kernel may delete the wanted one instead, so it is then deleted too and added again.
func TestAppendedRoutes(t *testing.T) {
	good, other := routeOf("0.0.0.0/0", "10.0.0.1", "eth0"), routeOf("0.0.0.0/0", "10.0.0.2", "eth0")
	direct, nowhere := routeOf("0.0.0.0/0", "", "eth0"), routeOf("0.0.0.0/0", "", "")
	del := func(r state.Route) plan.Op { return plan.DelRoute{Namespace: "a", Route: r} }
	add := func(r state.Route, replace bool) plan.Op {
		return plan.AddRoute{Namespace: "a", Route: r, Replace: replace}
	}
	for _, test := range []struct {
		what      string
		now, want state.Routes
		ops       plan.Plan
	}{
		{"the wanted one and another", state.Routes{good, other}, state.Routes{good}, plan.Plan{del(other)}},
		{"the same twice", state.Routes{good, good}, state.Routes{good}, plan.Plan{del(good)}},
		{"another one alone", state.Routes{other}, state.Routes{good}, plan.Plan{add(good, true)}},
		{"two others", state.Routes{direct, other}, state.Routes{good}, plan.Plan{del(other), del(direct), add(good, false)}},
		{"one that says less", state.Routes{direct, good}, state.Routes{good}, plan.Plan{del(good), del(direct), add(good, false)}},
		{"one to nowhere", state.Routes{nowhere, good}, state.Routes{good}, plan.Plan{del(good), del(nowhere), add(good, false)}},
		{"none is wanted", state.Routes{direct, good}, nil, plan.Plan{del(good), del(direct)}},
	} {
		t.Run(test.what, func(t *testing.T) {
			now, want := segment(), segment()
			now.Namespaces["a"].Routes, want.Namespaces["a"].Routes = test.now, test.want
			if got := plan.Diff(now, want); !reflect.DeepEqual(got, test.ops) {
				t.Errorf("got  %+v\nwant %+v", got, test.ops)
			}
		})
	}
}

// An address without its routes is deleted and added again with all others of its subnet, in
// the same order, and with what the kernel deletes with the last address.
func TestUnroutedAddresses(t *testing.T) {
	now, want := segment(), segment()
	l := eth0(want, "a")
	first, second, other := netip.MustParsePrefix("10.7.0.1/24"), netip.MustParsePrefix("10.7.0.2/24"), netip.MustParsePrefix("10.8.0.1/24")
	l.Addresses = state.Addresses{first, second, other}
	want.Namespaces["a"].Routes = state.Routes{routeOf("10.9.0.0/16", "10.7.0.9", "eth0")}
	*eth0(now, "a"), now.Namespaces["a"].Routes = *l.Clone(), want.Namespaces["a"].Routes
	at := state.Endpoint{Namespace: "a", Link: "eth0"}
	for _, test := range []struct {
		unrouted state.Addresses
		ops      plan.Plan
	}{
		{nil, nil},
		{state.Addresses{other}, plan.Plan{plan.DelAddress{Link: at, Address: other}, plan.AddAddress{Link: at, Address: other}}},
		{state.Addresses{first}, plan.Plan{
			plan.DelAddress{Link: at, Address: second},
			plan.DelAddress{Link: at, Address: first},
			plan.AddAddress{Link: at, Address: first},
			plan.AddAddress{Link: at, Address: second},
		}},
		{state.Addresses{first, second, other}, plan.Plan{
			plan.DelAddress{Link: at, Address: other},
			plan.DelAddress{Link: at, Address: second},
			plan.DelAddress{Link: at, Address: first},
			plan.AddAddress{Link: at, Address: first},
			plan.AddAddress{Link: at, Address: second},
			plan.AddAddress{Link: at, Address: other},
			plan.AddRoute{Namespace: "a", Route: want.Namespaces["a"].Routes[0]},
		}},
	} {
		eth0(now, "a").Unrouted = test.unrouted
		if got := plan.Diff(now, want); !reflect.DeepEqual(got, test.ops) {
			t.Errorf("without routes of %v:\ngot  %+v\nwant %+v", test.unrouted, got, test.ops)
		}
	}
}

// Sysctls of one link and those of future links do not change other links' sysctls.
func TestSysctlsThatSetNoOthers(t *testing.T) {
	const eth0 = "net.ipv6.conf.eth0.disable_ipv6"
	for _, key := range []string{"net.ipv6.conf.default.disable_ipv6", "net.ipv6.conf.lo.disable_ipv6", "net.ipv6.conf.default.addr_gen_mode"} {
		s := segment()
		s.Namespaces["a"].Sysctls[eth0] = "1"
		if err := (plan.SetSysctl{Namespace: "a", Key: key, Value: "0"}).Apply(s); err != nil {
			t.Fatal(err)
		}
		if got := s.Namespaces["a"].Sysctls[eth0]; got != "1" {
			t.Errorf("after %s: %s is %q, want 1", key, eth0, got)
		}
	}
}

// Sysctls that the kernel sets as a side effect of another one are restored in the same
// plan.
func TestSysctlsThatSetOthers(t *testing.T) {
	for _, test := range []struct{ written, value, overwritten string }{
		{"net.ipv4.ip_forward", "1", "net.ipv4.conf.all.accept_redirects"},
		{"net.ipv4.ip_forward", "1", "net.ipv4.conf.eth0.forwarding"},
		{"net.ipv4.ip_forward", "1", "net.ipv4.conf.default.forwarding"},
		{"net.ipv6.conf.all.forwarding", "1", "net.ipv6.conf.eth0.forwarding"},
		{"net.ipv6.conf.all.disable_ipv6", "1", "net.ipv6.conf.default.disable_ipv6"},
		{"net.ipv6.conf.all.disable_ipv6", "0", "net.ipv6.conf.lo.disable_ipv6"},
	} {
		t.Run(test.written+" "+test.overwritten, func(t *testing.T) {
			now, want := segment(), segment()
			now.Namespaces["a"].Sysctls[test.overwritten] = "0"
			want.Namespaces["a"].Sysctls = map[string]string{test.written: test.value, test.overwritten: "0"}
			var written []string
			for _, op := range plan.Diff(now, want) {
				if s, ok := op.(plan.SetSysctl); ok {
					written = append(written, s.Key)
				}
			}
			if !reflect.DeepEqual(written, []string{test.written, test.overwritten}) {
				t.Errorf("written: %q", written)
			}
		})
	}
}

// The kernel sets the IPv6 MTU of a link when the link is set up, so it is written after that.
func TestIPv6MTUSysctl(t *testing.T) {
	want := segment()
	want.Namespaces["a"].Sysctls["net.ipv6.conf.eth0.mtu"] = "1400"
	p := plan.Diff(state.New(), want)
	up, last := -1, -1
	for i, op := range p {
		switch op := op.(type) {
		case plan.SetLink:
			if op.Link == (state.Endpoint{Namespace: "a", Link: "eth0"}) && op.Up != nil {
				up = i
			}
		case plan.SetSysctl:
			last = i
		}
	}
	if up < 0 || last < up {
		t.Errorf("the link is set up by op %d and its IPv6 MTU set by op %d of %+v", up, last, p)
	}
}

// Below an MTU of 1280 a link has no IPv6. It is set down before the MTU is raised, or the
// kernel would add a link-local address at once.
func TestIPv6ByMTU(t *testing.T) {
	want, low := segment(), segment()
	for _, s := range []*state.State{want, low} {
		for _, name := range []string{"a", "b", "c", "sw"} {
			for _, l := range s.Namespaces[name].Links {
				l.MTU = 1500
			}
		}
	}
	l := eth0(low, "a")
	l.MTU, l.Addresses = 1000, l.Addresses[:1]
	for _, test := range []struct {
		what     string
		from, to *state.State
	}{{"lower", want, low}, {"raise", low, want}, {"make", state.New(), low}} {
		t.Run(test.what, func(t *testing.T) {
			p := plan.Diff(test.from, test.to)
			for _, op := range p {
				if s, ok := op.(plan.SetLink); ok && s.AutoLinkLocal != nil && s.MTU != 0 && test.what == "raise" {
					t.Errorf("one message for the MTU and for IPv6 settings: %+v", s)
				}
			}
			now := test.from.Clone()
			if err := p.Apply(now); err != nil {
				t.Fatal(err)
			}
			if again := plan.Diff(now, test.to); len(again) > 0 {
				t.Errorf("a second plan: %+v", again)
			}
		})
	}
}

// A State that was observed while the lab changed may know the peer of one end only.
func TestVethWithoutPeer(t *testing.T) {
	want := segment()
	for _, ns := range want.Namespaces {
		for _, l := range ns.Links {
			if l.Name != state.Lo {
				l.MTU = 1500
			}
		}
	}
	now := want.Clone()
	now.Namespaces["sw"].Links["b"].Kind = state.Veth{}
	p := plan.Diff(now, want)
	if err := p.Apply(now); err != nil {
		t.Fatal(err)
	}
	if again := plan.Diff(now, want); len(again) > 0 {
		t.Errorf("a second plan: %+v", again)
	}
}

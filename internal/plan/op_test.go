package plan_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

func at(namespace, link string) state.Endpoint {
	return state.Endpoint{Namespace: namespace, Link: link}
}

func prefix(s string) netip.Prefix { return netip.MustParsePrefix(s) }

// small is a host and a switch: h:eth0 is the peer of sw:p1, a port of sw:br0.
func small(t *testing.T) *state.State {
	t.Helper()
	s := state.New()
	p := plan.Plan{
		plan.AddNamespace{Name: "h"},
		plan.AddNamespace{Name: "sw"},
		plan.AddLink{Link: at("sw", "br0"), Index: 100, Kind: state.Bridge{}},
		plan.AddVeth{Ends: [2]plan.VethEnd{
			{Link: at("h", "eth0"), Index: 101, MAC: topo.MAC{2, 0, 0, 0, 0, 1}, MTU: 1400},
			{Link: at("sw", "p1"), Index: 102},
		}},
		plan.SetLink{Link: at("sw", "p1"), Master: new("br0")},
		plan.SetLink{Link: at("h", "eth0"), Up: new(true)},
		plan.AddAddress{Link: at("h", "eth0"), Address: prefix("10.0.0.1/24")},
		plan.AddAddress{Link: at("h", "eth0"), Address: prefix("10.0.0.2/24")},
		plan.AddAddress{Link: at("h", "eth0"), Address: prefix("fd00::1/64")},
		plan.AddRoute{Namespace: "h", Route: four},
		plan.AddRoute{Namespace: "h", Route: six},
		plan.SetSysctl{Namespace: "h", Key: state.ForwardIPv4, Value: "1"},
	}
	if err := p.Apply(s); err != nil {
		t.Fatal(err)
	}
	return s
}

var (
	four = state.Route{To: prefix("0.0.0.0/0"), Via: netip.MustParseAddr("10.0.0.9"), Dev: "eth0"}
	six  = state.Route{To: prefix("2001:db8::/32"), Dev: "eth0"}
)

func TestApplyOp(t *testing.T) {
	tests := []struct {
		name  string
		op    plan.Op
		check func(s *state.State) bool // whether s is as wanted
	}{
		{
			"a new namespace has lo, down",
			plan.AddNamespace{Name: "n"},
			func(s *state.State) bool { return len(s.Namespaces["n"].Links) == 1 && !s.Link(at("n", "lo")).Up },
		},
		{
			"a namespace takes the peers of its links with it",
			plan.DelNamespace{Name: "h"},
			func(s *state.State) bool { return s.Namespace("h") == nil && s.Link(at("sw", "p1")) == nil },
		},
		{
			"an end takes the other and the routes with it",
			plan.DelLink{Link: at("sw", "p1")},
			func(s *state.State) bool {
				return s.Link(at("h", "eth0")) == nil && s.Link(at("sw", "p1")) == nil && len(s.Namespaces["h"].Routes) == 0
			},
		},
		{
			"a bridge lets its ports go",
			plan.DelLink{Link: at("sw", "br0")},
			func(s *state.State) bool { return s.Link(at("sw", "p1")).Master == "" },
		},
		{
			"a link that goes down keeps IPv4 addresses only, and no route",
			plan.SetLink{Link: at("h", "eth0"), Up: new(false)},
			func(s *state.State) bool {
				l := s.Link(at("h", "eth0"))
				return fmt.Sprint(l.Addresses) == "[10.0.0.1/24 10.0.0.2/24]" && len(s.Namespaces["h"].Routes) == 0 && !l.Up
			},
		},
		{
			"up when it is up changes nothing",
			plan.SetLink{Link: at("h", "eth0"), Up: new(true)},
			func(s *state.State) bool { return len(s.Namespaces["h"].Routes) == 2 },
		},
		{
			"what is not said stays",
			plan.SetLink{Link: at("h", "eth0"), Alias: new("x")},
			func(s *state.State) bool {
				l := s.Link(at("h", "eth0"))
				return l.Alias == "x" && l.MTU == 1400 && l.MAC == topo.MAC{2, 0, 0, 0, 0, 1} && l.Up
			},
		},
		{
			"one address of two leaves the routes",
			plan.DelAddress{Link: at("h", "eth0"), Address: prefix("10.0.0.1/24")},
			func(s *state.State) bool { return len(s.Namespaces["h"].Routes) == 2 },
		},
		{
			"the last IPv6 address leaves the routes",
			plan.DelAddress{Link: at("h", "eth0"), Address: prefix("fd00::1/64")},
			func(s *state.State) bool { return len(s.Namespaces["h"].Routes) == 2 },
		},
		{
			"replace takes the place of a route",
			plan.AddRoute{Namespace: "h", Route: state.Route{To: six.To, Via: netip.MustParseAddr("fd00::9"), Dev: "eth0"}, Replace: true},
			func(s *state.State) bool {
				rs := s.Namespaces["h"].Routes
				return len(rs) == 2 && rs[1].Via == netip.MustParseAddr("fd00::9")
			},
		},
		{
			"two routes with different metrics",
			plan.AddRoute{Namespace: "h", Route: state.Route{To: six.To, Dev: "eth0", Metric: 5}},
			func(s *state.State) bool { return len(s.Namespaces["h"].Routes) == 3 },
		},
		{
			"a sysctl at its default equals an unset one",
			plan.SetSysctl{Namespace: "h", Key: state.ForwardIPv4, Value: "0"},
			func(s *state.State) bool { return len(s.Namespaces["h"].Sysctls) == 0 },
		},
		{
			"the host namespace exists without being created",
			plan.AddVeth{Ends: [2]plan.VethEnd{{Link: at(state.Host, "v"), Alias: "vethlab:l/host"}, {Link: at("h", "eth1"), Index: 103}}},
			func(s *state.State) bool {
				l := s.Link(at(state.Host, "v"))
				return l.Alias == "vethlab:l/host" && s.Link(at("h", "eth1")).Alias == "" && l.Kind == state.Veth{Peer: at("h", "eth1")} && l.MTU == state.DefaultMTU && l.AutoLinkLocal && !l.Up
			},
		},
		{
			"a bridge takes new settings",
			plan.SetKind{Link: at("sw", "br0"), Change: state.BridgeChange{ForwardDelay: new(200)}},
			func(s *state.State) bool { return s.Link(at("sw", "br0")).Kind == state.Bridge{ForwardDelay: 200} },
		},
		{
			"a bridge keeps the setting that is not said",
			plan.SetKind{Link: at("sw", "br0"), Change: state.BridgeChange{STP: new(true)}},
			func(s *state.State) bool { return s.Link(at("sw", "br0")).Kind == state.Bridge{STP: true} },
		},
		{
			"a link that moves arrives as if new, and its peer knows",
			plan.MoveLink{Link: at("h", "eth0"), To: at("sw", "eth7")},
			func(s *state.State) bool {
				l := s.Link(at("sw", "eth7"))
				return s.Link(at("h", "eth0")) == nil && len(s.Namespaces["h"].Routes) == 0 && !l.Up && len(l.Addresses) == 0 &&
					l.MTU == 1400 && l.Index == 101 && s.Link(at("sw", "p1")).Kind == state.Veth{Peer: at("sw", "eth7")}
			},
		},
		{
			"a port that moves loses its master",
			plan.MoveLink{Link: at("sw", "p1"), To: at("h", "p1")},
			func(s *state.State) bool { return s.Link(at("h", "p1")).Master == "" },
		},
		{
			"a link that is renamed keeps all",
			plan.MoveLink{Link: at("h", "eth0"), To: at("h", "wan")},
			func(s *state.State) bool {
				l := s.Link(at("h", "wan"))
				return l.Up && len(l.Addresses) == 3 && s.Namespaces["h"].Routes[0].Dev == "wan" && s.Link(at("sw", "p1")).Kind == state.Veth{Peer: at("h", "wan")}
			},
		},
		{
			"a bridge that is renamed keeps its ports",
			plan.MoveLink{Link: at("sw", "br0"), To: at("sw", "lan")},
			func(s *state.State) bool { return s.Link(at("sw", "p1")).Master == "lan" },
		},
		{
			"the addresses of a family are flushed",
			plan.FlushAddresses{Link: at("h", "eth0"), Family: plan.IPv6Only},
			func(s *state.State) bool {
				return len(s.Link(at("h", "eth0")).Addresses) == 2 && len(s.Namespaces["h"].Routes) == 2
			},
		},
		{
			"with all addresses the IPv4 routes are flushed",
			plan.FlushAddresses{Link: at("h", "eth0")},
			func(s *state.State) bool {
				return len(s.Link(at("h", "eth0")).Addresses) == 0 && fmt.Sprint(s.Namespaces["h"].Routes) == fmt.Sprint([]state.Route{six})
			},
		},
		{
			"an address may be there already",
			plan.AddAddress{Link: at("h", "eth0"), Address: prefix("10.0.0.2/24"), Replace: true},
			func(s *state.State) bool { return len(s.Link(at("h", "eth0")).Addresses) == 3 },
		},
		{
			"a route finds the link of its gateway",
			plan.AddRoute{Namespace: "h", Route: state.Route{To: prefix("10.9.0.0/16"), Via: netip.MustParseAddr("10.0.0.7")}},
			func(s *state.State) bool { return s.Namespaces["h"].Routes[1].Dev == "eth0" },
		},
		{
			"a route is deleted by its destination alone",
			plan.DelRoute{Namespace: "h", Route: state.Route{To: six.To}},
			func(s *state.State) bool { return len(s.Namespaces["h"].Routes) == 1 },
		},
		{
			"the kernel names what has no name",
			plan.AddVeth{Ends: [2]plan.VethEnd{{Link: at("h", "")}, {Link: at("h", "")}}},
			func(s *state.State) bool {
				return s.Link(at("h", "veth0")).Kind == state.Veth{Peer: at("h", "veth1")}
			},
		},
		{
			"promoting changes nothing that a State holds",
			plan.PromoteSecondaries{Link: at("h", "eth0")},
			func(s *state.State) bool { return differences(small(t), s) == "" },
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := small(t)
			if err := tt.op.Apply(s); err != nil {
				t.Fatal(err)
			}
			if !tt.check(s) {
				t.Errorf("%#v left:\n%s", tt.op, differences(small(t), s))
			}
		})
	}
}

// A link with an MTU below 1280 has no IPv6: Ops of IPv6 are errors, those of IPv4 are not.
func TestIPv6BelowMinimumMTU(t *testing.T) {
	mac := topo.MAC{2, 0, 0, 0, 0, 9}
	for want, op := range map[string]plan.Op{
		"h:eth0: fd09::1: IPv6 needs an MTU of at least 1280, here it is 1279": plan.AddAddress{Link: at("h", "eth0"), Address: prefix("fd09::1/64")},
		"h:eth0: fd09::: IPv6 needs an MTU of at least 1280, here it is 1279":  plan.AddRoute{Namespace: "h", Route: state.Route{To: prefix("fd09::/64"), Dev: "eth0"}},
		"h:eth0: fd09::9: IPv6 needs an MTU of at least 1280, here it is 1279": plan.AddNeighbour{Namespace: "h", Neighbour: state.Neighbour{Address: netip.MustParseAddr("fd09::9"), MAC: mac, Dev: "eth0"}},
		"": plan.AddNeighbour{Namespace: "h", Neighbour: state.Neighbour{Address: netip.MustParseAddr("10.0.0.9"), MAC: mac, Dev: "eth0"}},
	} {
		s := small(t)
		s.Link(at("h", "eth0")).MTU = state.MinIPv6MTU - 1
		got := ""
		if err := op.Apply(s); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%+v: %q, want %q", op, got, want)
		}
	}
}

func TestDelLastIPv4Address(t *testing.T) {
	s := small(t)
	p := plan.Plan{
		plan.DelAddress{Link: at("h", "eth0"), Address: prefix("10.0.0.1/24")},
		plan.DelAddress{Link: at("h", "eth0"), Address: prefix("10.0.0.2/24")},
	}
	if err := p.Apply(s); err != nil {
		t.Fatal(err)
	}
	if rs := s.Namespaces["h"].Routes; len(rs) != 1 || rs[0] != six {
		t.Errorf("without IPv4 addresses the routes are %v, want %v", rs, six)
	}
}

// Impossible Ops return an error and change nothing.
func TestApplyErrors(t *testing.T) {
	eth0, unknown := at("h", "eth0"), at("h", "eth9")
	tests := []struct {
		op   plan.Op
		want string
	}{
		{plan.AddNamespace{Name: "h"}, `namespace "h" exists`},
		{plan.AddNamespace{Name: state.Host}, `namespace "" exists`},
		{plan.DelNamespace{Name: "x"}, `no namespace "x"`},
		{plan.DelNamespace{Name: state.Host}, `no namespace ""`},
		{plan.SetSysctl{Namespace: "x", Key: "a", Value: "b"}, `no namespace "x"`},
		{plan.AddLink{Link: eth0, Kind: state.Bridge{}}, "h:eth0 exists"},
		{plan.AddLink{Link: at("h", "b"), Index: 101, Kind: state.Bridge{}}, "h:b: index 101 is taken by eth0"},
		{plan.AddLink{Link: at("x", "b"), Kind: state.Bridge{}}, `no namespace "x"`},
		{plan.SetKind{Link: eth0, Change: state.BridgeChange{}}, "h:eth0: a veth has no settings of a bridge"},
		{plan.SetKind{Link: unknown, Change: state.BridgeChange{}}, "no link h:eth9"},
		{plan.MoveLink{Link: eth0, To: at("n", "eth0")}, `no namespace "n"`},
		{plan.MoveLink{Link: unknown, To: at("sw", "eth0")}, "no link h:eth9"},
		{plan.MoveLink{Link: eth0, To: at("sw", "p1")}, "sw:p1 exists"},
		{plan.MoveLink{Link: at("sw", "br0"), To: at("h", "br0")}, "sw:br0 is a bridge, which can't leave its namespace"},
		{plan.MoveLink{Link: at("h", "lo"), To: at("sw", "lo1")}, "h:lo can be neither moved nor renamed"},
		{plan.FlushAddresses{Link: unknown}, "no link h:eth9"},
		{plan.AddRoute{Namespace: "h", Route: state.Route{To: prefix("10.9.0.0/16"), Via: netip.MustParseAddr("192.0.2.1")}}, "no on-link route to the gateway 192.0.2.1"},
		{plan.AddVeth{Ends: [2]plan.VethEnd{{Link: at("h", "veth0")}, {Link: at("h", "")}}}, "both ends are h:veth0"},
		{plan.AddVeth{Ends: [2]plan.VethEnd{{Link: unknown}, {Link: unknown}}}, "both ends are h:eth9"},
		{
			plan.AddVeth{Ends: [2]plan.VethEnd{{Link: unknown, Alias: "a"}, {Link: at("sw", "p9"), Alias: "b"}}},
			"h:eth9 and sw:p9 cannot both be created with an alias: they are in two namespaces",
		},
		{plan.AddVeth{Ends: [2]plan.VethEnd{{Link: unknown}, {Link: at("sw", "p1")}}}, "sw:p1 exists"},
		{plan.AddVeth{Ends: [2]plan.VethEnd{{Link: unknown}, {Link: at(state.Host, "lo")}}}, "host:lo exists"},
		{plan.AddLink{Link: at(state.Host, "lo"), Kind: state.Bridge{}}, "host:lo exists"},
		{plan.MoveLink{Link: eth0, To: at(state.Host, "lo")}, "host:lo exists"},
		{plan.AddVeth{Ends: [2]plan.VethEnd{{Link: unknown}, {Link: at("x", "p1")}}}, `no namespace "x"`},
		{plan.DelLink{Link: unknown}, "no link h:eth9"},
		{plan.DelLink{Link: at("h", "lo")}, "h:lo cannot be deleted"},
		{plan.SetLink{Link: unknown, Up: new(true)}, "no link h:eth9"},
		{plan.SetLink{Link: eth0, Up: new(false), Master: new("br0")}, "h:eth0: no bridge h:br0"},
		{plan.SetLink{Link: eth0, Master: new("lo")}, "h:eth0: no bridge h:lo"},
		{plan.AddAddress{Link: unknown, Address: prefix("10.0.0.3/24")}, "no link h:eth9"},
		{plan.AddAddress{Link: eth0, Address: prefix("10.0.0.1/24")}, "h:eth0 has 10.0.0.1/24 already"},
		{plan.AddAddress{Link: eth0, Address: prefix("fd00::1/120")}, "h:eth0 has fd00::1/64 already"},
		{plan.DelAddress{Link: eth0, Address: prefix("10.0.0.3/24")}, "h:eth0 has no 10.0.0.3/24"},
		{plan.PromoteSecondaries{Link: unknown}, "no link h:eth9"},
		{plan.AddRoute{Namespace: "h", Route: four}, "h has a route to 0.0.0.0/0 already"},
		{plan.AddRoute{Namespace: "h", Route: state.Route{To: six.To, Dev: "lo", Metric: 5}}, "route to 2001:db8::/32: h:lo is down"},
		{plan.AddRoute{Namespace: "h", Route: state.Route{To: six.To, Dev: "eth9"}}, "no link h:eth9"},
		{plan.DelRoute{Namespace: "h", Route: state.Route{To: six.To, Dev: "eth0", Metric: 5}}, "h has no route to 2001:db8::/32"},
	}
	for _, tt := range tests {
		t.Run(tt.want, func(t *testing.T) {
			s := small(t)
			err := plan.Plan{tt.op}.Apply(s)
			if err == nil || !strings.HasSuffix(err.Error(), tt.want) {
				t.Errorf("%#v: got %v, want %s", tt.op, err, tt.want)
			}
			if d := differences(small(t), s); d != "" {
				t.Errorf("%#v changed (-before +after):\n%s", tt.op, d)
			}
		})
	}
}

func TestApplyStopsAtFirstError(t *testing.T) {
	s := state.New()
	p := plan.Plan{plan.AddNamespace{Name: "a"}, plan.DelNamespace{Name: "x"}, plan.AddNamespace{Name: "b"}}
	const want = `op 2 of 3 (plan.DelNamespace): no namespace "x"`
	if err := p.Apply(s); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if got := s.Names(); len(got) != 1 || got[0] != "a" {
		t.Errorf("left the namespaces %q", got)
	}
}

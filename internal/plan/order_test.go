package plan_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/golden"
	"github.com/vethlab/vethlab/internal/iproute2"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// written returns a plan as the commands that a person would type.
func written(p plan.Plan) string {
	var lines []string
	for _, op := range p {
		lines = append(lines, iproute2.Print(op))
	}
	return strings.Join(lines, "\n")
}

// applied is small after some Ops.
func applied(t *testing.T, ops ...plan.Op) *state.State {
	t.Helper()
	s := small(t)
	if err := plan.Plan(ops).Apply(s); err != nil {
		t.Fatal(err)
	}
	return s
}

// Each difference needs these commands and no others.
func TestDiffOfOneObject(t *testing.T) {
	eth0 := at("h", "eth0")
	filter := func(text string) []plan.Op { return parsed(t, text) }
	nothing := func(*state.State) {}
	for _, tt := range []struct {
		name  string
		ops   []plan.Op          // applied to small, give the wanted State
		there func(*state.State) // changes that into the observed State
		want  string
	}{
		{"nothing", nil, nothing, ""},
		{
			"another address of its subnet",
			nil, func(s *state.State) { l := s.Link(eth0); l.Addresses = append(l.Addresses, prefix("10.0.0.7/24")) },
			"ip netns exec h sysctl -q -w net.ipv4.conf.eth0.promote_secondaries=1\nip -n h addr del 10.0.0.7/24 dev eth0",
		},
		{
			"two more addresses of its subnet",
			nil, func(s *state.State) {
				l := s.Link(eth0)
				l.Addresses = append(l.Addresses, prefix("10.0.0.7/24"), prefix("10.0.0.8/24"))
			},
			"ip netns exec h sysctl -q -w net.ipv4.conf.eth0.promote_secondaries=1\nip -n h addr del 10.0.0.7/24 dev eth0\nip -n h addr del 10.0.0.8/24 dev eth0",
		},
		{
			"an address of another length",
			nil, func(s *state.State) { l := s.Link(eth0); l.Addresses = append(l.Addresses, prefix("10.0.0.7/25")) },
			"ip -n h addr del 10.0.0.7/25 dev eth0",
		},
		{
			"another address of its subnet, where promote_secondaries is known to be off by default",
			nil, func(s *state.State) {
				s.Link(eth0).Addresses = append(s.Link(eth0).Addresses, prefix("10.0.0.7/24"))
				s.Namespaces["h"].Defaults = map[string]string{"net.ipv4.conf.eth0.promote_secondaries": "0"}
			},
			"ip netns exec h sysctl -q -w net.ipv4.conf.eth0.promote_secondaries=1\nip -n h addr del 10.0.0.7/24 dev eth0\n" +
				"ip netns exec h sysctl -q -w net.ipv4.conf.eth0.promote_secondaries=0",
		},
		{
			"an IPv6 address with another prefix length",
			nil, func(s *state.State) {
				l := s.Link(eth0)
				l.Addresses = append(slices.DeleteFunc(slices.Clone(l.Addresses), plan.IPv6Only.Has), prefix("fd00::1/120"), prefix("fd00::2/64"))
			},
			"ip -n h addr del fd00::1/120 dev eth0\nip -n h addr add fd00::1/64 dev eth0 nodad\nip -n h addr del fd00::2/64 dev eth0",
		},
		{
			"an IPv4 address with another prefix length",
			nil, func(s *state.State) {
				s.Link(eth0).Addresses = state.Addresses{prefix("10.0.0.1/25"), prefix("10.0.0.2/24"), prefix("fd00::1/64")}
			},
			"ip -n h addr add 10.0.0.1/24 dev eth0\nip -n h addr del 10.0.0.1/25 dev eth0",
		},
		{
			"another IPv6 address of its subnet",
			nil, func(s *state.State) { l := s.Link(eth0); l.Addresses = append(l.Addresses, prefix("fd00::2/64")) },
			"ip -n h addr del fd00::2/64 dev eth0",
		},
		{
			"up, and what is lost by it",
			nil, func(s *state.State) { _ = plan.SetLink{Link: eth0, Up: new(false)}.Apply(s) },
			"ip -n h link set eth0 up\nip -n h addr add fd00::1/64 dev eth0 nodad\nip -n h route add 2001:db8::/32 dev eth0\nip -n h route add default via 10.0.0.9 dev eth0",
		},
		{
			"down first, and the rest then",
			[]plan.Op{plan.SetLink{Link: at("sw", "p1"), Alias: new("a"), MTU: 1300}},
			func(s *state.State) {
				s.Link(at("sw", "p1")).Up, s.Link(at("sw", "p1")).MTU = true, 1500
				s.Link(at("sw", "p1")).Alias = ""
			},
			"ip -n sw link set p1 down\nip -n sw link set p1 alias a mtu 1300",
		},
		{
			"a MAC, a master and addrgenmode",
			nil, func(s *state.State) {
				l := s.Link(at("sw", "p1"))
				l.MAC, l.Master, l.AutoLinkLocal = topo.MAC{2, 7}, "", false
				s.Link(eth0).MAC = topo.MAC{2, 8}
			},
			"ip -n h link set eth0 address 02:00:00:00:00:01\nip -n sw link set p1 master br0 addrgenmode eui64",
		},
		{
			"settings of a bridge",
			[]plan.Op{plan.SetKind{Link: at("sw", "br0"), Change: state.BridgeChange{STP: new(true), ForwardDelay: new(400)}}},
			func(s *state.State) { s.Link(at("sw", "br0")).Kind = state.Bridge{ForwardDelay: 400} },
			"ip -n sw link set br0 type bridge stp_state 1 forward_delay 400",
		},
		{
			"a route by another gateway",
			nil, func(s *state.State) { s.Namespaces["h"].Routes[0].Via = prefix("10.0.0.8/32").Addr() },
			"ip -n h route replace default via 10.0.0.9 dev eth0",
		},
		{
			"a route too many",
			nil, func(s *state.State) {
				s.Namespaces["h"].Routes = s.Namespaces["h"].Routes.Set(state.Route{To: prefix("10.7.0.0/16"), Dev: "eth0"})
			},
			"ip -n h route del 10.7.0.0/16 dev eth0",
		},
		{
			"settings, one of them not wanted any more",
			[]plan.Op{plan.SetSysctl{Namespace: "h", Key: "net.ipv4.conf.eth0.rp_filter", Value: "2"}},
			func(s *state.State) {
				s.Namespaces["h"].Sysctls = map[string]string{state.ForwardIPv6: "1", state.ForwardIPv4: "1", "net.ipv4.tcp_sack": "0", "net.ipv4.nobody": "1"}
				s.Namespaces["h"].Defaults = map[string]string{"net.ipv4.tcp_sack": "1"}
			},
			"ip netns exec h sysctl -q -w net.ipv4.tcp_sack=1\nip netns exec h sysctl -q -w net.ipv6.conf.all.forwarding=0\nip netns exec h sysctl -q -w net.ipv4.conf.eth0.rp_filter=2",
		},
		{
			"a deleted link, with its peer",
			nil, func(s *state.State) { _ = plan.DelLink{Link: eth0}.Apply(s) },
			`ip -n h link add eth0 index 101 address 02:00:00:00:00:01 mtu 1400 type veth peer name p1 index 102 mtu 1500 netns sw
ip -n h link set eth0 up
ip -n h addr add 10.0.0.1/24 dev eth0
ip -n h addr add 10.0.0.2/24 dev eth0
ip -n h addr add fd00::1/64 dev eth0 nodad
ip -n h route add 2001:db8::/32 dev eth0
ip -n h route add default via 10.0.0.9 dev eth0
ip -n sw link set p1 master br0`,
		},
		{
			"a link of another kind",
			nil, func(s *state.State) {
				s.Link(at("sw", "br0")).Kind = state.Other{Name: "dummy"}
				s.Link(at("sw", "p1")).Master = ""
			},
			"ip -n sw link del br0\nip -n sw link add br0 index 103 mtu 1499 type bridge stp_state 0 forward_delay 0\nip -n sw link set br0 mtu 1500\nip -n sw link set p1 master br0",
		},
		{
			"a link too many, and a namespace",
			nil, func(s *state.State) {
				s.Add("x")
				s.Namespaces["h"].Links["d"] = &state.Link{Name: "d", Kind: state.Other{Name: "dummy"}}
			},
			"ip netns del x\nip -n h link del dev d",
		},
		{
			"a table of rules that is missing",
			filter("add table ip t; add chain ip t c"), func(s *state.State) { s.Namespaces["h"].Nftables = nil },
			"ip netns exec h nft add table ip t\nip netns exec h nft add chain ip t c",
		},
		{
			"a table of rules that is another",
			filter("add table ip t; add chain ip t c"), func(s *state.State) { s.Namespaces["h"].Nftables = filtered(t, "table ip t { chain d { }; }") },
			"ip netns exec h nft delete table ip t\nip netns exec h nft add table ip t\nip netns exec h nft add chain ip t c",
		},
		{
			"a table of rules too many",
			filter("add table ip t"), func(s *state.State) { s.Namespaces["h"].Nftables = filtered(t, "table ip t { }\ntable ip u { }") },
			"ip netns exec h nft delete table ip u",
		},
	} {
		want, seen := applied(t, tt.ops...), applied(t, tt.ops...)
		tt.there(seen)
		p := plan.Diff(seen, want)
		if got := written(p); got != tt.want {
			t.Errorf("%s:\ngot\n%s\nwant\n%s", tt.name, got, tt.want)
		}
		if err := p.Apply(seen); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// In the host namespace a link is created with its mark, and the kernel chooses its index.
func TestDiffOfHostNamespace(t *testing.T) {
	want := state.New()
	host := want.Add(state.Host)
	host.Links["br9"] = &state.Link{Name: "br9", Kind: state.Bridge{}, MTU: 1400, Alias: "vethlab:l/h", AutoLinkLocal: true, Up: true}
	for i, peer := range []string{"v2", "v1"} {
		name := fmt.Sprintf("v%d", i+1)
		host.Links[name] = &state.Link{Name: name, Kind: state.Veth{Peer: at(state.Host, peer)}, MTU: 1400, Alias: "vethlab:l/h", AutoLinkLocal: true}
	}
	host.Links["mv"] = &state.Link{Name: "mv", Kind: onTopOf("", "br9"), MTU: 1400, AutoLinkLocal: true}
	host.Links["at"] = &state.Link{Name: "at", Kind: onTopOf("", "mv"), MTU: 1400, AutoLinkLocal: true}
	p := plan.Diff(state.New(), want)
	var got []string
	for _, op := range p {
		for _, b := range op.Traits().NewLinks {
			if b.Index != 0 {
				t.Errorf("%s has the index %d", b.Link, b.Index)
			}
			got = append(got, strings.TrimSpace("make "+b.Link.Link+" "+b.Alias))
		}
		if op.Traits().Alias != nil {
			t.Errorf("%+v marks a link that exists without its mark", op)
		}
	}
	if s := strings.Join(got, ", "); s != "make br9 vethlab:l/h, make v1 vethlab:l/h, make v2 vethlab:l/h, make mv, make at" {
		t.Errorf("%s", s)
	}
	if again := plan.Diff(want, want); len(again) != 0 {
		t.Errorf("existing objects are created again: %v", again)
	}
}

// A link is set up after its lower device and its bridge, whatever the names.
func TestDiffSetsUpInOrder(t *testing.T) {
	want := state.New()
	n := want.Add("n")
	add := func(name, master string, k state.Kind) {
		n.Links[name] = &state.Link{Name: name, Kind: k, MTU: 1500, Master: master, AutoLinkLocal: true, Up: true}
	}
	add("z", "", state.Bridge{})
	add("c", "z", onTopOf("n", "y"))
	add("y", "", state.Other{Name: "dummy"})
	add("a", "", onTopOf("n", "c"))
	add("b", "", state.Other{Name: "dummy"})
	var got []string
	for _, op := range plan.Diff(state.New(), want) {
		if set, ok := op.(plan.SetLink); ok && set.Up != nil {
			got = append(got, set.Link.Link)
		}
	}
	if s := strings.Join(got, " "); s != "z b y c a" {
		t.Errorf("set up in the order %s", s)
	}
}

// A tutorial has its sections in order and the settings of a namespace together: first
// those of the links, then addresses, then up, then routes.
func TestTutorialIsInOrder(t *testing.T) {
	file := `
name: way
nodes:
  a: {interfaces: {veth7: 10.0.0.1/24}, routes: [{to: default, via: 10.0.0.2}]}
  b: {interfaces: {eth0: 10.0.0.2/24}}
  sw: {kind: switch}
links:
  - [a:veth7, sw:p1]
  - [b:eth0, sw:p2]
`
	p := plan.Tutorial(plan.Diff(state.New(), wanted(t, file)))
	golden.Compare(t, "testdata/tutorial.golden", written(p)+"\n")
	last := plan.Namespaces
	for _, op := range p {
		section := op.Traits().Section
		if section < last {
			t.Errorf("%s comes after section %d", iproute2.Print(op), last)
		}
		last = section
	}
}

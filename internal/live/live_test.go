package live

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/state"
)

const up, working = dump.Up, dump.Up | dump.LowerUp

func lo(lab, node string) dump.Link {
	l := dump.Link{Index: 1, Name: "lo", Flags: working}
	if lab != "" {
		l.Alias = state.Mark{Lab: lab, Node: node}.String()
	}
	return l
}

// veth returns an end whose peer is elsewhere.
func veth(index int, name string, flags dump.Flags, peerNetns int32, peer int) dump.Link {
	return dump.Link{Index: index, Name: name, Kind: "veth", Flags: flags, MTU: 1500, Parent: peer, ParentNetns: &peerNetns}
}

func with(l dump.Link, change func(*dump.Link)) dump.Link {
	change(&l)
	return l
}

func space(links ...dump.Link) *dump.Namespace { return &dump.Namespace{Links: links} }

// two is a picture of h1 and h2 of lab x, cabled, and of a third namespace that is
// none of its nodes.
func two() *Picture {
	p := New(Scope{Lab: "x"})
	p.Apply(Arrived{1, "x.h1", space(lo("x", "h1"), veth(7, "eth0", working, 2, 7))})
	p.Apply(Arrived{2, "x.h2", space(lo("x", "h2"), veth(7, "eth0", working, 1, 7))})
	p.Apply(Arrived{3, "other", space(lo("", ""))})
	p.Apply(Arrived{0, HostName, space(lo("", ""))})
	return p
}

func prefix(s string) netip.Prefix { return netip.MustParsePrefix(s) }

func TestApply(t *testing.T) {
	eth0 := veth(7, "eth0", working, 2, 7)
	address := dump.Address{Index: 7, Prefix: prefix("10.0.0.1/24")}
	six := dump.Address{Index: 7, Prefix: prefix("fd00::1/64"), Flags: flagTentative}
	route := dump.Route{To: prefix("10.1.0.0/16"), Via: netip.MustParseAddr("10.0.0.2"), Index: 7, Table: 254, Type: 1}
	other := dump.Route{To: prefix("0.0.0.0/0"), Via: netip.MustParseAddr("10.0.0.2"), Index: 7, Table: 254, Type: 1}
	neighbour := dump.Neighbour{Index: 7, To: netip.MustParseAddr("10.0.0.2"), State: 1}
	reachable := dump.Neighbour{Index: 7, To: netip.MustParseAddr("10.0.0.2"), State: 2, Address: dump.HWAddr{2, 0, 0, 0, 0, 2}}
	rule := dump.Rule{Family: 2, Priority: 100, From: prefix("10.0.0.0/8"), Mark: 1, Table: 10, Action: 1}
	for _, c := range []struct {
		name    string
		updates []Update
		want    string // events, one a line
	}{
		{"the same again", []Update{LinkIs{1, eth0}, Arrived{1, "x.h1", nil}}, ""},
		{"switched off", []Update{LinkIs{1, veth(7, "eth0", 0, 2, 7)}}, "h1:eth0 is switched off"},
		{"off and on", []Update{LinkIs{1, veth(7, "eth0", 0, 2, 7)}, LinkIs{1, veth(7, "eth0", up, 2, 7)}, LinkIs{1, eth0}}, `
			h1:eth0 is switched off
			h1:eth0 is switched on
			h1:eth0 has a carrier`},
		{"carrier", []Update{LinkIs{1, veth(7, "eth0", up, 2, 7)}, LinkIs{1, eth0}}, `
			h1:eth0 has lost its carrier
			h1:eth0 has a carrier`},
		{"renamed", []Update{LinkIs{1, with(eth0, func(l *dump.Link) { l.Name = "wan" })}}, "h1:wan was called eth0"},
		{"changed", []Update{
			LinkIs{1, dump.Link{Index: 3, Name: "br0", Kind: "bridge"}},
			LinkIs{1, with(eth0, func(l *dump.Link) { l.MTU, l.Master, l.Alias, l.Address = 1400, 3, "a", dump.HWAddr{2} })},
			LinkIs{1, with(eth0, func(l *dump.Link) { l.MTU = 1400 })},
		}, `
			h1:br0 is a new bridge
			h1:eth0 has mtu 1400 instead of 1500
			h1:eth0 has mac 02
			h1:eth0 is a port of br0
			h1:eth0 has alias a
			h1:eth0 has no mac any more, it was 02
			h1:eth0 has left br0
			h1:eth0 has no alias any more, it was a`},
		{"gone", []Update{LinkLost{1, 7, nil}, LinkLost{1, 7, nil}}, "h1:eth0 has gone"},
		{"new", []Update{LinkIs{1, dump.Link{Index: 8, Name: "eth1", Kind: "veth", MTU: 1500}}, LinkIs{2, veth(8, "eth1", 0, 1, 8)}, LinkIs{1, veth(8, "eth1", 0, 2, 8)}}, `
			h1:eth1 is a new veth
			h2:eth1 is a new veth to h1:eth1`},
		{"of no node", []Update{
			LinkIs{3, veth(7, "eth0", up, 1, 9)},
			LinkIs{99, eth0},
			LinkLost{99, 7, nil},
			Left{99},
			Left{3},
			AddressIs(3, dump.Address{Index: 1, Prefix: prefix("10.0.0.1/24")}), RouteIs(99, route),
		}, ""},
		{"addresses", []Update{AddressIs(1, address), AddressIs(1, address), AddressLost(1, address), AddressLost(1, address)}, `
			h1:eth0 has 10.0.0.1/24
			h1:eth0 has 10.0.0.1/24 no more`},
		{"detection", []Update{
			AddressIs(1, six), AddressIs(1, dump.Address{Index: 7, Prefix: six.Prefix}),
			AddressIs(2, six), AddressIs(2, dump.Address{Index: 7, Prefix: six.Prefix, Flags: flagTentative | flagDuplicate}),
		}, `
			h1:eth0 has fd00::1/64, if nobody else has
			h1:eth0 has fd00::1/64 for sure
			h2:eth0 has fd00::1/64, if nobody else has
			h2:eth0 can't have fd00::1/64: somebody else has it`},
		{"routes", []Update{RouteIs(1, route), RouteIs(1, route), RoutesAre(1, []dump.Route{other}), RouteLost(1, other), RouteLost(1, other)}, `
			h1: route 10.1.0.0/16 via 10.0.0.2 dev eth0 added
			h1: route 10.1.0.0/16 via 10.0.0.2 dev eth0 gone
			h1: route default via 10.0.0.2 dev eth0 added
			h1: route default via 10.0.0.2 dev eth0 gone`},
		{"routes that nobody asks for", []Update{
			RouteIs(1, dump.Route{To: prefix("10.0.0.1/32"), Table: 255, Type: 2}), RouteIs(1, dump.Route{To: prefix("ff00::/8"), Table: 254, Type: 1}),
		}, ""},
		{"rules", []Update{RuleIs(1, rule), RuleLost(1, rule)}, `
			h1: rule 100: from 10.0.0.0/8 fwmark 0x1 lookup 10 added
			h1: rule 100: from 10.0.0.0/8 fwmark 0x1 lookup 10 gone`},
		{"neighbours", []Update{
			NeighbourIs(1, neighbour), NeighbourIs(1, reachable), NeighbourIs(1, reachable), NeighbourLost(1, reachable),
			NeighbourIs(1, dump.Neighbour{Index: 7, To: netip.MustParseAddr("ff02::1"), State: stateNoARP}),
		}, `
			h1:eth0 looks for 10.0.0.2: incomplete
			h1:eth0 knows 10.0.0.2 at 02:00:00:00:00:02: reachable, was incomplete
			h1:eth0 has forgotten 10.0.0.2`},
		{"a node comes and goes", []Update{
			Arrived{4, "x.h3", space(lo("x", "h3"), veth(9, "eth0", 0, 9, 9))}, Left{4}, Left{4},
		}, `
			h3 has come with eth0
			h3 has gone`},
		{"with its name a node goes", []Update{Arrived{1, "", nil}, LinkIs{1, veth(7, "eth0", 0, 2, 7)}, Left{1}}, "h1 has gone"},
		{"with its mark a node comes", []Update{LinkIs{3, lo("x", "h9")}, LinkIs{3, lo("x", "h9")}, LinkIs{3, lo("", "")}}, `
			h9 has come
			h9 has gone`},
		{"the lab's links of the host", []Update{
			LinkIs{0, dump.Link{Index: 5, Name: "docker0", Kind: "bridge"}},
			LinkIs{0, dump.Link{Index: 6, Name: "v0", Kind: "veth"}},
			LinkIs{0, dump.Link{Index: 6, Name: "v0", Kind: "veth", Alias: "vethlab:x/host"}},
			LinkIs{0, dump.Link{Index: 6, Name: "v0", Kind: "veth", Alias: "vethlab:x/host", Flags: working}},
			RouteIs(0, dump.Route{To: prefix("10.0.0.0/8"), Index: 6, Table: 254, Type: 1}),
			LinkLost{0, 5, nil},
			LinkLost{0, 6, nil},
		}, `
			host has come with v0
			host:v0 is switched on
			host:v0 has a carrier
			host has gone`},
		{"moved", []Update{
			LinkLost{1, 7, &dump.Place{Netns: 2, Index: 9}}, LinkIs{2, with(veth(9, "new0", 0, 2, 7), func(l *dump.Link) { l.ParentNetns = nil })},
		}, "h1:eth0 has moved to h2:new0"},
		{"moved out of sight", []Update{LinkLost{1, 7, &dump.Place{Netns: -1, Index: 9}}}, "h1:eth0 has moved out of sight"},
		{"moved to no node", []Update{
			LinkLost{1, 7, &dump.Place{Netns: 3, Index: 9}}, LinkIs{3, veth(9, "eth0", 0, 2, 7)},
		}, "h1:eth0 has moved out of sight"},
		{"seen there before it was told that it has moved", []Update{
			Arrived{4, "x.h3", space(lo("x", "h3"), veth(9, "new0", 0, 2, 7))},
			LinkLost{1, 7, &dump.Place{Netns: 4, Index: 9}},
			LinkIs{4, veth(9, "new0", 0, 2, 7)},
			LinkLost{2, 7, nil},
		}, `
			h3 has come with new0
			h1:eth0 has moved to h3:new0
			h2:eth0 has gone`},
		{"moved in", []Update{
			LinkIs{3, veth(9, "a0", 0, 8, 9)}, LinkLost{3, 9, &dump.Place{Netns: 1, Index: 9}}, LinkIs{1, veth(9, "a0", 0, 8, 9)},
		}, "h1:a0 is a new veth"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := two()
			var got []string
			for _, u := range c.updates {
				for _, e := range p.Apply(u) {
					got = append(got, e.String())
				}
			}
			var want []string
			for line := range strings.Lines(strings.TrimSpace(c.want)) {
				want = append(want, strings.TrimSpace(line))
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

// TestMoveKeepsPeers moves an end: the other end, of which the kernel tells nothing,
// leads there.
func TestMoveKeepsPeers(t *testing.T) {
	p := two()
	p.Apply(LinkLost{1, 7, &dump.Place{Netns: 3, Index: 9}})
	p.Apply(LinkIs{3, veth(9, "eth0", 0, 2, 7)})
	if peer, ok := p.wiring.Peer(dump.Place{Netns: 2, Index: 7}); !ok || (peer != dump.Place{Netns: 3, Index: 9}) {
		t.Errorf("the peer is at %v, %v", peer, ok)
	}
	p.Apply(LinkLost{3, 9, &dump.Place{Netns: 2, Index: 9}})
	p.Apply(LinkIs{2, with(veth(9, "eth1", 0, 2, 7), func(l *dump.Link) { l.ParentNetns = nil })})
	if peer, ok := p.wiring.Peer(dump.Place{Netns: 2, Index: 7}); !ok || (peer != dump.Place{Netns: 2, Index: 9}) {
		t.Errorf("in one namespace the peer is at %v, %v", peer, ok)
	}
}

// TestLost is of all that may have happened unheard.
func TestLost(t *testing.T) {
	p := two()
	p.Apply(AddressIs(1, dump.Address{Index: 7, Prefix: prefix("10.0.0.1/24")}))
	now := []Arrived{
		{0, HostName, space(lo("", ""))},
		{1, "x.h1", &dump.Namespace{
			Links:     []dump.Link{lo("x", "h1"), veth(7, "eth0", up, 2, 7), veth(8, "eth1", 0, 5, 8)},
			Addresses: []dump.Address{{Index: 7, Prefix: prefix("10.0.0.9/24")}},
			Routes:    []dump.Route{{To: prefix("10.0.0.0/24"), Index: 7, Table: 254, Type: 1}},
		}},
		{3, "x.h4", space(lo("x", "h4"))}, // a number that has been another's
		{5, "x.h3", space(lo("x", "h3"), veth(8, "eth0", 0, 1, 8))},
	}
	var got []string
	for _, e := range p.Apply(Lost{now}) {
		got = append(got, e.String())
	}
	want := []string{
		"events were lost; everything was read anew",
		"h2 has gone",
		"h1:eth0 has lost its carrier",
		"h1:eth1 is a new veth",
		"h1:eth0 has 10.0.0.1/24 no more",
		"h1:eth0 has 10.0.0.9/24",
		"h1: route 10.0.0.0/24 dev eth0 added",
		"h4 has come",
		"h3 has come with eth0",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	// What is there is what a new picture would show.
	fresh := New(Scope{Lab: "x"})
	for _, a := range now {
		fresh.Apply(a)
	}
	if d := cmp.Diff(fresh.Nodes(), p.Nodes(), cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }), cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); d != "" {
		t.Errorf("(-fresh +kept):\n%s", d)
	}
	if events := p.Apply(Lost{now}); len(events) != 1 {
		t.Errorf("nothing has changed, but: %v", events)
	}
}

func TestWholeMachine(t *testing.T) {
	p := New(Scope{})
	p.Apply(Arrived{0, HostName, space(lo("", ""), dump.Link{Index: 2, Name: "ens3", Flags: working})})
	if got := p.Snapshot().String(); got != "1 node: host" {
		t.Errorf("%q", got)
	}
	p.Apply(Arrived{1, "x.h1", space(lo("x", "h1"), veth(7, "eth0", up, 5, 7))})
	p.Apply(Arrived{5, "", space(veth(7, "eth0", up, 1, 7))})
	if got := p.end(dump.Place{Netns: 5, Index: 7}).String(); got != "unnamed-5:eth0" {
		t.Errorf("what has no name is %q", got)
	}
	p.Apply(Left{5})
	p.Apply(AddressIs(0, dump.Address{Index: 2, Prefix: prefix("192.0.2.1/24")}))
	nodes := p.Nodes()
	if len(nodes) != 2 || nodes[0].Name != HostName || nodes[1].Name != "x.h1" {
		t.Fatalf("%+v", nodes)
	}
	i := slices.IndexFunc(nodes[0].Interfaces, func(i Interface) bool { return i.Name == "ens3" })
	if got := nodes[0].Interfaces[i]; got.Type != "device" || !got.Carrier || !slices.Equal(got.Addresses, []netip.Prefix{prefix("192.0.2.1/24")}) {
		t.Errorf("%+v", got)
	}
	if got := p.Snapshot().String(); got != "2 nodes: host, x.h1" {
		t.Errorf("%q", got)
	}
}

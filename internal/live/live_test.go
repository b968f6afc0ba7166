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

// veth returns a veth whose peer is in another namespace.
func veth(index int, name string, flags dump.Flags, peerNetns int32, peer int) dump.Link {
	return dump.Link{Index: index, Name: name, Kind: "veth", Flags: flags, MTU: 1500, Parent: peer, ParentNetns: &peerNetns}
}

func with(l dump.Link, change func(*dump.Link)) dump.Link {
	change(&l)
	return l
}

func space(links ...dump.Link) *dump.Namespace { return &dump.Namespace{Links: links} }

// twoNodes returns a view of the nodes h1 and h2 of lab x, linked by a veth pair, of a
// namespace outside the lab (3) and of the host namespace (0).
func twoNodes() *View {
	v := New(Scope{Lab: "x"})
	v.Apply(SetNamespace{1, "x.h1", space(lo("x", "h1"), veth(7, "eth0", working, 2, 7))})
	v.Apply(SetNamespace{2, "x.h2", space(lo("x", "h2"), veth(7, "eth0", working, 1, 7))})
	v.Apply(SetNamespace{3, "other", space(lo("", ""))})
	v.Apply(SetNamespace{0, HostName, space(lo("", ""))})
	return v
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
		{"repeated", []Update{SetLink{1, eth0}, SetNamespace{1, "x.h1", nil}}, ""},
		{"down", []Update{SetLink{1, veth(7, "eth0", 0, 2, 7)}}, "h1:eth0 is down"},
		{"down and up", []Update{SetLink{1, veth(7, "eth0", 0, 2, 7)}, SetLink{1, veth(7, "eth0", up, 2, 7)}, SetLink{1, eth0}}, `
			h1:eth0 is down
			h1:eth0 is up
			h1:eth0 has a carrier`},
		{"carrier", []Update{SetLink{1, veth(7, "eth0", up, 2, 7)}, SetLink{1, eth0}}, `
			h1:eth0 has lost its carrier
			h1:eth0 has a carrier`},
		{"renamed", []Update{SetLink{1, with(eth0, func(l *dump.Link) { l.Name = "wan" })}}, "h1:wan renamed from eth0"},
		{"changed", []Update{
			SetLink{1, dump.Link{Index: 3, Name: "br0", Kind: "bridge"}},
			SetLink{1, with(eth0, func(l *dump.Link) { l.MTU, l.Master, l.Alias, l.Address = 1400, 3, "a", dump.HWAddr{2} })},
			SetLink{1, with(eth0, func(l *dump.Link) { l.MTU = 1400 })},
		}, `
			h1:br0 is a new bridge
			h1:eth0 mtu changed from 1500 to 1400
			h1:eth0 mac set to 02
			h1:eth0 is a port of br0
			h1:eth0 alias set to a
			h1:eth0 mac 02 removed
			h1:eth0 is no longer a port of br0
			h1:eth0 alias a removed`},
		{"deleted", []Update{DelLink{1, 7, nil}, DelLink{1, 7, nil}}, "h1:eth0 deleted"},
		{"new", []Update{SetLink{1, dump.Link{Index: 8, Name: "eth1", Kind: "veth", MTU: 1500}}, SetLink{2, veth(8, "eth1", 0, 1, 8)}, SetLink{1, veth(8, "eth1", 0, 2, 8)}}, `
			h1:eth1 is a new veth
			h2:eth1 is a new veth to h1:eth1`},
		{"out of scope", []Update{
			SetLink{3, veth(7, "eth0", up, 1, 9)},
			SetLink{99, eth0},
			DelLink{99, 7, nil},
			DelNamespace{99},
			DelNamespace{3},
			SetAddress(3, dump.Address{Index: 1, Prefix: prefix("10.0.0.1/24")}), SetRoute(99, route),
		}, ""},
		{"addresses", []Update{SetAddress(1, address), SetAddress(1, address), DelAddress(1, address), DelAddress(1, address)}, `
			h1:eth0 address 10.0.0.1/24 added
			h1:eth0 address 10.0.0.1/24 deleted`},
		{"duplicate address detection", []Update{
			SetAddress(1, six), SetAddress(1, dump.Address{Index: 7, Prefix: six.Prefix}),
			SetAddress(2, six), SetAddress(2, dump.Address{Index: 7, Prefix: six.Prefix, Flags: flagTentative | flagDuplicate}),
		}, `
			h1:eth0 address fd00::1/64 added, tentative
			h1:eth0 address fd00::1/64 is no longer tentative
			h2:eth0 address fd00::1/64 added, tentative
			h2:eth0 address fd00::1/64 is a duplicate: another host uses it`},
		{"routes", []Update{SetRoute(1, route), SetRoute(1, route), SetRoutes(1, []dump.Route{other}), DelRoute(1, other), DelRoute(1, other)}, `
			h1: route 10.1.0.0/16 via 10.0.0.2 dev eth0 added
			h1: route 10.1.0.0/16 via 10.0.0.2 dev eth0 deleted
			h1: route default via 10.0.0.2 dev eth0 added
			h1: route default via 10.0.0.2 dev eth0 deleted`},
		{"routes that the kernel adds with an address", []Update{
			SetRoute(1, dump.Route{To: prefix("10.0.0.1/32"), Table: 255, Type: 2}), SetRoute(1, dump.Route{To: prefix("ff00::/8"), Table: 254, Type: 1}),
		}, ""},
		{"rules", []Update{SetRule(1, rule), DelRule(1, rule)}, `
			h1: rule 100: from 10.0.0.0/8 fwmark 0x1 lookup 10 added
			h1: rule 100: from 10.0.0.0/8 fwmark 0x1 lookup 10 deleted`},
		{"neighbours", []Update{
			SetNeighbour(1, neighbour), SetNeighbour(1, reachable), SetNeighbour(1, reachable), DelNeighbour(1, reachable),
			SetNeighbour(1, dump.Neighbour{Index: 7, To: netip.MustParseAddr("ff02::1"), State: stateNoARP}),
		}, `
			h1:eth0 neighbour 10.0.0.2 added: incomplete
			h1:eth0 neighbour 10.0.0.2 at 02:00:00:00:00:02 changed: reachable, was incomplete
			h1:eth0 neighbour 10.0.0.2 deleted`},
		{"a node added and deleted", []Update{
			SetNamespace{4, "x.h3", space(lo("x", "h3"), veth(9, "eth0", 0, 9, 9))}, DelNamespace{4}, DelNamespace{4},
		}, `
			h3 added with eth0
			h3 deleted`},
		{"a node's namespace loses its name", []Update{SetNamespace{1, "", nil}, SetLink{1, veth(7, "eth0", 0, 2, 7)}, DelNamespace{1}}, "h1 deleted"},
		{"a namespace gets a mark", []Update{SetLink{3, lo("x", "h9")}, SetLink{3, lo("x", "h9")}, SetLink{3, lo("", "")}}, `
			h9 added
			h9 deleted`},
		{"the mark of the host namespace on an lo", []Update{SetLink{3, lo("x", "host")}}, ""},
		{"the lab's links of the host", []Update{
			SetLink{0, dump.Link{Index: 5, Name: "docker0", Kind: "bridge"}},
			SetLink{0, dump.Link{Index: 6, Name: "v0", Kind: "veth"}},
			SetLink{0, dump.Link{Index: 6, Name: "v0", Kind: "veth", Alias: "vethlab:x/host"}},
			SetLink{0, dump.Link{Index: 6, Name: "v0", Kind: "veth", Alias: "vethlab:x/host", Flags: working}},
			SetRoute(0, dump.Route{To: prefix("10.0.0.0/8"), Index: 6, Table: 254, Type: 1}),
			DelLink{0, 5, nil},
			DelLink{0, 6, nil},
		}, `
			host added with v0
			host:v0 is up
			host:v0 has a carrier
			host deleted`},
		{"moved", []Update{
			DelLink{1, 7, &dump.LinkRef{Netns: 2, Index: 9}}, SetLink{2, with(veth(9, "new0", 0, 2, 7), func(l *dump.Link) { l.ParentNetns = nil })},
		}, "h1:eth0 has moved to h2:new0"},
		{"moved to an unknown namespace", []Update{DelLink{1, 7, &dump.LinkRef{Netns: -1, Index: 9}}}, "h1:eth0 has moved to an unknown namespace"},
		{"moved out of scope", []Update{
			DelLink{1, 7, &dump.LinkRef{Netns: 3, Index: 9}}, SetLink{3, veth(9, "eth0", 0, 2, 7)},
		}, "h1:eth0 has moved to an unknown namespace"},
		{"reported in the new namespace before the old one", []Update{
			SetNamespace{4, "x.h3", space(lo("x", "h3"), veth(9, "new0", 0, 2, 7))},
			DelLink{1, 7, &dump.LinkRef{Netns: 4, Index: 9}},
			SetLink{4, veth(9, "new0", 0, 2, 7)},
			DelLink{2, 7, nil},
		}, `
			h3 added with new0
			h1:eth0 has moved to h3:new0
			h2:eth0 deleted`},
		{"moved in", []Update{
			SetLink{3, veth(9, "a0", 0, 8, 9)}, DelLink{3, 9, &dump.LinkRef{Netns: 1, Index: 9}}, SetLink{1, veth(9, "a0", 0, 8, 9)},
		}, "h1:a0 is a new veth"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := twoNodes()
			var got []string
			for _, u := range c.updates {
				for _, e := range v.Apply(u) {
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

// TestMoveKeepsPeers moves one end of a veth pair: the peer, for which the kernel sends
// no notification, refers to the new namespace.
func TestMoveKeepsPeers(t *testing.T) {
	v := twoNodes()
	v.Apply(DelLink{1, 7, &dump.LinkRef{Netns: 3, Index: 9}})
	v.Apply(SetLink{3, veth(9, "eth0", 0, 2, 7)})
	if peer, ok := v.wiring.Peer(dump.LinkRef{Netns: 2, Index: 7}); !ok || (peer != dump.LinkRef{Netns: 3, Index: 9}) {
		t.Errorf("the peer is at %v, %v", peer, ok)
	}
	v.Apply(DelLink{3, 9, &dump.LinkRef{Netns: 2, Index: 9}})
	v.Apply(SetLink{2, with(veth(9, "eth1", 0, 2, 7), func(l *dump.Link) { l.ParentNetns = nil })})
	if peer, ok := v.wiring.Peer(dump.LinkRef{Netns: 2, Index: 7}); !ok || (peer != dump.LinkRef{Netns: 2, Index: 9}) {
		t.Errorf("in one namespace the peer is at %v, %v", peer, ok)
	}
}

// TestResync replaces the view after lost notifications.
func TestResync(t *testing.T) {
	v := twoNodes()
	v.Apply(SetAddress(1, dump.Address{Index: 7, Prefix: prefix("10.0.0.1/24")}))
	now := []SetNamespace{
		{0, HostName, space(lo("", ""))},
		{1, "x.h1", &dump.Namespace{
			Links:     []dump.Link{lo("x", "h1"), veth(7, "eth0", up, 2, 7), veth(8, "eth1", 0, 5, 8)},
			Addresses: []dump.Address{{Index: 7, Prefix: prefix("10.0.0.9/24")}},
			Routes:    []dump.Route{{To: prefix("10.0.0.0/24"), Index: 7, Table: 254, Type: 1}},
		}},
		{3, "x.h4", space(lo("x", "h4"))}, // a reused nsid
		{5, "x.h3", space(lo("x", "h3"), veth(8, "eth0", 0, 1, 8))},
	}
	var got []string
	for _, e := range v.Apply(SetAll{now}) {
		got = append(got, e.String())
	}
	want := []string{
		"events were lost; all state was read again",
		"h2 deleted",
		"h1:eth0 has lost its carrier",
		"h1:eth1 is a new veth",
		"h1:eth0 address 10.0.0.1/24 deleted",
		"h1:eth0 address 10.0.0.9/24 added",
		"h1: route 10.0.0.0/24 dev eth0 added",
		"h4 added",
		"h3 added with eth0",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	// The view is equal to a new one.
	fresh := New(Scope{Lab: "x"})
	for _, a := range now {
		fresh.Apply(a)
	}
	if d := cmp.Diff(fresh.Nodes(), v.Nodes(), cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }), cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); d != "" {
		t.Errorf("(-fresh +kept):\n%s", d)
	}
	if events := v.Apply(SetAll{now}); len(events) != 1 {
		t.Errorf("without a change: got %v, want one event", events)
	}
}

func TestScopeOfAllNamespaces(t *testing.T) {
	v := New(Scope{})
	v.Apply(SetNamespace{0, HostName, space(lo("", ""), dump.Link{Index: 2, Name: "ens3", Flags: working})})
	if got := v.Snapshot().String(); got != "1 node: host" {
		t.Errorf("%q", got)
	}
	v.Apply(SetNamespace{1, "x.h1", space(lo("x", "h1"), veth(7, "eth0", up, 5, 7))})
	v.Apply(SetNamespace{5, "", space(veth(7, "eth0", up, 1, 7))})
	if got := v.end(dump.LinkRef{Netns: 5, Index: 7}).String(); got != "unnamed-5:eth0" {
		t.Errorf("the namespace without a name: got %q", got)
	}
	v.Apply(DelNamespace{5})
	v.Apply(SetAddress(0, dump.Address{Index: 2, Prefix: prefix("192.0.2.1/24")}))
	nodes := v.Nodes()
	if len(nodes) != 2 || nodes[0].Name != HostName || nodes[1].Name != "x.h1" {
		t.Fatalf("%+v", nodes)
	}
	i := slices.IndexFunc(nodes[0].Interfaces, func(i Interface) bool { return i.Name == "ens3" })
	if got := nodes[0].Interfaces[i]; got.Type != "device" || !got.Carrier || !slices.Equal(got.Addresses, []netip.Prefix{prefix("192.0.2.1/24")}) {
		t.Errorf("%+v", got)
	}
	if got := v.Snapshot().String(); got != "2 nodes: host, x.h1" {
		t.Errorf("%q", got)
	}
}

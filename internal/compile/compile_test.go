package compile_test

import (
	"errors"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

func prefixes(ss ...string) []netip.Prefix {
	ps := make([]netip.Prefix, 0, len(ss))
	for _, s := range ss {
		ps = append(ps, netip.MustParsePrefix(s))
	}
	return ps
}

func ends(a, aDev, b, bDev string) topo.Link {
	return topo.Link{Endpoints: [2]topo.Endpoint{{Node: a, Interface: aDev}, {Node: b, Interface: bDev}}}
}

func node(name string, interfaces ...topo.Interface) topo.Node {
	return topo.Node{Name: name, Interfaces: interfaces}
}

// linkOf returns a link of a lab, or an empty one.
func linkOf(lab *compile.Lab, node, name string) state.Link {
	n, _ := lab.Node(node)
	if l := lab.State.Link(state.Endpoint{Namespace: n.Namespace, Link: name}); l != nil {
		return *l
	}
	return state.Link{}
}

// addresses returns the addresses of an interface that are not link-local.
func addresses(lab *compile.Lab, node, name string) []string {
	var ss []string
	for _, a := range linkOf(lab, node, name).Addresses {
		if !a.Addr().IsLinkLocalUnicast() {
			ss = append(ss, a.String())
		}
	}
	return ss
}

func TestInterfaceNames(t *testing.T) {
	lab := mustCompile(t, &topo.Topology{Name: "lab", Links: []topo.Link{
		cable("a", "b"),
		ends("a", "", "c", "eth1"),
		ends("a", "eth1", "c", ""),
		ends("c", "veth7", "a", ""),
		cable("c", "d"),
	}})
	for name, want := range map[string][]string{
		"a": {"eth0", "eth2", "eth1", "eth3"},
		"b": {"eth0"},
		"c": {"eth1", "eth0", "veth7", "eth2"},
	} {
		if n, _ := lab.Node(name); !slices.Equal(n.Interfaces, want) {
			t.Errorf("%s has %v, want %v", name, n.Interfaces, want)
		}
	}
	if got := lab.Links[1].Endpoints[0].String(); got != "a:eth2" {
		t.Errorf("second link begins at %s, want a:eth2", got)
	}
}

func TestNodeOrderAndNamespaces(t *testing.T) {
	prefix := "p-"
	lab := mustCompile(t, &topo.Topology{
		Name: "lab", Prefix: &prefix,
		Nodes: topo.Nodes{{Name: "z"}, {Name: "sw", Kind: topo.Switch}},
		Links: []topo.Link{cable("y", "sw"), cable(topo.HostNode, "z"), cable("sw", "x")},
	})
	want := []compile.Node{
		{Name: "z", Kind: topo.Host, Namespace: "p-z", Interfaces: []string{"eth0"}},
		{Name: "sw", Kind: topo.Switch, Namespace: "p-sw", Interfaces: []string{"br0", "eth0", "eth1"}},
		{Name: "y", Kind: topo.Host, Namespace: "p-y", Interfaces: []string{"eth0"}},
		{Name: "host", Kind: topo.Host, Namespace: state.Host, Interfaces: []string{lab.Nodes[3].Interfaces[0]}},
		{Name: "x", Kind: topo.Host, Namespace: "p-x", Interfaces: []string{"eth0"}},
	}
	if d := cmp.Diff(want, lab.Nodes); d != "" {
		t.Error(d)
	}
}

func TestHostInterfaceNames(t *testing.T) {
	name := func(lab string, links ...topo.Link) string {
		l := mustCompile(t, &topo.Topology{Name: lab, Links: links})
		n, _ := l.Node(topo.HostNode)
		link := linkOf(l, topo.HostNode, n.Interfaces[0])
		if want := "vethlab:" + lab + "/host"; link.Alias != want {
			t.Errorf("alias is %q, want %q", link.Alias, want)
		}
		return n.Interfaces[0]
	}
	a := name("one", cable(topo.HostNode, "a"))
	if len(a) != len("vl-01234567") || a[:3] != "vl-" {
		t.Errorf("name is %q, want vl- and eight digits", a)
	}
	if b := name("two", cable(topo.HostNode, "a")); a == b {
		t.Errorf("two labs have the name %s", a)
	}
	if b := name("one", cable("b", topo.HostNode)); a == b {
		t.Errorf("two peers have the name %s", a)
	}
	if b := name("one", ends(topo.HostNode, "mine", "a", "")); b != "mine" {
		t.Errorf("name is %q, want mine", b)
	}
}

func TestMTU(t *testing.T) {
	lab := mustCompile(t, &topo.Topology{
		Name: "lab",
		Nodes: topo.Nodes{
			{Name: "sw", Kind: topo.Switch, Interfaces: topo.Interfaces{{Name: "eth1", MTU: 1300}}},
			node("a", topo.Interface{Name: "eth0", MTU: 9000}),
		},
		Links: []topo.Link{
			{Endpoints: [2]topo.Endpoint{{Node: "a"}, {Node: "sw"}}, MTU: 1400},
			cable("sw", "b"),
			{Endpoints: [2]topo.Endpoint{{Node: "c"}, {Node: "d"}}, MTU: 1279},
		},
	})
	for _, tt := range []struct {
		node, name string
		want       int
	}{{"a", "eth0", 9000}, {"sw", "eth0", 1400}, {"sw", "eth1", 1300}, {"sw", "br0", 1300}, {"b", "eth0", 1500}} {
		if got := linkOf(lab, tt.node, tt.name).MTU; got != tt.want {
			t.Errorf("%s:%s has mtu %d, want %d", tt.node, tt.name, got, tt.want)
		}
	}
	if c := linkOf(lab, "c", "eth0"); c.HasIPv6() || len(c.Addresses) != 1 {
		t.Errorf("an mtu of 1279 leads to %v, want one IPv4 address", c.Addresses)
	}
}

func TestLinkLocal(t *testing.T) {
	mac := topo.MAC{2, 0, 0, 0, 0, 1}
	const fe80 = "fe80::ff:fe00:1/64"
	tests := []struct {
		name  string
		iface topo.Interface
		ipv6  topo.Pool
		want  []string
	}{
		{"automatic", topo.Interface{}, topo.Pool{}, []string{"10.0.0.1/30", "fd00::1/64", fe80}},
		{"only IPv4", topo.Interface{Addresses: prefixes("10.7.7.1/24")}, topo.Pool{}, []string{"10.7.7.1/24", fe80}},
		{"no pool", topo.Interface{}, topo.Pool{None: true}, []string{"10.0.0.1/30"}},
		{"no pool, IPv6", topo.Interface{Addresses: prefixes("2001:db8::1/64")}, topo.Pool{None: true}, []string{"2001:db8::1/64", fe80}},
		{"none wanted", topo.Interface{Addresses: prefixes()}, topo.Pool{}, []string{}},
		{"own", topo.Interface{Addresses: prefixes("fe80::1/64")}, topo.Pool{}, []string{"fe80::1/64"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.iface.Name, tt.iface.MAC = "eth0", mac
			lab := mustCompile(t, &topo.Topology{
				Name: "lab", Addressing: topo.Addressing{IPv6: tt.ipv6},
				Nodes: topo.Nodes{node("a", tt.iface)}, Links: []topo.Link{cable("a", "b")},
			})
			l := linkOf(lab, "a", "eth0")
			if d := cmp.Diff(state.Addresses(prefixes(tt.want...)), l.Addresses, cmp.Comparer(samePrefix)); d != "" {
				t.Error(d)
			}
			if l.AutoLinkLocal {
				t.Error("the kernel adds a link-local address too")
			}
		})
	}
}

func samePrefix(a, b netip.Prefix) bool { return a == b }

func TestAddresses(t *testing.T) {
	sw := topo.Node{Name: "sw", Kind: topo.Switch}
	own := func(p string) topo.Interface { return topo.Interface{Name: "eth0", Addresses: prefixes(p)} }
	switchSubnet := sw
	switchSubnet.Subnet = prefixes("192.168.5.0/29")
	tests := []struct {
		name string
		top  topo.Topology
		want map[string][]string // eth0 of each node
	}{
		{
			"point to point",
			topo.Topology{Links: []topo.Link{cable("a", "b"), cable("c", "d")}},
			map[string][]string{"a": {"10.0.0.1/30", "fd00::1/64"}, "d": {"10.0.0.6/30", "fd00:0:0:1::2/64"}},
		},
		{
			"segment of two switches",
			topo.Topology{
				Nodes: topo.Nodes{sw, {Name: "sw2", Kind: topo.Switch}},
				Links: []topo.Link{cable("a", "sw"), cable("sw", "sw2"), cable("sw2", "b")},
			},
			map[string][]string{"a": {"10.0.0.1/16", "fd00::1/64"}, "b": {"10.0.0.2/16", "fd00::2/64"}, "sw": nil},
		},
		{
			"beside an explicit address",
			topo.Topology{
				Nodes: topo.Nodes{sw, node("b", own("172.18.0.1/24"))},
				Links: []topo.Link{cable("a", "sw"), cable("sw", "b"), cable("sw", "c")},
			},
			map[string][]string{"a": {"172.18.0.2/24"}, "b": {"172.18.0.1/24"}, "c": {"172.18.0.3/24"}},
		},
		{
			"subnet of a switch",
			topo.Topology{Nodes: topo.Nodes{switchSubnet}, Links: []topo.Link{cable("a", "sw")}},
			map[string][]string{"a": {"192.168.5.1/29"}},
		},
		{
			"what is explicit is skipped",
			topo.Topology{
				Nodes: topo.Nodes{node("c", own("10.0.0.9/29"))},
				Links: []topo.Link{cable("a", "b"), cable("d", "e"), cable("f", "g"), cable("c", "h")},
			},
			map[string][]string{
				"d": {"10.0.0.5/30", "fd00:0:0:1::1/64"}, "f": {"10.0.0.17/30", "fd00:0:0:2::1/64"}, "h": {"10.0.0.10/29"},
			},
		},
		{
			"two addresses are enough for two",
			topo.Topology{Links: []topo.Link{{
				Endpoints: [2]topo.Endpoint{{Node: "a"}, {Node: "b"}}, Subnet: prefixes("10.9.9.8/31", "fd09::/127"),
			}}},
			map[string][]string{"a": {"10.9.9.8/31", "fd09::/127"}, "b": {"10.9.9.9/31", "fd09::1/127"}},
		},
		{
			"small pool",
			topo.Topology{
				Addressing: topo.Addressing{IPv4: topo.Pool{Prefix: netip.MustParsePrefix("172.20.0.0/18")}, IPv6: topo.Pool{None: true}},
				Nodes:      topo.Nodes{sw}, Links: []topo.Link{cable("a", "b"), cable("c", "sw")},
			},
			map[string][]string{"a": {"172.20.0.1/30"}, "c": {"172.20.4.1/22"}},
		},
		{
			"a single address has no neighbours",
			topo.Topology{Nodes: topo.Nodes{node("a", own("10.0.0.1/32"))}, Links: []topo.Link{cable("a", "b")}},
			map[string][]string{"a": {"10.0.0.1/32"}, "b": nil},
		},
		{
			"none wanted keeps its place",
			topo.Topology{
				Nodes: topo.Nodes{node("a", topo.Interface{Name: "eth0", Addresses: prefixes()})},
				Links: []topo.Link{cable("a", "b"), cable("c", "d")},
			},
			map[string][]string{"a": nil, "b": {"10.0.0.2/30", "fd00::2/64"}, "c": {"10.0.0.5/30", "fd00:0:0:1::1/64"}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.top.Name = "lab"
			lab := mustCompile(t, &tt.top)
			for name, want := range tt.want {
				if got := addresses(lab, name, "eth0"); !slices.Equal(got, want) {
					t.Errorf("%s has %v, want %v", name, got, want)
				}
			}
		})
	}
}

func TestOrigin(t *testing.T) {
	at := func(line int) topo.Pos { return topo.Pos{File: "x.yaml", Line: line, Col: 1} }
	l := cable("a", "b")
	l.Pos, l.Endpoints[1].Pos = at(7), at(8)
	lab := mustCompile(t, &topo.Topology{Name: "lab", Nodes: topo.Nodes{{Name: "a", Pos: at(3)}}, Links: []topo.Link{l}})
	for e, want := range map[state.Endpoint]int{
		{Namespace: "lab.a"}:               3,
		{Namespace: "lab.a", Link: "eth0"}: 7,
		{Namespace: "lab.a", Link: "lo"}:   3,
		{Namespace: "lab.b"}:               8,
		{Namespace: "lab.b", Link: "eth0"}: 8,
		{Namespace: "lab.c"}:               0,
	} {
		if got := lab.Origin(e); got.Line != want {
			t.Errorf("%s comes from line %d, want %d", e, got.Line, want)
		}
	}
}

func TestErrors(t *testing.T) {
	pos := topo.Pos{File: "x.yaml", Line: 7, Col: 3}
	link := func(subnet ...string) topo.Link {
		l := cable("a", "b")
		l.Subnet, l.Pos = prefixes(subnet...), pos
		return l
	}
	v4 := func(p string) topo.Addressing {
		return topo.Addressing{IPv4: topo.Pool{Prefix: netip.MustParsePrefix(p)}}
	}
	route := topo.Route{To: netip.MustParsePrefix("10.99.0.0/16"), Via: netip.MustParseAddr("10.77.0.1"), Pos: pos}
	tests := []struct {
		name string
		top  topo.Topology
		want string
	}{
		{
			"pool",
			topo.Topology{Addressing: v4("10.0.0.0/31"), Links: []topo.Link{link()}},
			"link a:eth0 – b:eth0: no /30 is left in the pool 10.0.0.0/31",
		},
		{
			"connected route",
			topo.Topology{
				Nodes: topo.Nodes{{Name: "a", Routes: []topo.Route{{To: netip.MustParsePrefix("10.0.0.0/30"), Via: netip.MustParseAddr("10.0.0.2"), Pos: pos}}}},
				Links: []topo.Link{link()},
			},
			"the kernel has a route to 10.0.0.0/30 already, since node a has an address in it",
		},
		{
			"mtu",
			topo.Topology{
				Nodes: topo.Nodes{{Name: "sw", Kind: topo.Switch, Interfaces: topo.Interfaces{
					{Name: topo.BridgeName, Addresses: prefixes("fd05::1/64"), Pos: pos},
				}}},
				Links: []topo.Link{{Endpoints: [2]topo.Endpoint{{Node: "a"}, {Node: "sw"}}, MTU: 1000}},
			},
			"interface sw:br0 has the IPv6 address fd05::1/64 and mtu 1000, but IPv6 needs 1280",
		},
		{
			"neighbour and mtu",
			topo.Topology{
				Nodes: topo.Nodes{{Name: "a", Interfaces: topo.Interfaces{{Name: "eth0", Pos: pos, MTU: 1000, Neighbours: []topo.Neighbour{
					{Address: netip.MustParseAddr("fd05::9"), MAC: topo.MAC{2, 0, 0, 0, 0, 9}},
				}}}}},
				Links: []topo.Link{{Endpoints: [2]topo.Endpoint{{Node: "a"}, {Node: "b"}}}},
			},
			"interface a:eth0 has the IPv6 neighbour fd05::9 and mtu 1000, but IPv6 needs 1280",
		},
		{
			"neighbour and sysctl",
			topo.Topology{
				Nodes: topo.Nodes{{
					Name: "a", Sysctls: map[string]string{"net.ipv6.conf.all.disable_ipv6": "1"},
					Interfaces: topo.Interfaces{{Name: "eth0", Pos: pos, Neighbours: []topo.Neighbour{
						{Address: netip.MustParseAddr("fd05::9"), MAC: topo.MAC{2, 0, 0, 0, 0, 9}},
					}}},
				}},
				Links: []topo.Link{{Endpoints: [2]topo.Endpoint{{Node: "a"}, {Node: "b"}}}},
			},
			"interface a:eth0 has the IPv6 neighbour fd05::9, but the sysctl net.ipv6.conf.all.disable_ipv6 disables IPv6",
		},
		{
			"route",
			topo.Topology{Nodes: topo.Nodes{{Name: "a", Routes: []topo.Route{route}}}, Links: []topo.Link{link()}},
			"gateway 10.77.0.1 is not in a subnet of node a",
		},
		{
			"test",
			topo.Topology{Links: []topo.Link{link()}, Tests: []topo.Test{{From: []string{"a"}, To: []string{topo.HostNode}, Pos: pos}}},
			"host is not part of this lab",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.top.Name = "lab"
			_, err := compile.Compile(&tt.top)
			var errs topo.Errors
			if !errors.As(err, &errs) || len(errs) != 1 {
				t.Fatalf("got %v, want one error", err)
			}
			if errs[0].Msg != tt.want || errs[0].Pos != pos || errs[0].Hint == "" {
				t.Errorf("got %q at %v (%q), want %q at %v", errs[0].Msg, errs[0].Pos, errs[0].Hint, tt.want, pos)
			}
		})
	}
}

func TestInvalidTopologyIsAnError(t *testing.T) {
	_, err := compile.Compile(&topo.Topology{Name: "lab", Links: []topo.Link{cable("a", "a")}})
	if _, ok := errors.AsType[topo.Errors](err); !ok {
		t.Errorf("got %v, want topo.Errors", err)
	}
}

func TestFullSubnetIsAnError(t *testing.T) {
	top := &topo.Topology{
		Name:  "lab",
		Nodes: topo.Nodes{{Name: "sw", Kind: topo.Switch, Subnet: prefixes("10.0.0.0/30")}},
		Links: []topo.Link{cable("a", "sw"), cable("b", "sw"), cable("c", "sw"), cable("d", "sw")},
	}
	_, err := compile.Compile(top)
	var errs topo.Errors
	if !errors.As(err, &errs) || len(errs) != 1 || errs[0].Msg != "c:eth0: no address is left in its subnet 10.0.0.0/30" {
		t.Errorf("got %v, want one error about c:eth0", err)
	}
}

// Labs of one description differ only in their names and in names that must be unique on
// the machine.
func TestCompileUnderAnotherName(t *testing.T) {
	bare := ""
	desc := &topo.Topology{
		Name: "lab", Prefix: &bare,
		Links: []topo.Link{cable("a", "b"), cable(topo.HostNode, "a")},
	}
	own := mustCompile(t, desc)
	other, err := compile.CompileChecked(desc.CheckAs("other"))
	if err != nil {
		t.Fatal(err)
	}
	if other.Topology != desc || other.Name != "other" {
		t.Errorf("got lab %q of %v", other.Name, other.Topology)
	}
	if other.State.Namespace("other.a") == nil || own.State.Namespace("a") == nil {
		t.Errorf("namespaces are %v, want other.a; and %v, want a", other.State.Names(), own.State.Names())
	}
	if got, want := linkOf(other, "b", "eth0"), linkOf(own, "b", "eth0"); got.MAC != want.MAC || !slices.Equal(got.Addresses, want.Addresses) {
		t.Errorf("b has %v %v, want %v %v", got.MAC, got.Addresses, want.MAC, want.Addresses)
	}
	ownHost, _ := own.Node(topo.HostNode)
	otherHost, _ := other.Node(topo.HostNode)
	if ownHost.Interfaces[0] == otherHost.Interfaces[0] {
		t.Errorf("both have a link %s in the host namespace", ownHost.Interfaces[0])
	}
	if _, err := compile.CompileChecked(desc.CheckAs("a/b")); err == nil {
		t.Error("a lab with the name a/b was accepted")
	}
}

package topo_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/topo"
)

// Each file has just these mistakes.
func TestMistakesOfFiles(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"options of a bridge that is none", "nodes: {a: {interfaces: {br0: {stp: true}}}}", []string{"1:26 no link uses interface br0 of node a", "1:37 interface br0 is not a bridge and has no spanning tree"}},
		{
			"names in a test that is partly unread", "links: [[a, b]]\ntests: [{zzzzzz: 1, from: aa1, to: nobody, on: none}]",
			[]string{`2:10 unknown key "zzzzzz" in a test`, `2:27 unknown node or group "aa1"`, `2:36 unknown node or group "nobody"`, `2:48 unknown node or group "none"`},
		},
		{"a hop whose kind is unread", "nodes: {r: {kind: [x]}}\nlinks: [[a, r], [r, b]]\ntests: [{from: a, to: b, path: r}]", []string{"1:19 nodes.r.kind: want host, router or switch, found a list"}},
		{"a hop that is unread", "links: [[a, b]]\ntests: [{from: a, to: b, path: [[x]]}]", []string{"2:33 tests[0].path[0]: want the nodes on the way, a list, found a list"}},
		{"an empty hop", "links: [[a, b]]\ntests: [{from: a, to: b, path: ['']}]", []string{"2:33 the name of a node is empty"}},
		{"a sysctl with a word for 1", "nodes: {a: {sysctls: {net.ipv4.ip_forward: yes, net.ipv4.tcp_syncookies: \"Off\", net.ipv4.tcp_congestion_control: cubic}}}\nlinks: [[a, b]]", []string{"1:44 sysctl net.ipv4.ip_forward: yes is not a value", "1:74 sysctl net.ipv4.tcp_syncookies: Off is not a value"}},
		{"a sysctl that is unread, and IPv6", "nodes: {a: {sysctls: {net.ipv6.conf.all.disable_ipv6: true}, interfaces: {eth0: fd00::1/64}}}\nlinks: [[a, b]]", []string{"1:55 sysctl net.ipv6.conf.all.disable_ipv6: true is not a value"}},
		{"the smallest MTU of IPv6", "nodes: {a: {interfaces: {eth0: {mtu: 1280, addresses: fd00::1/64}}}}\nlinks: [[a, b]]", nil},
		{"one byte less", "nodes: {a: {interfaces: {eth0: fd00::1/64}}}\nlinks: [[a, b, {mtu: 1279}]]", []string{"1:26 interface a:eth0 has the IPv6 address fd00::1/64 and mtu 1279, but IPv6 needs 1280"}},
		{
			"the smallest MTU of ports", "nodes: {a: {interfaces: {l: {bridge: [eth0, eth1, eth2, d], addresses: fd00::1/64}, d: {dummy: {}}}}}\nlinks: [[a, b, {mtu: 1300}], [a, c, {mtu: 1000}], [a, e, {mtu: 1200}]]",
			[]string{"1:26 interface a:l has the IPv6 address fd00::1/64 and mtu 1000, but IPv6 needs 1280"},
		},
		{"IPv6 switched off but for one interface", "nodes: {a: {sysctls: {net.ipv6.conf.all.disable_ipv6: 1, net.ipv6.conf.eth0.disable_ipv6: 0}, interfaces: {eth0: fd00::1/64}}}\nlinks: [[a, b]]", nil},
		{"a node of one letter less than host", "nodes: {hosst: {}}\nlinks: [[host, hosst]]", nil},
		{"a space in a sysctl", "nodes: {a: {sysctls: {net.ipv4.a b: 1}}}", []string{`1:37 "net.ipv4.a b" is not the key of a sysctl`}},
		{
			"a gateway behind a gateway", "nodes: {a: {interfaces: {eth0: 10.0.0.1/24}, routes: [10.9.0.0/16 via 10.0.0.2, 10.8.0.0/16 via 10.9.0.1]}}\nlinks: [[a, b]]",
			[]string{"1:81 gateway 10.9.0.1 is not in a subnet of node a"},
		},
		{"a gateway that a route puts on the link", "nodes: {a: {interfaces: {eth0: 10.0.0.1/24}, routes: [{to: 10.9.0.0/16, dev: eth0}, 10.8.0.0/16 via 10.9.0.1]}}\nlinks: [[a, b]]", nil},
		{
			"two addresses outside of the subnet", "nodes: {a: {interfaces: {eth0: 10.0.0.1/24}}, b: {interfaces: {eth0: [10.1.0.1/24, 10.2.0.1/24]}}}\nlinks: [[a, b]]",
			[]string{"1:71 10.1.0.1/24 of b:eth0 and 10.0.0.1/24 of a:eth0 in line 1 are on one segment, but not in one subnet"},
		},
		{"an address with a zone", "nodes: {a: {interfaces: {eth0: 'fe80::1%eth0'}}}\nlinks: [[a, b]]", []string{`1:32 "fe80::1%eth0" is not an address`}},
		{"endpoints that are a word", "nodes: {a: {interfaces: {eth0: {}}}}\nlinks: [{endpoints: a}]", []string{`2:21 links[0].endpoints: want the two endpoints of a link, found "a"`}},
		{"a neighbour on an interface without a link", "nodes: {a: {interfaces: {eth5: {neighbours: {10.0.0.9: '02:00:00:00:00:01'}}}}}", []string{"1:26 no link uses interface eth5 of node a"}},
		{"merged keys", "x-a: &a {kind: router}\nx-b: &b {kind: switch, group: x y}\nnodes: {a: {<<: [*a, *b]}}", []string{`2:31 the group's name "x y" contains " "`}},
		{"a word of four letters", "nodes: {a: {kind: hots}}", []string{`1:19 unknown kind of node "hots"`}},
		{"a name that an unread link may have", "links: [[a, b], {endpoints: {ccc: 1}}]\ntests: [{from: ddd, to: eee}]", []string{"1:29 links[1].endpoints: want the two endpoints of a link, found a mapping"}},
		{"a name in links that are unread", "links: xyz\ntests: [{from: ddd, to: eee}]", []string{`1:8 links: want a list of links, found "xyz"`}},
		{"interfaces that an unread link may have", "nodes: {a: {interfaces: {eth1: {}, eth2: {}, lan: {}}}}\nlinks: [[a, b], [{}, c]]", []string{`1:36 no link uses interface eth2 of node a`, `2:18 links[1].endpoints[0]: want an endpoint such as "node" or "node:interface", found a mapping`}},
		{"two words of a port", "nodes: {a: {interfaces: {l: {bridge: [eth0, eth0]}}}}\nlinks: [[a, b]]", []string{"1:45 interface a:eth0 is a port of l already"}},
		{"nftables within quotes", `nodes: {a: {nftables: "table ip f { chain c { ip saddr '' drop; }; }"}}`, nil},
	} {
		_, err := topo.Parse("lab.yaml", []byte(tt.text))
		got := messages(err)
		if tt.name == "nftables within quotes" { // the text of the mistake is nft's
			if len(got) == 0 || strings.HasPrefix(got[0], "1:1 ") {
				t.Errorf("%s: got %q, want a place within the text", tt.name, got)
			}
			continue
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: got\n%s\nwant\n%s", tt.name, strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
		}
	}
}

// A lab that is not from a file can have values that no file can express. The mistakes
// begin with their path.
func TestMistakesOfLiterals(t *testing.T) {
	prefix := netip.MustParsePrefix
	link := topo.Link{Endpoints: [2]topo.Endpoint{{Node: "a"}, {Node: "b"}}}
	node := func(n topo.Node) topo.Topology { n.Name = "a"; return topo.Topology{Nodes: topo.Nodes{n}} }
	iface := func(i topo.Interface) topo.Topology {
		i.Name = "eth0"
		return node(topo.Node{Interfaces: topo.Interfaces{i}})
	}
	test := func(test topo.Test) topo.Topology {
		test.From, test.To = []string{"a"}, []string{"b"}
		return topo.Topology{Tests: []topo.Test{test}}
	}
	for _, tt := range []struct {
		lab  topo.Topology
		want string
	}{
		{topo.Topology{Name: "-x"}, `name: the lab's name "-x" begins with "-", which commands take for an option`},
		{iface(topo.Interface{Addresses: []netip.Prefix{{}}}), "nodes.a.interfaces.eth0.addresses[0]: address invalid Prefix is invalid"},
		{iface(topo.Interface{Addresses: []netip.Prefix{prefix("10.0.0.1/0")}}), "nodes.a.interfaces.eth0.addresses[0]: address 10.0.0.1/0 has prefix length 0"},
		{iface(topo.Interface{MTU: -1}), "nodes.a.interfaces.eth0.mtu: mtu -1 is out of range, which is 68 to 65535"},
		{iface(topo.Interface{Neighbours: []topo.Neighbour{{}}}), "nodes.a.interfaces.eth0.neighbours.invalid IP: neighbour invalid IP is invalid"},
		{iface(topo.Interface{Neighbours: []topo.Neighbour{{Address: netip.MustParseAddr("10.0.0.9")}}}), "nodes.a.interfaces.eth0.neighbours.10.0.0.9: neighbour 10.0.0.9 has no MAC address"},
		{node(topo.Node{Interfaces: topo.Interfaces{{Name: "eth0"}, {Name: "eth0"}}}), "nodes.a.interfaces.eth0: node a has two interfaces eth0"},
		{topo.Topology{Nodes: topo.Nodes{{Name: "a"}, {Name: "a"}}}, `nodes.a: two nodes have the name "a"`},
		{node(topo.Node{Routes: []topo.Route{{Dev: "eth0"}}}), "nodes.a.routes[0]: a route needs a destination"},
		{node(topo.Node{Routes: []topo.Route{{To: prefix("10.9.0.1/16"), Dev: "eth0"}}}), "nodes.a.routes[0]: 10.9.0.1/16 is an address within a subnet, not a destination"},
		{node(topo.Node{Routes: []topo.Route{{To: prefix("10.9.0.0/16"), Dev: "eth0", Metric: -1}}}), "nodes.a.routes[0]: metric -1 is out of range"},
		{node(topo.Node{Nftables: "table x y z"}), "nodes.a.nftables: nftables line 1, column "},
		{node(topo.Node{Kind: topo.Switch, Subnet: []netip.Prefix{{}}}), "nodes.a.subnet[0]: the subnet invalid Prefix is invalid"},
		{node(topo.Node{Kind: topo.Switch, Subnet: []netip.Prefix{prefix("10.9.0.1/16")}}), "nodes.a.subnet[0]: the subnet 10.9.0.1/16 is an address within a subnet"},
		{topo.Topology{Addressing: topo.Addressing{IPv4: topo.Pool{Prefix: prefix("fd00::/64")}}}, "addressing.ipv4: the pool fd00::/64 is not IPv4"},
		{test(topo.Test{Via: topo.Via{Protocol: topo.TCP, Port: 80, Name: "x"}}), `tests[0].via: "tcp/80" has settings of another protocol`},
		{test(topo.Test{Via: topo.Via{Protocol: topo.DNS, Name: "x", Port: 5}}), `tests[0].via: "dns/x" has settings of another protocol`},
		{test(topo.Test{Via: topo.Via{Protocol: topo.HTTP, Host: "b", Path: "x"}}), `tests[0].via: "http://bx" is not a valid URL`},
		{test(topo.Test{Via: topo.Via{Protocol: topo.HTTP, Host: "b", Path: "/a b"}}), `tests[0].via: "http://b/a b" is not a valid URL`},
		{test(topo.Test{Via: topo.Via{Protocol: topo.HTTP, Host: "b@c", Path: "/"}}), `tests[0].via: "http://b@c/" is not a valid URL`},
		{test(topo.Test{Via: topo.Via{Protocol: topo.DNS, Name: strings.Repeat("a.", 126) + "ab"}}), "tests[0].via: the name \"" + strings.Repeat("a.", 126) + "ab\" has 254 bytes, the limit is 253"},
		{test(topo.Test{Via: topo.Via{Protocol: topo.DNS, Name: strings.Repeat("a.", 126) + "a"}}), ""},
	} {
		tt.lab.Links = []topo.Link{link}
		if tt.lab.Name == "" {
			tt.lab.Name = "lab"
		}
		got := messages(tt.lab.Validate())
		if tt.want == "" && len(got) == 0 {
			continue
		}
		if len(got) != 1 || tt.want == "" || !strings.HasPrefix(got[0], tt.want) {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

// A bridge of the kernel has at most 1,023 ports.
func TestMostPorts(t *testing.T) {
	for links, mistakes := range map[int]int{1023: 0, 1024: 1} {
		sw := topo.Topology{Name: "lab", Nodes: topo.Nodes{{Name: "sw", Kind: topo.Switch}}}
		bridge := &topo.Bridge{Ports: []string{}}
		r := topo.Topology{Name: "lab", Nodes: topo.Nodes{{Name: "r", Interfaces: topo.Interfaces{{Name: "lan", Kind: bridge}}}}}
		for i := range links {
			sw.Links = append(sw.Links, topo.Link{Endpoints: [2]topo.Endpoint{{Node: fmt.Sprint("h", i)}, {Node: "sw"}}})
			r.Links = append(r.Links, topo.Link{Endpoints: [2]topo.Endpoint{{Node: fmt.Sprint("h", i)}, {Node: "r"}}})
			bridge.Ports = append(bridge.Ports, fmt.Sprint("eth", i))
		}
		for _, lab := range []*topo.Topology{&sw, &r} {
			if got := messages(lab.Validate()); len(got) != mistakes || mistakes > 0 && !strings.Contains(got[0], "the kernel's limit is 1023") {
				t.Errorf("%d ports: %q", links, got)
			}
		}
	}
}

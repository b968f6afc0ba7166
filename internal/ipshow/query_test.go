package ipshow_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/ipshow"
)

// Spellings that ip accepts for the same command.
func TestParseQuerySpellings(t *testing.T) {
	ns := recorded()
	for short, full := range map[string]string{
		"l":                             "link show",
		"l l":                           "link show",
		"li lst dev br0":                "link show br0",
		"a s eth0":                      "address show dev eth0",
		"-f inet a ls":                  "-4 addr",
		"-family inet6 addr":            "-6 addr",
		"-js -pretty a sh dev br0":      "-j -p addr show br0",
		"-c -r -N -h --json link li lo": "-j link show lo",
		"-brief a":                      "-br addr",
		"-oneline l":                    "-o link",
		"-details l show lo":            "-d link show lo",
		"-statistics l show lo":         "-s link show lo",
		"r s t all":                     "route show table all",
		"r sho table main":              "route",
		"r s to exact default":          "route show default",
		"r s 0.0.0.0/0":                 "route show default",
		"r s fd01::/64":                 "-6 route show fd01::/64",
		"r s table 1000":                "route show table 0x3e8",
		"ru":                            "rule list",
		"n s proxy":                     "neighbour show proxy",
		"neighbor":                      "neigh",
		"-x link":                       "link",
	} {
		want, err := ipshow.Show(ns, strings.Fields(full)...)
		if err != nil || want == "" {
			t.Fatalf("%s: %q, %v", full, want, err)
		}
		got, err := ipshow.Show(ns, strings.Fields(short)...)
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("ip %s is not ip %s: %v\n%s", short, full, err, d)
		}
	}
}

func TestParseQueryMistakes(t *testing.T) {
	for line, want := range map[string]string{
		"link show nope":            `device "nope" does not exist`,
		"link show master nope":     `device "nope" does not exist`,
		"link show dev":             "the command ends where the name of a link should be",
		"link show type":            "the command ends where a kind of link should be",
		"link show master":          "the command ends where the name of a bridge should be",
		"link show lo eth0":         `word 4, "eth0": expected dev, up, master or type`,
		"addr show -x":              `word 3, "-x": expected dev, up, master or type`,
		"netns list x":              `word 3, "x": expected dev, up, master or type`,
		"rule show x":               `word 3, "x": expected dev, up, master or type`,
		"route show table":          "the command ends where the name of a table should be",
		"route show 10.0.0.300":     `word 3, "10.0.0.300": expected an address such as 10.0.0.1/24`,
		"route get":                 "the command ends where an address such as 10.0.0.1 should be",
		"-f ipx link":               `word 2, "ipx": expected inet or inet6`,
		"-n":                        "the command ends where the name of a namespace should be",
		"link set lo up":            `["ip" "link" "set" "lo" "up"] shows nothing`,
		"link s lo up":              `["ip" "link" "s" "lo" "up"] shows nothing`,
		"tuntap":                    `["ip" "tuntap"] shows nothing`,
		"-n a route get to 10.0":    "",
		"route get 10.0.0.1 from x": `word 4, "from": unsupported after ip route get ADDRESS`,
	} {
		_, err := ipshow.Show(recorded(), strings.Fields(line)...)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("ip %s: %q, want %q", line, got, want)
		}
	}
}

func TestParseQueryGet(t *testing.T) {
	q, err := ipshow.ParseQuery([]string{"-n", "ns1", "r", "g", "to", "10.1"})
	if err != nil || q.Namespace != "ns1" || q.Object != "route" || q.Get != addr("10.1.0.0") {
		t.Errorf("%+v, %v", q, err)
	}
}

// The lines of ip route get, which iproute2 6.1.0 prints for these routes of the cache.
func TestShowWay(t *testing.T) {
	const clonedIPv4 = 0x200
	for line, tt := range map[string]struct {
		route dump.Route
		want  string
	}{
		"route get 10.1.2.3": {
			dump.Route{To: prefix("10.1.2.3/32"), Via: addr("10.0.0.2"), Index: 11, Source: addr("10.0.0.1"), Table: 254, Type: 1, MTU: 1300, Flags: clonedIPv4},
			"10.1.2.3 via 10.0.0.2 dev eth0 src 10.0.0.1 uid 5 \n    cache mtu 1300 \n",
		},
		"-o route get 10.0.0.1": {
			dump.Route{To: prefix("10.0.0.1/32"), Index: 1, Source: addr("10.0.0.1"), Table: 255, Scope: 254, Type: 2, Flags: clonedIPv4},
			"local 10.0.0.1 dev lo table local src 10.0.0.1 uid 5 \\    cache <local> \n",
		},
		"-j route get 10.1.2.3": {
			dump.Route{To: prefix("10.1.2.3/32"), Via: addr("10.0.0.2"), Index: 11, Source: addr("10.0.0.1"), Table: 254, Type: 1, Flags: clonedIPv4},
			`[{"dst":"10.1.2.3","gateway":"10.0.0.2","dev":"eth0","prefsrc":"10.0.0.1","flags":[],"uid":5,"cache":[]}]` + "\n",
		},
		"route get fd01::5": {
			dump.Route{To: prefix("fd01::5/128"), Via: addr("fd00::2"), Index: 11, Source: addr("fd00::1"), Table: 254, Protocol: 3, Type: 1, Metric: 1024},
			"fd01::5 via fd00::2 dev eth0 src fd00::1 metric 1024 pref medium\n",
		},
	} {
		q, err := ipshow.ParseQuery(strings.Fields(line))
		if err != nil {
			t.Fatal(err)
		}
		q.UID = 5
		if got, err := q.ShowRouteGet(recorded(), tt.route); err != nil || got != tt.want {
			t.Errorf("ip %s: %v\ngot  %qwant %q", line, err, got, tt.want)
		}
	}
}

func TestShowNamespaces(t *testing.T) {
	for line, want := range map[string]string{
		"netns":      "a (id: 0)\nb\nc\n",
		"-j netns l": `[{"name":"a","id":0},{"name":"b"},{"name":"c"}]` + "\n",
	} {
		q, err := ipshow.ParseQuery(strings.Fields(line))
		if err != nil {
			t.Fatal(err)
		}
		got, err := q.ShowNamespaces([]string{"a", "b", "c"}, map[string]int32{"a": 0, "b": -1})
		if err != nil || got != want {
			t.Errorf("ip %s: %q, %v, want %q", line, got, err, want)
		}
	}
}

// RouteLines, RuleLines and NeighbourLines omit the entries that every namespace has.
func TestLines(t *testing.T) {
	ns := recorded()
	routes := ipshow.RouteLines(ns)
	first := []string{"default via 10.0.0.254 dev eth0", "10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.1"}
	last := []string{"10.40.0.0/16 via 10.0.0.2 dev eth0 table default", "10.4.0.0/16 via 10.0.0.2 dev eth0 table 1000 proto static src 10.0.0.1"}
	if !slices.Equal(routes[:2], first) || !slices.Equal(routes[len(routes)-2:], last) {
		t.Errorf("%q", routes)
	}
	if slices.ContainsFunc(routes, func(s string) bool { return strings.Contains(s, "table local") }) {
		t.Errorf("the local table is listed: %q", routes)
	}
	if !slices.Contains(routes, "10.2.0.0/16 nexthop via 10.0.0.2 dev eth0 weight 3 nexthop via 10.0.0.3 dev eth0 weight 1 onlink") {
		t.Errorf("the multipath route is not one line: %q", routes)
	}
	want := []string{
		"97: not from 10.99.0.0/16 prohibit", "98: from all to 10.0.0.1 blackhole", "99: from 10.0.0.1 tos 0x10 fwmark 0x2 oif eth0 lookup 77",
		"100: from 10.0.0.0/8 to 10.2.0.0/16 fwmark 0x1/0xff iif eth0 lookup 1000", "101: not from fd00::/8 lookup 1001",
	}
	if d := cmp.Diff(want, ipshow.RuleLines(ns)); d != "" {
		t.Errorf("rules (-want +got)\n%s", d)
	}
	want = []string{
		"10.0.0.4 dev eth0 lladdr 02:00:00:00:00:04 STALE", "10.0.0.2 dev eth0 lladdr 02:00:00:00:00:02 PERMANENT",
		"10.0.0.7 dev eth0 lladdr 02:00:00:00:00:07 extern_learn PERMANENT", "10.0.0.3 dev eth0 lladdr 02:00:00:00:00:03 REACHABLE",
		"10.0.0.5 dev eth0 FAILED", "fd00::2 dev eth0 lladdr 02:00:00:00:00:02 router PERMANENT", "10.0.0.9 dev eth0 proxy", "fd00::77 dev eth0 proxy",
	}
	if d := cmp.Diff(want, ipshow.NeighbourLines(ns)); d != "" {
		t.Errorf("neighbours (-want +got)\n%s", d)
	}
}

// A rule is shown if it differs in any part from those of a new namespace.
func TestRuleLinesOfChangedRules(t *testing.T) {
	ns := &dump.Namespace{Rules: []dump.Rule{
		{Family: 2, Table: 255, Action: 1},
		{Family: 2, Priority: 32766, Table: 254, Action: 1},
		{Family: 2, Priority: 32767, Table: 253, Action: 1},
		{Family: 2, Priority: 32766, Table: 253, Action: 1},
		{Family: 2, Priority: 5, Table: 254, Action: 1},
		{Family: 2, Priority: 32766, Table: 254, Action: 7},
		{Family: 2, Priority: 32766, Table: 254, Action: 1, Mark: 1, Mask: 0xffffffff},
		{Family: 2, Priority: 32766, Table: 254, Action: 1, Mask: 0xff},
		{Family: 2, Priority: 32766, Table: 254, Action: 1, Not: true},
		{Family: 2, Priority: 32766, Table: 254, Action: 1, Out: "lo"},
		{Family: 2, Priority: 32766, Table: 254, Action: 1, To: prefix("10.0.0.0/8")},
	}}
	want := []string{
		"32766: from all lookup default", "5: from all lookup main", "32766: from all unreachable", "32766: from all fwmark 0x1 lookup main",
		"32766: from all fwmark 0/0xff lookup main",
		"32766: not from all lookup main", "32766: from all oif lo lookup main", "32766: from all to 10.0.0.0/8 lookup main",
	}
	if d := cmp.Diff(want, ipshow.RuleLines(ns)); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// Attributes that the recorded namespace does not have, in the words of iproute2.
func TestShowRest(t *testing.T) {
	ns := &dump.Namespace{
		Links: []dump.Link{
			{
				Index: 2, Name: "a", Kind: "veth", Type: 32, Flags: 0x7ffff, OperState: "up", Parent: 5, ParentNetns: new(int32(3)),
				Broadcast: lladdr("ff"), ParentBus: "pci", ParentDevice: "0000:00:03.0", AddrGenMode: 3, Master: 3, Alias: "x",
				Stats: &dump.Stats{RxBytes: 12345678901, RxPackets: 1, RxErrors: 2, RxDropped: 3, RxMissed: 4, Multicast: 5, TxBytes: 6, TxPackets: 7, TxErrors: 8, TxDropped: 9, TxCarrier: 10, Collision: 11},
			},
			{Index: 3, Name: "b", Kind: "bridge", Type: 4, Flags: 0x11, Parent: 4, OperState: "down", AddrGenMode: -1, Info: dump.Bridge{STP: true, VLANFiltering: true}},
			{Index: 4, Name: "c", Kind: "veth", Type: 1, Flags: 0x1, Port: &dump.Port{State: 4, RootBlock: true, Learning: true}, AddrGenMode: 2},
		},
		Addresses: []dump.Address{{Index: 2, Prefix: prefix("fd00::1/64"), Scope: 200, Flags: 0xfff &^ 0x80, Valid: 1}, {Index: 2, Prefix: prefix("10.0.0.1/8"), Scope: 7, Flags: 0xc8c}},
		Routes: []dump.Route{
			{To: prefix("10.0.0.0/8"), Index: 2, Type: 3, Table: 254, Protocol: 186, Scope: 255, Flags: 0x3f, Expires: 9},
			{To: prefix("10.0.0.0/9"), Index: 2, Type: 1, Table: 254, Protocol: 0, Scope: 200, Flags: 0x200},
			{To: prefix("fd00::/8"), Index: 2, Type: 8, Table: 254, Protocol: 9, Pref: 3},
		},
		Neighbours: []dump.Neighbour{{Index: 2, To: addr("10.0.0.9"), State: 1 | 8 | 16}},
	}
	for line, want := range map[string]string{
		"link show a": "2: a@if5: <LOOPBACK,BROADCAST,POINTOPOINT,MULTICAST,NOARP,ALLMULTI,PROMISC,MASTER,SLAVE,DEBUG,DYNAMIC,AUTOMEDIA,PORTSEL,NOTRAILERS,UP,LOWER_UP,DORMANT,ECHO> mtu 0 master b state UP mode DEFAULT group default \n" +
			"    link/infiniband  peer ff link-netnsid 3\n    alias x\n",
		"-s -o link show a": "2: a@if5: <LOOPBACK,BROADCAST,POINTOPOINT,MULTICAST,NOARP,ALLMULTI,PROMISC,MASTER,SLAVE,DEBUG,DYNAMIC,AUTOMEDIA,PORTSEL,NOTRAILERS,UP,LOWER_UP,DORMANT,ECHO> mtu 0 master b state UP mode DEFAULT group default \\" +
			"    link/infiniband  peer ff link-netnsid 3\\    alias x" +
			"\\    RX:   bytes packets errors dropped  missed   mcast           \\    12345678901       1      2       3       4       5 " +
			"\\    TX:   bytes packets errors dropped carrier collsns           \\              6       7      8       9      10      11 \n",
		"-d link show b": "3: b@c: <NO-CARRIER,POINTOPOINT,UP> mtu 0 state DOWN mode DEFAULT group default \n    link/4  promiscuity 0 minmtu 0 maxmtu 0 \n" +
			"    bridge forward_delay 0 hello_time 0 max_age 0 ageing_time 0 stp_state 1 priority 0 vlan_filtering 1 bridge_id  \n",
		"-d -o addr show c": "",
		"-d -o link show c": `4: c: <NO-CARRIER,UP> mtu 0 state  mode DEFAULT group default \    link/ether  promiscuity 0 minmtu 0 maxmtu 0 \    veth \    bridge_slave state blocking priority 0 cost 0 hairpin off guard off root_block on learning on flood off port_no 0 isolated off addrgenmode stable_secret ` + "\n",
		"-4 addr show a":    "2: a@if5: <LOOPBACK,BROADCAST,POINTOPOINT,MULTICAST,NOARP,ALLMULTI,PROMISC,MASTER,SLAVE,DEBUG,DYNAMIC,AUTOMEDIA,PORTSEL,NOTRAILERS,UP,LOWER_UP,DORMANT,ECHO> mtu 0 master b state UP group default  link-netnsid 3\n    inet 10.0.0.1/8 scope 7 optimistic dadfailed autojoin stable-privacy \n       valid_lft 0sec preferred_lft 0sec\n",
		"-o -6 addr":        `2: a    inet6 fd00::1/64 scope site temporary nodad optimistic dadfailed home deprecated tentative dynamic mngtmpaddr noprefixroute autojoin stable-privacy \       valid_lft 1sec preferred_lft 0sec` + "\n",
		"route":             "broadcast 10.0.0.0/8 dev a proto bgp scope nowhere dead onlink pervasive offload linkdown unresolved expires 9sec \n",
		"-6 route":          "prohibit fd00::/8 dev a proto ra metric 0 pref low\n",
		"neigh":             "10.0.0.9 dev a INCOMPLETE,DELAY,PROBE \n",
	} {
		got, err := ipshow.Show(ns, strings.Fields(line)...)
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("ip %s: %v (-want +got)\n%s", line, err, d)
		}
	}
}

// RTPROT_*, of iproute2's /etc/iproute2/rt_protos.
func TestRouteProtocols(t *testing.T) {
	for number, want := range map[uint8]string{
		0: "unspec", 1: "redirect", 2: "kernel", 4: "static", 8: "gated", 9: "ra", 10: "mrt", 11: "zebra", 12: "bird", 13: "dnrouted",
		14: "xorp", 15: "ntk", 16: "dhcp", 18: "keepalived", 42: "babel", 99: "openr",
		77: "77", 186: "bgp", 187: "isis", 188: "ospf", 189: "rip", 192: "eigrp",
	} {
		ns := &dump.Namespace{Routes: []dump.Route{{To: prefix("10.0.0.0/8"), Type: 1, Table: 254, Protocol: number}}}
		if got := strings.Join(ipshow.RouteLines(ns), "\n"); got != "10.0.0.0/8 proto "+want {
			t.Errorf("protocol %d: %s, want %s", number, got, want)
		}
	}
}

package iproute2

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

var compareOps = cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{})

func at(namespace, link string) state.Endpoint {
	return state.Endpoint{Namespace: namespace, Link: link}
}

func TestPrint(t *testing.T) {
	mac1, mac2 := topo.MAC{2, 0, 0, 0, 0, 1}, topo.MAC{2, 0, 0, 0, 0, 2}
	v4, v6 := netip.MustParsePrefix("172.18.0.2/24"), netip.MustParsePrefix("fd00::1/64")
	for _, c := range []struct {
		op   plan.Op
		want string
	}{
		{plan.AddNamespace{Name: "ns1"}, "ip netns add ns1"},
		{plan.DelNamespace{Name: "ns1"}, "ip netns del ns1"},
		{
			plan.AddVeth{Ends: [2]plan.VethEnd{{Link: at("ns1", "veth0"), Index: 100, MAC: mac1, MTU: 1400}, {Link: at("ns2", "veth1"), Index: 101, MAC: mac2}}},
			"ip -n ns1 link add veth0 index 100 address 02:00:00:00:00:01 mtu 1400 type veth peer name veth1 index 101 address 02:00:00:00:00:02 netns ns2",
		},
		{
			plan.AddVeth{Ends: [2]plan.VethEnd{{Link: at("", "vl0")}, {Link: at("ns2", "veth1")}}},
			"ip link add vl0 type veth peer name veth1 netns ns2",
		},
		{plan.AddLink{Link: at("sw", "br0"), Kind: state.Bridge{}}, "ip -n sw link add br0 type bridge stp_state 0 forward_delay 0"},
		{plan.SetKind{Link: at("sw", "br0"), Change: state.BridgeChange{STP: new(true), ForwardDelay: new(400)}}, "ip -n sw link set br0 type bridge stp_state 1 forward_delay 400"},
		{plan.SetLink{Link: at("ns1", "lo"), Alias: new("vethlab:x y/ns1")}, "ip -n ns1 link set lo alias 'vethlab:x y/ns1'"},
		{plan.SetLink{Link: at("sw", "eth0"), Master: new("br0"), AutoLinkLocal: new(false)}, "ip -n sw link set eth0 master br0 addrgenmode none"},
		{plan.SetLink{Link: at("sw", "eth0"), Master: new(""), MAC: mac1, MTU: 9000, Up: new(true)}, "ip -n sw link set eth0 address 02:00:00:00:00:01 mtu 9000 nomaster up"},
		{plan.SetLink{Link: at("", "eth0"), Alias: new("")}, "ip link set eth0 alias ''"},
		{plan.SetLink{Link: at("", "eth0"), Alias: new("it's"), MTU: 1, AutoLinkLocal: new(true), Up: new(false)}, `ip link set eth0 alias 'it'\''s' mtu 1 addrgenmode eui64 down`},
		{plan.SetLink{Link: at("ns1", "a"), Up: new(true)}, "ip -n ns1 link set dev a up"},
		{plan.SetLink{Link: at("ns1", "up"), Master: new("up")}, "ip -n ns1 link set dev up master up"},
		{plan.SetKind{Link: at("sw", "br0"), Change: state.BridgeChange{STP: new(true)}}, "ip -n sw link set br0 type bridge stp_state 1"},
		{plan.MoveLink{Link: at("", "veth0"), To: at("ns1", "veth0")}, "ip link set veth0 netns ns1"},
		{plan.MoveLink{Link: at("", "v1"), To: at("ns1", "eth0")}, "ip link set v1 name eth0 netns ns1"},
		{plan.MoveLink{Link: at("ns1", "eth0"), To: at("", "eth0")}, "ip -n ns1 link set eth0 netns 1"},
		{plan.MoveLink{Link: at("ns1", "eth0"), To: at("ns1", "wan")}, "ip -n ns1 link set eth0 name wan"},
		{plan.FlushAddresses{Link: at("ns1", "eth0")}, "ip -n ns1 addr flush dev eth0"},
		{plan.FlushAddresses{Link: at("", "eth0"), Family: plan.IPv6Only}, "ip -6 addr flush dev eth0"},
		{plan.AddAddress{Link: at("ns1", "veth0"), Address: v4, Replace: true}, "ip -n ns1 addr replace 172.18.0.2/24 dev veth0"},
		{plan.AddVeth{Ends: [2]plan.VethEnd{{Link: at("", "")}, {Link: at("", "")}}}, "ip link add type veth"},
		{plan.AddVeth{Ends: [2]plan.VethEnd{{Link: at("", "vx")}, {Link: at("ns1", "")}}}, "ip link add vx type veth peer netns ns1"},
		{plan.AddRoute{Namespace: "ns1", Route: state.Route{To: netip.MustParsePrefix("0.0.0.0/0"), Via: netip.MustParseAddr("10.0.0.1")}}, "ip -n ns1 route add default via 10.0.0.1"},
		{plan.SetKind{Link: at("sw", "br"), Change: state.BridgeChange{STP: new(false), ForwardDelay: new(0)}}, "ip -n sw link set dev br type bridge stp_state 0 forward_delay 0"},
		{plan.AddLink{Link: at("sw", "type"), MTU: 1400, Index: 7, Kind: state.Bridge{}}, "ip -n sw link add name type index 7 mtu 1400 type bridge stp_state 0 forward_delay 0"},
		{
			plan.AddVeth{Ends: [2]plan.VethEnd{{Link: at("ns1", "a")}, {Link: at("ns1", "b"), MTU: 1300}}},
			"ip -n ns1 link add name a type veth peer name b mtu 1300",
		},
		{plan.DelLink{Link: at("ns1", "veth0")}, "ip -n ns1 link del veth0"},
		{plan.DelLink{Link: at("", "d")}, "ip link del dev d"},
		{plan.AddAddress{Link: at("ns1", "veth0"), Address: v4}, "ip -n ns1 addr add 172.18.0.2/24 dev veth0"},
		{plan.AddAddress{Link: at("ns1", "veth0"), Address: v6}, "ip -n ns1 addr add fd00::1/64 dev veth0 nodad"},
		{plan.DelAddress{Link: at("ns1", "veth0"), Address: v6}, "ip -n ns1 addr del fd00::1/64 dev veth0"},
		{plan.PromoteSecondaries{Link: at("ns1", "eth0.7")}, "ip netns exec ns1 sysctl -q -w net.ipv4.conf.eth0/7.promote_secondaries=1"},
		{plan.AddRoute{Namespace: "ns1", Route: state.Route{To: netip.MustParsePrefix("0.0.0.0/0"), Via: netip.MustParseAddr("172.18.0.1"), Dev: "veth0"}}, "ip -n ns1 route add default via 172.18.0.1 dev veth0"},
		{plan.AddRoute{Namespace: "ns1", Route: state.Route{To: netip.MustParsePrefix("::/0"), Via: netip.MustParseAddr("fd00::9"), Dev: "veth0", Metric: 7}, Replace: true}, "ip -n ns1 route replace ::/0 via fd00::9 dev veth0 metric 7"},
		{plan.DelRoute{Namespace: "ns1", Route: state.Route{To: netip.MustParsePrefix("10.0.0.0/8"), Dev: "veth0"}}, "ip -n ns1 route del 10.0.0.0/8 dev veth0"},
		{plan.AddRoute{Namespace: "", Route: state.Route{To: netip.MustParsePrefix("0.0.0.0/0"), Via: netip.MustParseAddr("fe80::1"), Dev: "v", Metric: 1<<32 - 1}}, "ip route add default via inet6 fe80::1 dev v metric 4294967295"},
		{plan.DelRoute{Namespace: "ns1", Route: state.Route{To: netip.MustParsePrefix("10.0.0.0/8")}}, "ip -n ns1 route del 10.0.0.0/8"},
		{plan.SetSysctl{Key: "net.core.somaxconn", Value: ""}, "sysctl -q -w net.core.somaxconn="},
		{plan.SetSysctl{Namespace: "r", Key: "net.ipv4.ip_forward", Value: "1"}, "ip netns exec r sysctl -q -w net.ipv4.ip_forward=1"},
		{plan.SetSysctl{Namespace: "r", Key: "net.ipv4.ping_group_range", Value: "0 5"}, "ip netns exec r sysctl -q -w 'net.ipv4.ping_group_range=0 5'"},
	} {
		if got := Print(c.op); got != c.want {
			t.Errorf("Print(%#v)\n got %s\nwant %s", c.op, got, c.want)
		}
		if got, err := Parse(c.want); err != nil || !cmp.Equal(got, plan.Plan{c.op}, compareOps) {
			t.Errorf("Parse(%s) = %#v, %v", c.want, got, err)
		}
	}
}

func TestParseOtherSpellings(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"sudo ip netns a ns1  # the first", "ip netns add ns1"},
		{"ip netns exec ns1 ip a a 10.0.0.1/8 dev eth0", "ip -n ns1 addr add 10.0.0.1/8 dev eth0"},
		{"ip -netns ns1 address add dev eth0 10.0.0.1 brd +", "ip -n ns1 addr add 10.0.0.1/32 dev eth0"},
		{"ip -n ns1 l s dev eth0 up", "ip -n ns1 link set eth0 up"},
		{"ip -n 'a b' link set eth0 mtu 1400 down", "ip -n 'a b' link set eth0 mtu 1400 down"},
		{"ip link add name v0 netns ns1 type veth peer v1 netns ns2", "ip -n ns1 link add v0 type veth peer name v1 netns ns2"},
		{"ip -6 -n ns1 r add default via fe80::1 dev eth0", "ip -n ns1 route add ::/0 via fe80::1 dev eth0"},
		{"ip netns exec ns1 sysctl -w net.ipv4.ip_forward = 1", "ip netns exec ns1 sysctl -q -w net.ipv4.ip_forward=1"},
		{"ip link set up dev eth0", "ip link set eth0 up"},
		{"ip link set mtu 1400 eth0 addr 02:00:00:00:00:01", "ip link set eth0 address 02:00:00:00:00:01 mtu 1400"},
		{"ip l d dev eth0", "ip link del eth0"},
		{"ip link add mtu 1400 name v0 type veth peer index 7 v1", "ip link add v0 mtu 1400 type veth peer name v1 index 7"},
		{"ip -n ns1 link add v0 netns ns2 type veth peer v1", "ip -n ns2 link add v0 type veth peer name v1 netns ns1"},
		{"ip link add v0 netns ns2 type veth peer v1", "ip link add v1 type veth peer name v0 netns ns2"},
		{"ip -6 route add default dev eth0", "ip route add ::/0 dev eth0"},
		{"ip r rep dev eth0 to 10.0.0.7/8 preference 3 proto static", "ip route replace 10.0.0.0/8 dev eth0 metric 3"},
		{"ip addr add local 10.0.0.1/8 broadcast 10.255.255.255 dev eth0", "ip addr add 10.0.0.1/8 dev eth0"},
		{"ip net e ns1 ip -n ns2 li del x0", "ip -n ns2 link del x0"},
		{`sysctl net/ipv4/conf/eth0.1/promote_secondaries=1`, "sysctl -q -w net.ipv4.conf.eth0/1.promote_secondaries=1"},
		{`sysctl -w net.ipv4.conf.eth0.1.promote_secondaries=1`, "sysctl -q -w net.ipv4.conf.eth0/1.promote_secondaries=1"},
		{`sysctl -w net.ipv4.ping_group_range = 0 5`, "sysctl -q -w 'net.ipv4.ping_group_range=0 5'"},
		{"ip link set \"a b\\\"\" \\\n  up", `ip link set 'a b"' up`},
		{"ip link add br9 type bridge", "ip link add br9 type bridge stp_state 0 forward_delay 1500"},
		{"ip link add br9 up type bridge vlan_filtering 0", "ip link add br9 type bridge stp_state 0 forward_delay 1500; ip link set br9 up"},
		{"ip l a v0 master br0 type veth peer v1 netns x", "ip link add v0 type veth peer name v1 netns x; ip link set v0 master br0"},
		{"ip link add type veth", "ip link add type veth"},
		{"ip -n a link add v0 type veth peer name v1 netns 1", "ip link add v1 type veth peer name v0 netns a"},
		{"ip link set veth0 netns ns1 up", "ip link set veth0 netns ns1; ip -n ns1 link set veth0 up"},
		{"ip link set dev veth0 up netns ns1 name eth0 mtu 1400", "ip link set veth0 name eth0 netns ns1; ip -n ns1 link set eth0 mtu 1400 up"},
		{"ip -n ns1 link set eth0 netns 1", "ip -n ns1 link set eth0 netns 1"},
		{"ip link set br0 up type bridge stp_state 1", "ip link set br0 type bridge stp_state 1; ip link set br0 up"},
		{"ip link delete veth0 type veth", "ip link del veth0"},
		{"ip -4 addr flush eth0", "ip -4 addr flush dev eth0"},
		{"ip -f inet6 a f dev eth0", "ip -6 addr flush dev eth0"},
		{"ip a r 10.0.0.1/8 dev eth0 scope global label eth0:1 valid_lft forever", "ip addr replace 10.0.0.1/8 dev eth0"},
		{"ip a chg 10.0.0.1/8 dev eth0", "ip addr replace 10.0.0.1/8 dev eth0"},
		{"ip r a default via 10.0.0.1", "ip route add default via 10.0.0.1"},
		{"ip ro c 10.0.0.0/8 dev eth0 scope link table main", "ip route replace 10.0.0.0/8 dev eth0"},
		{"ip r d all", "ip route del default"},
		{"ip route flush cache", ""},
		{"sudo -n -u root /sbin/ip l set lo up", "ip link set lo up"},
		{"env LANG=C /usr/sbin/ip net add x", "ip netns add x"},
		{"ip -br -c link set lo up", "ip link set lo up"},
		{"sysctl -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1", "sysctl -q -w net.ipv4.ip_forward=1; sysctl -q -w net.ipv6.conf.all.forwarding=1"},
		{"ip netns exec sw brctl addbr br0", "ip -n sw link add br0 type bridge stp_state 0 forward_delay 1500"},
		{"brctl addif br0 a1 a2", "ip link set a1 master br0; ip link set a2 master br0"},
		{"brctl delif br0 a1", "ip link set a1 nomaster"},
		{"brctl stp br0 on", "ip link set br0 type bridge stp_state 1"},
		{"brctl setfd br0 0.5", "ip link set br0 type bridge forward_delay 50"},
		{"brctl delbr br0", "ip link del br0"},
		{"brctl stp br0 no", "ip link set br0 type bridge stp_state 0"},
		{"brctl stp br0 1", "ip link set br0 type bridge stp_state 1"},
		{"brctl setfd br0 1000", "ip link set br0 type bridge forward_delay 100000"},
		{"brctl setfd br0 0", "ip link set br0 type bridge forward_delay 0"},
		{"ip n a 10.0.0.1 lladdr 02:00:00:00:00:01 dev x nud permanent protocol static", "ip neigh add 10.0.0.1 lladdr 02:00:00:00:00:01 dev x"},
		{"ip neighbor chg to 10.0.0.1 lladdr 02:00:00:00:00:01 dev x", "ip neigh replace 10.0.0.1 lladdr 02:00:00:00:00:01 dev x"},
		{"ip n d 10.0.0.1 dev x", "ip neigh del 10.0.0.1 dev x"},
		{"ip -family inet a f x", "ip -4 addr flush dev x"},
		{"nft -a list ruleset", ""},
		{"sudo -g x A_1=b ip link set lo up", "ip link set lo up"},
		{"sysctl -e net.ipv4.conf.all.promote_secondaries=1", "sysctl -q -w net.ipv4.conf.all.promote_secondaries=1"},
		{"sysctl -e net.ipv4.conf.lo.promote_secondaries=0", "sysctl -q -w net.ipv4.conf.lo.promote_secondaries=0"},
		{"ip link add x0 up type dummy", "ip link add x0 type dummy; ip link set x0 up"},
		{"ip -det -st -ne ns1 l set lo up", "ip -n ns1 link set lo up"},
		{"ip -l 5 --net ns1 -fam inet6 a f eth0", "ip -n ns1 -6 addr flush dev eth0"},
		{"ip r a 10/8 via 10.1", "ip route add 10.0.0.0/8 via 10.1.0.0"},
		{"ip link set eth0 multicast on arp on promisc off", ""},
	} {
		p, err := Parse(c.line)
		if err != nil {
			t.Errorf("Parse(%s): %v", c.line, err)
			continue
		}
		if got := printAll(p); got != c.want {
			t.Errorf("Parse(%s)\n got %s\nwant %s", c.line, got, c.want)
		}
	}
}

// printAll writes commands as one line.
func printAll(p plan.Plan) string {
	var lines []string
	for _, op := range p {
		lines = append(lines, Print(op))
	}
	return strings.Join(lines, "; ")
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"", "the command ends where ip, sysctl, brctl, nft or iptables should be"},
		{"ifconfig eth0", `word 1, "ifconfig": expected ip, sysctl`},
		{"ip -n ns1 link set eth0 mtu big", `word 8, "big": expected an MTU in bytes`},
		{"ip -n ns1 addr add 10.0.0.300/8 dev eth0", `word 6, "10.0.0.300/8": expected an address`},
		{"ip netns add a b", `word 5, "b": expected the end`},
		{"ip link add x type gtp", `"gtp": links of kind gtp are not supported`},
		{"ip netns add 'a", "unclosed quote"},
		{"ip netns add a; ip netns add b", `";" is shell syntax`},
		{`ip netns add "$NS"`, `"$" is shell syntax`},
		{"ip lnik set eth0 up", `word 2, "lnik": expected address, route, neighbor, neighbour, link or netns; did you mean "link"?`},
		{"ip link set eth0 mut 1400", `did you mean "mtu"?`},
		{"ip link set eth0 mtu 1 mtu 2", `word 7, "mtu": given twice`},
		{"ip link set eth0", "the command ends where alias, address"},
		{"ip link set up mtu 1400", "the name of a link"},
		{"ip -n '' link set eth0 up", "the name of a namespace"},
		{"ip route add 10.0.0.0/8 via fe80::1 dev eth0", "of different families"},
		{"ip route add default via inet fe80::1 dev eth0", `"fe80::1" is not an address of inet`},
		{"ip route add dev eth0", "the command ends where a destination should be"},
		{"ip route add 10.0.0.0/8 devv eth0", `did you mean "dev"?`},
		{"ip addr add 10.0.0.1/8", "the command ends where dev LINK should be"},
		{"sysctl -w net.ipv4.ip_forward", `word 3, "net.ipv4.ip_forward" is not key=value`},
		{"sysctl -p", `word 2, "-p": settings in a file are not supported`},
		{"ip -x link set eth0 up", `word 2, "-x": unknown option of ip`},
		{"ip link add x type brigde", `did you mean "bridge"?`},
		{"ip route add 10.0.0.0/8", "the command ends where via ADDRESS or dev LINK should be"},
		{"ip link set br0 type bridge", "the command ends where stp_state or forward_delay should be"},
		{"brctl", "the command ends where addbr, delbr, addif, delif, stp or setfd should be"},
		{"brctl addbr", "the command ends where the name of a bridge should be"},
		{"brctl addif br0", "the command ends where the name of a link should be"},
		{"brctl stp br0 maybe", `word 4, "maybe": expected on or off`},
		{"brctl setfd br0 soon", `word 4, "soon": expected a number of seconds`},
		{"brctl setfd br0 -1", `word 4, "-1": expected a number of seconds`},
		{"brctl setfd br0 1001", `word 4, "1001": expected a number of seconds`},
		{"ip link frob x", `word 3, "frob": expected add, set, change, delete or property`},
		{"ip link add x", "the command ends where type should be"},
		{"ip link set x master", "the command ends where the name of a bridge should be"},
		{"ip link set x alias", "the command ends where an alias should be"},
		{"ip link set x type veth", `word 6, "veth": expected bridge`},
		{"ip link set br0 type bridge stp_state 2", `word 8, "2": expected 1 or 0`},
		{"ip link set br0 type bridge forward_delay x", `word 8, "x": expected hundredths of a second, 0 to 2147483647`},
		{"ip link set x mtu 2147483648", `word 6, "2147483648": expected an MTU in bytes, 0 to 2147483647`},
		{"ip neigh add dev x lladdr 02:00:00:00:00:01", "the command ends where an address should be"},
		{"ip neigh add 10.0.0.1 10.0.0.2 dev x", `word 5, "10.0.0.2": expected lladdr`},
		{"ip neigh add 10.0.0.1 lladdr 02:00:00:00:00:01", "the command ends where dev LINK should be"},
		{"ip neigh add 10.0.0.1 dev x", "the command ends where lladdr MAC should be"},
		{"ip neigh add 10.0.0.1 dev x lladdr 00:00:00:00:00:00", `word 8, "00:00:00:00:00:00": expected a MAC address`},
		{"ip -f ipx addr flush dev x", `word 3, "ipx": expected inet or inet6`},
		{"ip addr flush", "the command ends where dev LINK should be"},
		{"nft -f rules", "use vethlab nft -f"},
		{"nft --frob x", `word 2, "--frob": expected add, insert, delete or flush`},
		{"nft add rule ip nat post ip sadr 1.2.3.4 oifname ab accept", `at "sadr 1.2.3.4 oifname ab accept": `},
		{"nft add rule ip nat post ip sadr 1.2.3.4 oifname abc accept", `at "sadr 1.2.3.4 oifname abc accep…": `},
		{"sysctl -x", `word 2, "-x": expected -q, -w or key=value`},
		{"sysctl", "the command ends where key=value should be"},
		{"=x ip link set lo up", `word 1, "=x": expected ip, sysctl`},
	} {
		if _, err := Parse(c.line); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Parse(%s): %v, want %s", c.line, err, c.want)
		}
	}
}

// Valid commands without an Op are unsupported, not invalid.
func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"ip link add link eth0 name eth0.5 type vlan id 5", "links of kind vlan are not supported"},
		{"ip link add link eth0 br0 type bridge", "links of kind bridge have no lower device"},
		{"ip link add link eth0 type veth", "links of kind veth have no lower device"},
		{"ip link add a type veth peer name b link eth0", "links of kind veth have no lower device"},
		{"ip link add x type vxlan id 5", "links of kind vxlan are not supported"},
		{"ip link add x txqueuelen 5 type veth", "settings of queues are not supported"},
		{"ip link set eth0 promisc on", "promiscuous mode"},
		{"ip link set eth0 type bridge_slave cost 5", "settings of a bridge's port"},
		{"ip link add br0 type bridge vlan_filtering 1", "filtering VLANs"},
		{"ip neigh add 10.0.0.1 lladdr 02:00:00:00:00:01 dev x nud stale", "only permanent entries"},
		{"ip neigh add proxy 10.0.0.1 dev x", "a proxy entry"},
		{"ip ru add from 10.0.0.0/8 table 5", "ip rule is not supported"},
		{"ip route add 10.0.0.0/8 dev x table 5", "tables other than main"},
		{"ip route add 10.0.0.0/8 dev x src 10.0.0.1", "a route with a source address"},
		{"ip route add blackhole 10.0.0.0/8", "a route that drops packets"},
		{"ip route append 10.0.0.0/8 dev x", "a second route to a destination"},
		{"ip route flush table main", "ip route flush"},
		{"ip addr add 10.0.0.1 peer 10.0.0.2 dev x", "a point-to-point address"},
		{"ip addr flush dev x scope link", "only all addresses"},
		{"ip route add any via 10.0.0.1", "short for anycast"},
		{"ip netns attach x 5", "ip netns attach is not supported"},
		{"ip -all netns delete", "-batch, -all and -force"},
		{"bridge vlan add vid 5 dev x", "bridge(8) is not supported"},
		{"brctl hairpin br0 x on", "brctl hairpin is not supported"},
		{"sysctl -p", "settings in a file"},
		{"ip link del group 5", "groups of links"},
	} {
		_, err := Parse(c.line)
		if unsupported := (*UnsupportedError)(nil); !errors.As(err, &unsupported) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Parse(%s): %v, want %s", c.line, err, c.want)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		op := ops{t}.op()
		line := Print(op)
		got, err := Parse(line)
		if err != nil {
			t.Fatalf("Parse(%s): %v", line, err)
		}
		if d := cmp.Diff(plan.Plan{op}, got, compareOps); d != "" {
			t.Fatalf("%s (-printed +parsed)\n%s", line, d)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add("ip -n ns1 link add veth0 type veth peer name veth1 netns ns2")
	f.Add(`ip netns exec "a b" sysctl -w net.ipv4.ip_forward = 1`)
	f.Add("ip route add default via inet6 fe80::1 dev eth0 metric 3")
	f.Add("ip link set dev up mtu 1400 alias '' nomaster addrgenmode none up")
	f.Add("ip -n a link add br0 index 7 type bridge stp_state 1 forward_delay 400")
	f.Add("ip addr add fe80::1/64 dev eth0 nodad")
	f.Add("sudo -n /sbin/ip -br -ne ns1 l s x netns ns2 name eth0 up multicast on")
	f.Add("ip -6 a f dev x")
	f.Add("ip r a 10/8 via 10.1 proto static metric 3 table main")
	f.Add("brctl addif br0 a1 a2")
	f.Add("env A=b sysctl -w net.ipv4.ip_forward=1 net/ipv4/conf/eth0.1/promote_secondaries=1")
	f.Fuzz(func(t *testing.T, line string) {
		p, err := Parse(line)
		if err != nil {
			return
		}
		for _, op := range p {
			again, err := Parse(Print(op))
			if err != nil || !cmp.Equal(plan.Plan{op}, again, compareOps) {
				t.Errorf("%q has %#v; printed %s; parsed again %#v, %v", line, op, Print(op), again, err)
			}
		}
	})
}

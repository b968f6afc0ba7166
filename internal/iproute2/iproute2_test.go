package iproute2

import (
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
		{plan.AddBridge{Link: at("sw", "br0")}, "ip -n sw link add br0 type bridge stp_state 0 forward_delay 0"},
		{plan.SetBridge{Link: at("sw", "br0"), Bridge: state.Bridge{STP: true, ForwardDelay: 400}}, "ip -n sw link set br0 type bridge stp_state 1 forward_delay 400"},
		{plan.SetLink{Link: at("ns1", "lo"), Alias: new("vethlab:x y/ns1")}, "ip -n ns1 link set lo alias 'vethlab:x y/ns1'"},
		{plan.SetLink{Link: at("sw", "eth0"), Master: new("br0"), AutoLinkLocal: new(false)}, "ip -n sw link set eth0 master br0 addrgenmode none"},
		{plan.SetLink{Link: at("sw", "eth0"), Master: new(""), MAC: mac1, MTU: 9000, Up: new(true)}, "ip -n sw link set eth0 address 02:00:00:00:00:01 mtu 9000 nomaster up"},
		{plan.DelLink{Link: at("ns1", "veth0")}, "ip -n ns1 link del veth0"},
		{plan.AddAddress{Link: at("ns1", "veth0"), Address: v4}, "ip -n ns1 addr add 172.18.0.2/24 dev veth0"},
		{plan.AddAddress{Link: at("ns1", "veth0"), Address: v6}, "ip -n ns1 addr add fd00::1/64 dev veth0 nodad"},
		{plan.DelAddress{Link: at("ns1", "veth0"), Address: v6}, "ip -n ns1 addr del fd00::1/64 dev veth0"},
		{plan.PromoteSecondaries{Link: at("ns1", "eth0.7")}, "ip netns exec ns1 sysctl -q -w net.ipv4.conf.eth0/7.promote_secondaries=1"},
		{plan.AddRoute{Namespace: "ns1", Route: state.Route{To: netip.MustParsePrefix("0.0.0.0/0"), Via: netip.MustParseAddr("172.18.0.1"), Dev: "veth0"}}, "ip -n ns1 route add default via 172.18.0.1 dev veth0"},
		{plan.AddRoute{Namespace: "ns1", Route: state.Route{To: netip.MustParsePrefix("::/0"), Via: netip.MustParseAddr("fd00::9"), Dev: "veth0", Metric: 7}, Replace: true}, "ip -n ns1 route replace ::/0 via fd00::9 dev veth0 metric 7"},
		{plan.DelRoute{Namespace: "ns1", Route: state.Route{To: netip.MustParsePrefix("10.0.0.0/8"), Dev: "veth0"}}, "ip -n ns1 route del 10.0.0.0/8 dev veth0"},
		{plan.SetSysctl{Namespace: "r", Key: "net.ipv4.ip_forward", Value: "1"}, "ip netns exec r sysctl -q -w net.ipv4.ip_forward=1"},
		{plan.SetSysctl{Namespace: "r", Key: "net.ipv4.ping_group_range", Value: "0 5"}, "ip netns exec r sysctl -q -w 'net.ipv4.ping_group_range=0 5'"},
	} {
		if got := Print(c.op); got != c.want {
			t.Errorf("Print(%#v)\n got %s\nwant %s", c.op, got, c.want)
		}
		if got, err := Parse(c.want); err != nil || !cmp.Equal(got, c.op, compareOps) {
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
		{"ip link add br9 type bridge", "ip link add br9 type bridge stp_state 0 forward_delay 1500"},
	} {
		op, err := Parse(c.line)
		if err != nil {
			t.Errorf("Parse(%s): %v", c.line, err)
			continue
		}
		if got := Print(op); got != c.want {
			t.Errorf("Parse(%s)\n got %s\nwant %s", c.line, got, c.want)
		}
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"", "the command ends where ip or sysctl should be"},
		{"ifconfig eth0", `word 1, "ifconfig": expected ip or sysctl`},
		{"ip -n ns1 link set eth0 netns ns2", "moving a link is not supported"},
		{"ip -n ns1 link set eth0 mtu big", `word 8, "big": expected an MTU in bytes`},
		{"ip -n ns1 addr add 10.0.0.300/8 dev eth0", `word 6, "10.0.0.300/8": expected an address`},
		{"ip netns add a b", `word 5, "b": expected the end`},
		{"ip link add x type dummy", `"dummy": expected veth or bridge`},
		{"ip netns add 'a", "a quote is not closed"},
	} {
		if _, err := Parse(c.line); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Parse(%s): %v, want %s", c.line, err, c.want)
		}
	}
}

// anyOp draws an Op of any type, with names that need quoting too.
func anyOp(t *rapid.T) plan.Op {
	name := rapid.StringMatching(`[a-zA-Z0-9_.'"$ *-]{0,8}[a-z]`)
	ns := func() string { return name.Draw(t, "namespace") }
	link := func() state.Endpoint { return at(ns(), rapid.StringMatching(`[a-z][a-z0-9._-]{0,9}x`).Draw(t, "link")) }
	number := rapid.IntRange(1, 65535)
	mac := func() topo.MAC { return topo.MAC{2, byte(number.Draw(t, "mac")), 3, 4, 5, 6} }
	prefix := func() netip.Prefix {
		if rapid.Bool().Draw(t, "ipv6") {
			a := [16]byte{0: 0xfd, 15: byte(number.Draw(t, "host"))}
			return netip.PrefixFrom(netip.AddrFrom16(a), rapid.IntRange(1, 128).Draw(t, "bits"))
		}
		a := [4]byte{10, byte(number.Draw(t, "net")), 0, byte(number.Draw(t, "host"))}
		return netip.PrefixFrom(netip.AddrFrom4(a), rapid.IntRange(1, 32).Draw(t, "bits"))
	}
	route := func() state.Route {
		to := prefix().Masked()
		return state.Route{To: to, Via: to.Addr().Next(), Dev: link().Link, Metric: rapid.IntRange(0, 9).Draw(t, "metric")}
	}
	bridge := func() state.Bridge {
		return state.Bridge{STP: rapid.Bool().Draw(t, "stp"), ForwardDelay: number.Draw(t, "delay")}
	}
	end := func() plan.VethEnd { return plan.VethEnd{Link: link(), Index: number.Draw(t, "index"), MAC: mac()} }
	switch rapid.IntRange(0, 11).Draw(t, "op") {
	case 0:
		return plan.AddNamespace{Name: ns()}
	case 1:
		return plan.DelNamespace{Name: ns()}
	case 2:
		return plan.AddVeth{Ends: [2]plan.VethEnd{end(), end()}}
	case 3:
		return plan.AddBridge{Link: link(), MTU: number.Draw(t, "mtu"), Bridge: bridge()}
	case 4:
		return plan.SetBridge{Link: link(), Bridge: bridge()}
	case 5:
		return plan.SetLink{Link: link(), Alias: new(name.Draw(t, "alias")), MTU: number.Draw(t, "mtu"), Up: new(rapid.Bool().Draw(t, "up"))}
	case 6:
		return plan.DelLink{Link: link()}
	case 7:
		return plan.AddAddress{Link: link(), Address: prefix()}
	case 8:
		return plan.DelAddress{Link: link(), Address: prefix()}
	case 9:
		return plan.AddRoute{Namespace: ns(), Route: route(), Replace: rapid.Bool().Draw(t, "replace")}
	case 10:
		return plan.DelRoute{Namespace: ns(), Route: route()}
	}
	return plan.SetSysctl{Namespace: ns(), Key: "net.a." + name.Draw(t, "key"), Value: name.Draw(t, "value")}
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		op := anyOp(t)
		line := Print(op)
		got, err := Parse(line)
		if err != nil {
			t.Fatalf("Parse(%s): %v", line, err)
		}
		if d := cmp.Diff(op, got, compareOps); d != "" {
			t.Fatalf("%s (-printed +parsed)\n%s", line, d)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add("ip -n ns1 link add veth0 type veth peer name veth1 netns ns2")
	f.Add(`ip netns exec "a b" sysctl -w net.ipv4.ip_forward = 1`)
	f.Add("ip route add default via fe80::1 dev eth0 metric 3")
	f.Fuzz(func(t *testing.T, line string) {
		op, err := Parse(line)
		if err != nil {
			return
		}
		again, err := Parse(Print(op))
		if err != nil || !cmp.Equal(op, again, compareOps) {
			t.Errorf("%q is %#v; printed %s; parsed again %#v, %v", line, op, Print(op), again, err)
		}
	})
}

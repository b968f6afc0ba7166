package plantest

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/state"
)

// A Command is a shell command to run in a namespace.
type Command struct{ Namespace, Line string }

// ByHand draws a few commands that change a lab in ways that no Op does, and which a State
// need not hold. Not each of them succeeds on each kernel.
func ByHand(t *rapid.T, s *state.State) []Command {
	d := &damager{t: t, now: s}
	var list []Command
	for range rapid.IntRange(1, maxDamage).Draw(t, "commands") {
		e, l := d.link(made)
		if l == nil {
			break
		}
		line := strings.NewReplacer(
			"DEV", e.Link,
			"KEY", strings.ReplaceAll(e.Link, ".", "/"),
			"NEW", fmt.Sprintf("new%d", len(list)),
			"ADDR4", addressOf(l, false, "192.0.2.1/24"),
			"ADDR6", addressOf(l, true, "2001:db8::1/64"),
			"SUBNET4", subnetOf(l, false, "192.0.2.0/24"),
			"SUBNET6", subnetOf(l, true, "2001:db8::/64"),
			"IP4", strings.Split(addressOf(l, false, "192.0.2.1/24"), "/")[0],
			"VIA4", neighbourOf(l, false, "192.0.2.2"),
			"VIA6", neighbourOf(l, true, "fe80::2"),
			"TO", pick(t, "destination", destinations(s.Namespaces[e.Namespace])...),
		).Replace(pick(t, "command", byHand...))
		list = append(list, Command{e.Namespace, line})
	}
	return list
}

// addressOf returns an address of a link, with its prefix length, or an unused one.
func addressOf(l *state.Link, ipv6 bool, other string) string {
	if p := l.Addresses.First(ipv6); p.IsValid() {
		return p.String()
	}
	return other
}

// subnetOf returns that of an address of a link, or an unused one.
func subnetOf(l *state.Link, ipv6 bool, other string) string {
	if p := l.Addresses.First(ipv6); p.IsValid() {
		return p.Masked().String()
	}
	return other
}

// neighbourOf returns the address after one of a link's, or an unused one.
func neighbourOf(l *state.Link, ipv6 bool, other string) string {
	if p := l.Addresses.First(ipv6); p.IsValid() && p.Addr().Next().IsValid() {
		return p.Addr().Next().String()
	}
	return other
}

// destinations returns those of a namespace's IPv4 routes, and an unused one.
func destinations(ns *state.Namespace) []string {
	list := []string{"198.51.100.0/24"}
	for _, r := range ns.Routes {
		if r.To.Addr().Is4() {
			list = append(list, r.To.String())
		}
	}
	return list
}

// byHand are the commands that ByHand chooses from. DEV is a link and KEY its name in
// sysctls, ADDR4 an address of it, IP4 that without its length, SUBNET4 its subnet, VIA4 one
// next to it, TO a destination, and NEW the name of a new link.
var byHand = []string{
	// Routes that `ip route add` refuses, and those that are not of the main table.
	"ip route append TO via VIA4 dev DEV",
	"ip route append TO dev DEV",
	"ip route prepend TO via VIA4 dev DEV",
	"ip route append blackhole TO",
	"ip route append unreachable TO; ip route append prohibit TO",
	"ip route append TO via VIA4 dev DEV proto static mtu 1400",
	"ip route add TO tos 8 via VIA4 dev DEV",
	"ip route add throw TO metric 7",
	"ip route add 203.0.113.0/24 via inet6 fe80::1 dev DEV",
	"ip route append TO nexthop via VIA4 dev DEV nexthop via VIA4 dev DEV weight 3",
	"ip route replace TO nexthop via VIA4 dev DEV nexthop via VIA4 dev DEV weight 3",
	"ip nexthop add id 7 via VIA4 dev DEV && ip route append TO nhid 7",
	"ip route change TO dev DEV src IP4",
	"ip -6 route append default via VIA6 dev DEV",
	"ip -6 route append default dev DEV; ip -6 route append default via VIA6 dev DEV",
	"ip -6 route add blackhole 2001:db8:7::/48",
	"ip -6 route add 2001:db8:8::/48 dev DEV expires 100",
	"ip -6 route add 2001:db8:9::/48 nexthop via VIA6 dev DEV nexthop via fe80::3 dev DEV",
	"ip route add default dev DEV table 100; ip rule add from 10.0.0.0/8 lookup 100",
	"ip -6 rule add iif DEV prohibit",
	"ip route flush dev DEV proto boot",
	"ip -6 route flush dev DEV proto boot",
	// Routes that the kernel added with addresses, and others beside them.
	"ip route flush table main",
	"ip -6 route flush table main",
	"ip route flush table local",
	"ip route flush dev DEV; ip -6 route flush dev DEV",
	"ip route flush table main proto kernel; ip -6 route flush table main proto kernel",
	"ip route del SUBNET4 dev DEV",
	"ip -6 route del SUBNET6 dev DEV",
	"ip route del SUBNET4 dev DEV; ip route add SUBNET4 dev DEV",
	"ip route del local IP4 dev DEV table local",
	"ip route append SUBNET4 dev DEV proto static; ip route append blackhole SUBNET4",
	"ip route append unreachable SUBNET4; ip route prepend SUBNET4 dev DEV",
	"ip -6 route add SUBNET6 dev DEV; ip -6 route add blackhole SUBNET6",
	"ip addr del ADDR4 dev DEV; ip addr add ADDR4 dev DEV noprefixroute",
	"ip -6 addr change ADDR6 dev DEV noprefixroute",
	// Addresses.
	"ip addr add 192.0.2.50 peer 192.0.2.60 dev DEV",
	"ip addr add 192.0.2.50/24 broadcast + label DEV:1 dev DEV",
	"ip addr add IP4/32 dev DEV; ip addr add IP4/8 dev DEV",
	"ip addr add IP4/32 dev lo",
	"ip addr change ADDR4 dev DEV valid_lft 100 preferred_lft 50",
	"ip addr add ADDR4 dev DEV noprefixroute",
	"ip -6 addr change ADDR6 dev DEV preferred_lft 0",
	"ip -6 addr add 2001:db8:5::5/64 dev DEV",
	"ip addr del 127.0.0.1/8 dev lo; ip link set lo mtu 1000",
	"ip -6 token set ::7 dev DEV",
	// Flags and settings of links.
	"ip link set lo down",
	"ip link set DEV mtu 1000",
	"ip link set DEV mtu 1000; ip link set DEV mtu 1400",
	"ip link set DEV arp off; ip link set DEV multicast off",
	"ip link set DEV promisc on; ip link set DEV allmulticast on; ip link set DEV group 7 txqueuelen 1",
	"ip link set DEV down; ip link set DEV name NEW; ip link set NEW up",
	"ip link set DEV addrgenmode eui64; ip link set DEV down; ip link set DEV up",
	"ip link set DEV addrgenmode eui64; ip link set DEV down; ip link set DEV up; ip link set DEV addrgenmode none",
	"ip link del DEV",
	"ip link add link DEV name NEW type macvlan; ip link set NEW up",
	"ip link add NEW type vxlan id 7 dstport 4789 dev DEV; ip link set NEW up; ip route add 203.0.113.0/24 dev NEW",
	"ip link add NEW type bridge; ip link set DEV master NEW; ip link set NEW up",
	// Bridges and their ports.
	"bridge link set dev DEV learning off flood off",
	"bridge link set dev DEV isolated on; bridge link set dev DEV cost 7",
	"bridge link set dev DEV state 0",
	"bridge fdb add 02:00:00:00:00:98 dev DEV master static",
	"ip link set DEV type bridge ageing_time 0",
	"ip link set DEV type bridge vlan_filtering 1",
	"ip link set DEV type bridge stp_state 1 forward_delay 400",
	// Neighbours.
	"ip neigh replace VIA4 lladdr 02:00:00:00:00:01 dev DEV nud permanent",
	"ip neigh replace VIA4 lladdr 02:00:00:00:00:01 dev DEV nud noarp",
	"ip neigh replace VIA6 lladdr 02:00:00:00:00:01 dev DEV nud stale",
	"ip neigh add proxy VIA4 dev DEV",
	"ip neigh add VIA4 lladdr 02:00:00:00:00:01 dev lo nud permanent",
	// Queues and filters.
	"tc qdisc add dev DEV root tbf rate 1mbit burst 10k latency 1s",
	"tc qdisc add dev DEV clsact",
	"nft add table ip x; nft add chain ip x in '{ type filter hook input priority 0; policy drop; }'",
	// Sysctls.
	"echo 1 > /proc/sys/net/ipv6/conf/KEY/disable_ipv6",
	"echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6",
	"echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6; ip link del DEV",
	"echo 1 > /proc/sys/net/ipv6/conf/KEY/disable_ipv6; echo 0 > /proc/sys/net/ipv6/conf/KEY/disable_ipv6",
	"echo 0 > /proc/sys/net/ipv6/conf/KEY/addr_gen_mode",
	"echo 3 > /proc/sys/net/ipv6/conf/all/addr_gen_mode",
	"echo 1 > /proc/sys/net/ipv6/conf/default/addr_gen_mode; ip link del DEV",
	"echo 1 > /proc/sys/net/ipv4/conf/all/forwarding",
	"echo 0 > /proc/sys/net/ipv4/ip_forward",
	"echo 0 > /proc/sys/net/ipv6/conf/all/forwarding",
	"echo 1 > /proc/sys/net/ipv4/conf/KEY/forwarding; echo 1 > /proc/sys/net/ipv4/conf/KEY/rp_filter",
	"echo 0 > /proc/sys/net/ipv4/conf/KEY/promote_secondaries; echo 8 > /proc/sys/net/ipv4/conf/all/arp_ignore",
}

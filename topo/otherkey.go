package topo

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// An otherKey is what other tools write for something that a lab file says in another way.
type otherKey struct {
	in   string // the mapping, as the decoder calls it
	keys string // separated by spaces
	here string // the key of a lab file; "": none alone says the same
	hint string // what to write if here is ""
}

const (
	noImage      = "a node has the files and programs of this machine: vethlab exec NODE PROGRAM"
	noImpairment = "lab files can't slow links down: a link is as fast as the kernel"
	defaultRoute = `write routes: ["default via ADDRESS"] into the node`
	impairments  = "delay latency jitter loss rate bandwidth bw speed corrupt duplicate reorder impairment impairments"
)

var otherKeys = []otherKey{
	{in: "a lab", keys: "hosts machines devices", here: "nodes"},
	{in: "a lab", keys: "edges cables connections", here: "links"},
	{in: "a lab", keys: "checks", here: "tests"},
	{in: "a lab", keys: "lab title", here: "name"},
	{in: "a lab", keys: "topology", hint: "containerlab's files are read by vethlab import"},
	{in: "a lab", keys: "services", hint: "list namespaces under nodes: a lab has no containers"},
	{in: "a lab", keys: "networks bridges switches", hint: "list it under nodes with kind: switch"},
	{in: "a lab", keys: "routers", hint: "list it under nodes with kind: router"},
	{in: "a lab", keys: "routes", hint: "write routes into a node"},
	{in: "a lab", keys: "subnets pool", hint: "write addressing: {ipv4: PREFIX}, or subnet: PREFIX into a link or a switch"},

	{in: "a node", keys: "type role", here: "kind"},
	{in: "a node", keys: "ifaces ports", here: "interfaces"},
	{in: "a node", keys: "net network", here: "subnet"},
	{in: "a node", keys: "firewall nft", here: "nftables"},
	{in: "a node", keys: "image binds volumes env exec cmd command startup startup-config privileged", hint: noImage},
	{in: "a node", keys: "ip ipv4 ipv6 addr address addresses", hint: "write interfaces: {eth0: ADDRESS/LENGTH}"},
	{in: "a node", keys: "mac", hint: "write interfaces: {eth0: {mac: MAC}}"},
	{in: "a node", keys: "gateway gw default default_route", hint: defaultRoute},
	{in: "a node", keys: "links", hint: "write links beside nodes"},

	{in: "an interface", keys: "ip ips ipv4 ipv6 inet inet6 addr address", here: "addresses"},
	{in: "an interface", keys: "hwaddr lladdr ether mac_address mac-address macaddress", here: "mac"},
	{in: "an interface", keys: "gateway gw route routes", hint: defaultRoute},
	{in: "an interface", keys: "up state status", hint: "write down: true for an interface that is down"},

	{in: "an interface", keys: "veth", hint: "write links: [[a, b]] beside nodes: each makes a veth pair"},

	{in: "a macvlan", keys: "parent lower lower_device dev device master on", here: "link"},

	{in: "a link", keys: "ends nodes interfaces", here: "endpoints"},
	{in: "a link", keys: "prefix network cidr", here: "subnet"},
	{in: "a link", keys: impairments, hint: noImpairment},
	{in: "a link's settings", keys: "prefix network cidr", here: "subnet"},
	{in: "a link's settings", keys: impairments, hint: noImpairment},

	{in: "a route", keys: "dst dest destination prefix network", here: "to"},
	{in: "a route", keys: "gw gateway nexthop next-hop next_hop", here: "via"},
	{in: "a route", keys: "oif iface interface device", here: "dev"},
	{in: "a route", keys: "cost distance priority preference", here: "metric"},

	{in: "a test", keys: "src source client", here: "from"},
	{in: "a test", keys: "dst dest destination server target", here: "to"},
	{in: "a test", keys: "proto protocol url", here: "via"},
	{in: "a test", keys: "hops", here: "path"},
	{in: "a test", keys: "rtt latency", here: "within"},
	{in: "a test", keys: "bandwidth rate", here: "throughput"},
	{in: "a test", keys: "exec cmd command", here: "run"},
	{in: "a test", keys: "node nodes", here: "on"},
	{in: "a test", keys: "output", here: "stdout"},
	{in: "a test", keys: "status exit_code", here: "exit"},
	{in: "a test", keys: "packets", here: "count"},
	{in: "a test", keys: "wait retry", here: "retry_for"},
	{in: "a test", keys: "result", here: "expect"},
	{in: "a test", keys: "title", here: "name"},
	{in: "a test", keys: "tcp", hint: "write via: tcp/PORT"},
	{in: "a test", keys: "udp", hint: "write via: udp/PORT"},
	{in: "a test", keys: "port", hint: "write via: tcp/PORT or udp/PORT"},
	{in: "a test", keys: "http https", hint: "write via: http://:PORT/PATH"},
	{in: "a test", keys: "dns", hint: "write via: dns/NAME"},
	{in: "a test", keys: "ping icmp", hint: "leave it out: a test without via sends ICMP echo requests"},
	{in: "a test", keys: "unreachable blocked fail fails deny", hint: "write expect: unreachable"},
}

// missingKinds are kinds of links of ip-link(8) and the kernel that lab files do not have.
const missingKinds = "amt bareudp batadv bond can dsa erspan geneve gre gretap gtp hsr ifb ip6erspan ip6gre ip6gretap ip6tnl ipip ipoib " +
	"ipvlan ipvtap ipvti macsec macvtap netdevsim netkit nlmon ovpn pfcp sit tap team tun vcan vlan vrf vti vti6 vxcan vxlan wireguard wwan xfrm"

// unknownKey returns a hint for an unknown key of a mapping, and which of its known keys is
// meant, or "".
func unknownKey(key, mapping string, known []string) (hint, meant string) {
	for _, o := range otherKeys {
		if o.in != mapping || !slices.Contains(strings.Fields(o.keys), key) {
			continue
		}
		if o.here == "" {
			return o.hint, ""
		}
		return "write " + o.here, o.here
	}
	if mapping == "an interface" && slices.Contains(strings.Fields(missingKinds), key) {
		return "lab files have no links of kind " + key + " yet", ""
	}
	return oneOf(key, known), similar(key, known)
}

// portHint returns how to write a target that other tools write with a port, such as
// "b:80" and "tcp://b:80"; "" for other targets.
func portHint(target string) string {
	if u, err := url.Parse(target); err == nil && u.Host != "" {
		switch {
		case u.Scheme == "http":
			return "write via: " + target
		case (u.Scheme == "tcp" || u.Scheme == "udp") && u.Port() != "":
			return fmt.Sprintf("write to: %s, via: %s/%s", u.Hostname(), u.Scheme, u.Port())
		}
		return ""
	}
	node, port, _ := strings.Cut(target, ":")
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return ""
	}
	return fmt.Sprintf("write to: %s, via: tcp/%s or udp/%s", node, port, port)
}

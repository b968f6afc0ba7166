package feature

import (
	"github.com/vethlab/vethlab/internal/kernel"
)

// The placements of labs.
var (
	// Root is making labs in the host's namespaces.
	Root = &Feature{
		Name: "root", Use: "labs in the host's namespaces", Used: true,
		here: true, try: tryRoot,
	}

	// Rootless is making labs in sandboxes.
	Rootless = &Feature{
		Name: "user namespaces", Use: "labs in a sandbox, by any user", Since: "5.8", Used: true, option: "USER_NS",
	}
)

// Features of nodes.
var (
	Names = &Feature{
		Name: "names", Use: "a name in /run/netns for each node", Since: "3.8", Used: true, option: "NET_NS",
		try: tryName,
	}
	Sysfs = &Feature{
		Name: "sysfs", Use: "exec and shell: a node's links in /sys", Since: "3.8", Used: true, option: "SYSFS",
		try: trySysfs, remedy: remedySysfs,
	}
	Sysctls = &Feature{
		Name: "sysctls", Use: "settings of a node, such as forwarding in routers", Used: true, option: "SYSCTL",
		try: trySysctl, remedy: remedySysctl,
	}
	IPv6 = &Feature{
		Name: "ipv6", Use: "IPv6 addresses, which nodes have by default", Used: true, module: "ipv6", option: "IPV6",
		try: kernel.TryIPv6, remedy: remedyIPv6,
	}
	ICMPSockets = &Feature{
		Name: "icmp sockets", Use: "ping and test", Used: true,
		try: tryRawSocket,
	}
	PingSockets = &Feature{
		Name: "ping sockets", Use: "ping of any user in a node", Since: "3.0", Used: true,
		try: tryPingSocket, remedy: remedySysctl,
	}
	PacketSockets = &Feature{
		Name: "packet sockets", Use: "tcpdump and the like in a node", module: "af_packet", option: "PACKET",
		try: tryPacketSocket,
	}
)

// Features of links that other code names.
var (
	Veth   = used(link("veth", "2.6.24", "VETH", "cables"))
	Bridge = used(link("bridge", "2.4", "BRIDGE", "switches"))
	Tun    = &Feature{
		Name: "tun", Use: "links whose other end is a program", Since: "2.4", module: "tun", option: "TUN",
		try: tryTun, remedy: remedyTun,
	}
	Wireguard = link("wireguard", "5.6", "WIREGUARD", "encrypted tunnels")
)

// linkFeatures has one row per kind of link, and other features of links.
var linkFeatures = []*Feature{
	Veth,
	Bridge,
	{
		Name: "vlan filtering", Use: "VLANs on the ports of a bridge", Since: "3.9", option: "BRIDGE_VLAN_FILTERING",
		try: kernel.TryVLANFiltering,
	},
	in("8021q", link("vlan", "2.4", "VLAN_8021Q", "802.1Q tags")),
	link("vxlan", "3.7", "VXLAN", "Ethernet over UDP"),
	used(link("macvlan", "2.6.23", "MACVLAN", "several MACs on one link")),
	link("macvtap", "2.6.34", "MACVTAP", "a MAC on a link for a virtual machine"),
	link("ipvlan", "3.19", "IPVLAN", "several links with one MAC"),
	used(adding("dummy0", link("dummy", "2.4", "DUMMY", "interfaces without a link"))),
	adding("ifb0 and ifb1", link("ifb", "2.6.16", "IFB", "queueing of received packets")),
	Tun,
	Wireguard,
	link("vrf", "4.3", "NET_VRF", "routers within a router"),
	adding("bond0", in("bonding", link("bond", "2.6.35", "BONDING", "several links as one"))),
	link("geneve", "4.2", "GENEVE", "Ethernet over UDP"),
	adding("gre0, gretap0 and erspan0", in("ip_gre", link("gre", "2.6.28", "NET_IPGRE", "tunnels over IPv4"))),
	adding("ip6gre0 and ip6tnl0", in("ip6_gre", link("ip6gre", "3.7", "IPV6_GRE", "tunnels over IPv6"))),
	link("netkit", "6.7", "NETKIT", "cables with eBPF programs in them"),
}

// Queueing.
var (
	Netem   = qdisc("netem", "2.6.8", "NETEM", "delay, loss, reordering")
	HTB     = qdisc("htb", "2.4.20", "HTB", "a rate shared by classes")
	TBF     = qdisc("tbf", "2.4", "TBF", "a rate")
	FQ      = qdisc("fq", "3.12", "FQ", "fair queues with pacing")
	FQCodel = qdisc("fq_codel", "3.5", "FQ_CODEL", "fair and short queues")
	Pfifo   = qdisc("pfifo", "2.4", "FIFO", "a plain queue")
	Clsact  = in("sch_ingress", qdisc("clsact", "4.5", "INGRESS", "filters on received and sent packets"))
	Ingress = qdisc("ingress", "2.4", "INGRESS", "filters on received packets")
)

// Firewall.
var (
	Nftables = &Feature{
		Name: "nftables", Use: "tables of nft", Since: "3.13", module: "nf_tables", option: "NF_TABLES",
		try: kernel.TryNftables,
	}
	NAT = &Feature{
		Name: "nat", Use: "masquerading", Since: "3.18", module: "nft_masq", option: "NFT_MASQ",
		try: kernel.TryNAT,
	}
	Reject = &Feature{
		Name: "reject", Use: "ICMP errors and TCP resets from a firewall", Since: "3.14", module: "nft_reject_ipv4", option: "NFT_REJECT",
		try: kernel.TryReject,
	}
	Conntrack = &Feature{
		Name: "conntrack", Use: "rules about connections", Since: "3.13", module: "nft_ct", option: "NFT_CT",
		try: kernel.TryConntrack,
	}
)

// Tracing.
var (
	BPF = &Feature{
		Name: "ebpf", Use: "loading eBPF programs", Since: "3.19", option: "BPF_SYSCALL",
		try: tryBPF, remedy: remedyBPF,
	}
	XDP = &Feature{
		Name: "xdp", Use: "eBPF programs in the driver's receive path", Since: "4.8", option: "BPF_SYSCALL",
		try: tryXDP, remedy: remedyBPF,
	}
	TCX = &Feature{
		Name: "tcx", Use: "eBPF programs at ingress and egress", Since: "6.6", option: "NET_XGRESS",
		try: tryTCX, remedy: remedyBPF,
	}
	Tracefs = &Feature{
		Name: "tracefs", Use: "kernel tracepoints, such as dropped packets", Since: "4.1", option: "TRACING",
		here: true, try: tryTracefs, remedy: remedyTracefs,
	}
)

func placements() []*Feature { return []*Feature{Root, Rootless} }

func nodes() []*Feature {
	return []*Feature{Names, Sysfs, Sysctls, IPv6, ICMPSockets, PingSockets, PacketSockets}
}

func links() []*Feature { return linkFeatures }

func qdiscs() []*Feature {
	return []*Feature{Netem, HTB, TBF, FQ, FQCodel, Pfifo, Clsact, Ingress}
}

func firewall() []*Feature { return []*Feature{Nftables, NAT, Reject, Conntrack} }

func tracing() []*Feature { return []*Feature{BPF, XDP, TCX, Tracefs} }

// All returns every feature.
func All() []*Feature {
	var all []*Feature
	for _, list := range [][]*Feature{placements(), nodes(), links(), qdiscs(), firewall(), tracing()} {
		all = append(all, list...)
	}
	return all
}

// link returns the feature of a kind of link, with a module of the same name.
func link(kind, since, option, use string) *Feature {
	return &Feature{
		Name: kind, Use: use, Since: since, module: kind, option: option,
		try: func() error { return kernel.TryLink(kind) },
		has: func() bool { return kernel.HasLinkKind(kind) },
	}
}

// qdisc returns the feature of a queueing discipline.
func qdisc(kind, since, option, use string) *Feature {
	return &Feature{
		Name: kind, Use: use, Since: since, module: "sch_" + kind, option: "NET_SCH_" + option,
		try: func() error { return kernel.TryQdisc(kind) },
	}
}

// used marks a feature as used by labs.
func used(f *Feature) *Feature {
	f.Used = true
	return f
}

// in sets the module of a feature.
func in(module string, f *Feature) *Feature {
	f.module = module
	return f
}

// adding sets the links that loading a feature's module adds to the host namespace.
func adding(links string, f *Feature) *Feature {
	f.adds = links
	return f
}

package nft

import "fmt"

// nft's names of numbers, and the datatypes that use them.

func hex32(n uint64) string { return fmt.Sprintf("0x%08x", n) }

func hex16(n uint64) string { return fmt.Sprintf("0x%04x", n) }

func protocols() []word {
	return []word{
		{"ip", 0},
		{"icmp", 1},
		{"igmp", 2},
		{"ipencap", 4},
		{"ipip", 4},
		{"tcp", 6},
		{"udp", 17},
		{"dccp", 33},
		{"ipv6", 41},
		{"ipv6-route", 43},
		{"ipv6-frag", 44},
		{"gre", 47},
		{"esp", 50},
		{"ah", 51},
		{"ipv6-icmp", 58},
		{"icmpv6", 58},
		{"ipv6-nonxt", 59},
		{"ipv6-opts", 60},
		{"ospf", 89},
		{"pim", 103},
		{"ipcomp", 108},
		{"comp", 108},
		{"vrrp", 112},
		{"l2tp", 115},
		{"sctp", 132},
		{"udplite", 136},
	}
}

// services are the names of ports that rules may use. nft lists ports by number.
func services() []word {
	return []word{
		{"ftp-data", 20},
		{"ftp", 21},
		{"ssh", 22},
		{"telnet", 23},
		{"smtp", 25},
		{"domain", 53},
		{"bootps", 67},
		{"bootpc", 68},
		{"tftp", 69},
		{"http", 80},
		{"kerberos", 88},
		{"pop3", 110},
		{"ntp", 123},
		{"imap2", 143},
		{"imap", 143},
		{"snmp", 161},
		{"snmp-trap", 162},
		{"bgp", 179},
		{"ldap", 389},
		{"https", 443},
		{"submission", 587},
		{"ipp", 631},
		{"imaps", 993},
		{"pop3s", 995},
		{"openvpn", 1194},
		{"mysql", 3306},
		{"postgresql", 5432},
		{"http-alt", 8080},
	}
}

func icmpTypes() []word {
	return []word{
		{"echo-reply", 0},
		{"destination-unreachable", 3},
		{"source-quench", 4},
		{"redirect", 5},
		{"echo-request", 8},
		{"router-advertisement", 9},
		{"router-solicitation", 10},
		{"time-exceeded", 11},
		{"parameter-problem", 12},
		{"timestamp-request", 13},
		{"timestamp-reply", 14},
		{"info-request", 15},
		{"info-reply", 16},
		{"address-mask-request", 17},
		{"address-mask-reply", 18},
	}
}

func icmpCodes() []word {
	return []word{
		{"net-unreachable", 0},
		{"host-unreachable", 1},
		{"prot-unreachable", 2},
		{"port-unreachable", 3},
		{"frag-needed", 4},
		{"net-prohibited", 9},
		{"host-prohibited", 10},
		{"admin-prohibited", 13},
	}
}

func icmp6Types() []word {
	return []word{
		{"destination-unreachable", 1},
		{"packet-too-big", 2},
		{"time-exceeded", 3},
		{"parameter-problem", 4},
		{"echo-request", 128},
		{"echo-reply", 129},
		{"mld-listener-query", 130},
		{"mld-listener-report", 131},
		{"mld-listener-done", 132},
		{"mld-listener-reduction", 132},
		{"nd-router-solicit", 133},
		{"nd-router-advert", 134},
		{"nd-neighbor-solicit", 135},
		{"nd-neighbor-advert", 136},
		{"nd-redirect", 137},
		{"router-renumbering", 138},
		{"ind-neighbor-solicit", 141},
		{"ind-neighbor-advert", 142},
		{"mld2-listener-report", 143},
	}
}

func icmp6Codes() []word {
	return []word{
		{"no-route", 0},
		{"admin-prohibited", 1},
		{"addr-unreachable", 3},
		{"port-unreachable", 4},
		{"policy-fail", 5},
		{"reject-route", 6},
	}
}

func icmpxCodes() []word {
	return []word{{"no-route", 0}, {"port-unreachable", 1}, {"host-unreachable", 2}, {"admin-prohibited", 3}}
}

func states() []word {
	return []word{{"invalid", 1}, {"established", 2}, {"related", 4}, {"new", 8}, {"untracked", 64}}
}

func statuses() []word {
	return []word{
		{"expected", 1},
		{"seen-reply", 2},
		{"assured", 4},
		{"confirmed", 8},
		{"snat", 16},
		{"dnat", 32},
		{"dying", 512},
	}
}

func tcpFlags() []word {
	return []word{
		{"fin", 1}, {"syn", 2}, {"rst", 4}, {"psh", 8}, {"ack", 16}, {"urg", 32}, {"ecn", 64}, {"cwr", 128},
	}
}

func etherTypes() []word {
	return []word{{"ip", 0x0800}, {"arp", 0x0806}, {"ip6", 0x86dd}, {"8021q", 0x8100}, {"vlan", 0x8100}, {"8021ad", 0x88a8}}
}

func routeTypes() []word {
	return []word{
		{"unspec", 0},
		{"unicast", 1},
		{"local", 2},
		{"broadcast", 3},
		{"anycast", 4},
		{"multicast", 5},
		{"blackhole", 6},
		{"unreachable", 7},
		{"prohibit", 8},
	}
}

func logLevels() []word {
	return []word{
		{"emerg", 0}, {"alert", 1}, {"crit", 2}, {"err", 3}, {"warn", 4}, {"notice", 5}, {"info", 6}, {"debug", 7},
	}
}

// The datatypes. They are read-only.
var (
	ipv4Addr  = &datatype{id: 7, name: "ipv4_addr", size: 4, text: address{4}}
	ipv6Addr  = &datatype{id: 8, name: "ipv6_addr", size: 16, text: address{16}}
	etherAddr = &datatype{id: 9, name: "ether_addr", size: 6, text: mac{}}
	etherType = &datatype{id: 10, name: "ether_type", size: 2, words: etherTypes(), rest: hex16}
	handle    = &datatype{id: 23, name: "classid", size: 4, host: true, text: tcHandle{}}
	inetProto = &datatype{id: 12, name: "inet_proto", size: 1, words: protocols()}
	port      = &datatype{id: 13, name: "inet_service", size: 2, words: services(), print: func(n uint64) string { return fmt.Sprint(n) }}
	mark      = &datatype{id: 19, name: "mark", size: 4, host: true, print: hex32}
	ifName    = &datatype{id: 41, name: "ifname", size: ifNameSize, host: true, text: name{}}
	ifIndex   = &datatype{id: 20, name: "iface_index", size: 4, host: true, text: number{}}
	icmpType  = &datatype{id: 14, name: "icmp_type", size: 1, words: icmpTypes()}
	icmpCode  = &datatype{id: 32, name: "icmp_code", size: 1, words: icmpCodes()}
	icmp6Type = &datatype{id: 29, name: "icmpv6_type", size: 1, words: icmp6Types()}
	icmp6Code = &datatype{id: 33, name: "icmpv6_code", size: 1, words: icmp6Codes()}
	icmpxCode = &datatype{id: 34, name: "icmpx_code", size: 1, words: icmpxCodes()}
	ctState   = &datatype{id: 26, name: "ct_state", size: 4, host: true, flags: true, words: states()}
	ctStatus  = &datatype{id: 28, name: "ct_status", size: 4, host: true, flags: true, words: statuses()}
	ctDir     = &datatype{id: 27, name: "ct_dir", size: 1, words: []word{{"original", 0}, {"reply", 1}}}
	tcpFlag   = &datatype{id: 15, name: "tcp_flag", size: 1, flags: true, words: tcpFlags()}
	nfProto   = &datatype{id: 2, name: "nf_proto", size: 1, words: []word{{"ipv4", 2}, {"ipv6", 10}}}
	pktType   = &datatype{id: 31, name: "pkt_type", size: 1, words: []word{{"host", 0}, {"unicast", 0}, {"broadcast", 1}, {"multicast", 2}, {"other", 3}}}
	ifType    = &datatype{id: 21, name: "iface_type", size: 2, host: true, words: []word{{"ether", 1}, {"ppp", 512}, {"ipip", 768}, {"loopback", 772}, {"sit", 776}, {"ipgre", 778}}}
	fibType   = &datatype{id: 38, name: "fib_addrtype", size: 4, host: true, words: routeTypes()}
	integer8  = &datatype{id: 4, name: "integer", size: 1}
	integer16 = &datatype{id: 4, name: "integer", size: 2}
	integer32 = &datatype{id: 4, name: "integer", size: 4, host: true}
	arpOp     = &datatype{id: 11, name: "arp_op", size: 2, words: []word{{"request", 1}, {"reply", 2}}}
	level     = &datatype{name: "level", size: 4, words: logLevels()}
)

// setTypes are the supported types of named sets.
func setTypes() []*datatype {
	return []*datatype{
		ipv4Addr, ipv6Addr, etherAddr, etherType, inetProto, port, icmpType, mark, ifIndex, ifName, ctState,
	}
}

package nft

// A source is where the value of a key is loaded from.
type source int

const (
	payload   source = iota // the packet
	meta                    // its metadata
	conntrack               // its conntrack entry
	fib                     // a route lookup
)

// The bases of payload offsets (enum nft_payload_bases).
const (
	linkHeader = iota
	networkHeader
	transportHeader
)

// An entry is a key of matches, with its type and source.
type entry struct {
	kind   *datatype
	from   source
	base   int    // of payload
	offset int    // of payload, in bytes
	number int    // of meta, conntrack: NFT_META_*, NFT_CT_*; of fib: flags
	l3, l4 string // the protocols that the packet must have: "ip", "ip6"; "tcp", "icmp", …
	ether  bool   // the packet must have an Ethernet header
}

func ipHeader(kind *datatype, offset int) entry {
	return entry{kind: kind, base: networkHeader, offset: offset, l3: "ip"}
}

func ip6Header(kind *datatype, offset int) entry {
	return entry{kind: kind, base: networkHeader, offset: offset, l3: "ip6"}
}

func transport(protocol string, kind *datatype, offset int) entry {
	return entry{kind: kind, base: transportHeader, offset: offset, l4: protocol}
}

func icmp(protocol, l3 string, kind *datatype, offset int) entry {
	return entry{kind: kind, base: transportHeader, offset: offset, l3: l3, l4: protocol}
}

func ether(kind *datatype, offset int) entry {
	return entry{kind: kind, base: linkHeader, offset: offset, ether: true}
}

func metaKey(kind *datatype, number int) entry {
	return entry{kind: kind, from: meta, number: number}
}

func ctKey(kind *datatype, number int) entry {
	return entry{kind: kind, from: conntrack, number: number}
}

// The flags of fib (enum nft_fib_flags).
const (
	fibSaddr = 1
	fibDaddr = 2
)

// fields are the keys by name. The table is read-only.
var fields = map[string]entry{
	"ip saddr":    ipHeader(ipv4Addr, 12),
	"ip daddr":    ipHeader(ipv4Addr, 16),
	"ip protocol": ipHeader(inetProto, 9),
	"ip ttl":      ipHeader(integer8, 8),
	"ip length":   ipHeader(integer16, 2),
	"ip id":       ipHeader(integer16, 4),

	"ip6 saddr":    ip6Header(ipv6Addr, 8),
	"ip6 daddr":    ip6Header(ipv6Addr, 24),
	"ip6 nexthdr":  ip6Header(inetProto, 6),
	"ip6 hoplimit": ip6Header(integer8, 7),
	"ip6 length":   ip6Header(integer16, 4),

	"tcp sport":     transport("tcp", port, 0),
	"tcp dport":     transport("tcp", port, 2),
	"tcp flags":     transport("tcp", tcpFlag, 13),
	"tcp window":    transport("tcp", integer16, 14),
	"udp sport":     transport("udp", port, 0),
	"udp dport":     transport("udp", port, 2),
	"udp length":    transport("udp", integer16, 4),
	"sctp sport":    transport("sctp", port, 0),
	"sctp dport":    transport("sctp", port, 2),
	"th sport":      transport("", port, 0),
	"th dport":      transport("", port, 2),
	"icmp type":     icmp("icmp", "ip", icmpType, 0),
	"icmp code":     icmp("icmp", "ip", icmpCode, 1),
	"icmpv6 type":   icmp("ipv6-icmp", "ip6", icmp6Type, 0),
	"icmpv6 code":   icmp("ipv6-icmp", "ip6", icmp6Code, 1),
	"ether daddr":   ether(etherAddr, 0),
	"ether saddr":   ether(etherAddr, 6),
	"ether type":    ether(etherType, 12),
	"arp operation": {kind: arpOp, base: networkHeader, offset: 6, l3: "arp"},

	"meta length":   metaKey(integer32, 0),
	"meta protocol": metaKey(etherType, 1),
	"meta priority": metaKey(handle, 2),
	"meta mark":     metaKey(mark, 3),
	"iif":           metaKey(ifIndex, 4),
	"oif":           metaKey(ifIndex, 5),
	"iifname":       metaKey(ifName, 6),
	"oifname":       metaKey(ifName, 7),
	"meta iiftype":  metaKey(ifType, 8),
	"meta oiftype":  metaKey(ifType, 9),
	"meta skuid":    metaKey(integer32, 10),
	"meta skgid":    metaKey(integer32, 11),
	"meta nftrace":  metaKey(integer8, 12),
	"meta nfproto":  metaKey(nfProto, 15),
	"meta l4proto":  metaKey(inetProto, 16),
	"meta ibrname":  metaKey(ifName, 17),
	"meta obrname":  metaKey(ifName, 18),
	"meta pkttype":  metaKey(pktType, 19),
	"meta cpu":      metaKey(integer32, 20),
	"iifgroup":      metaKey(integer32, 21),
	"oifgroup":      metaKey(integer32, 22),
	"meta cgroup":   metaKey(integer32, 23),

	"ct state":     ctKey(ctState, 0),
	"ct direction": ctKey(ctDir, 1),
	"ct status":    ctKey(ctStatus, 2),
	"ct mark":      ctKey(mark, 3),

	"fib saddr type": {kind: fibType, from: fib, number: fibSaddr},
	"fib daddr type": {kind: fibType, from: fib, number: fibDaddr},
}

// field returns the key of that name; for an unknown key it has an empty datatype.
func field(name string) entry {
	if e, ok := fields[name]; ok {
		return e
	}
	return entry{kind: &datatype{}}
}

// prefixable reports whether values of a type are written as address/length.
func (t *datatype) prefixable() bool { _, ok := t.text.(address); return ok }

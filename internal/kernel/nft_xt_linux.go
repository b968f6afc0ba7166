package kernel

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/nft"
)

// iptables-nft writes what nftables had no words for when it was made as matches
// and targets of iptables, in structures of linux/netfilter/xt_*.h. An xt is one
// of them. Those that are common are read as the statements that do the same.
type xt struct {
	family nft.Family
	rev    int
	info   []byte
}

// expr reads a match or target. Nil: it is not understood.
func (x xt) expr(kind, name string) nft.Expr {
	read := map[string]func() nft.Statement{
		"match conntrack": x.conntrack, "match addrtype": x.addrtype, "match multiport": x.multiport,
		"match icmp": x.icmp, "match icmp6": x.icmp, "match mac": x.mac,
		"target MASQUERADE": x.nat("masquerade"), "target SNAT": x.nat("snat"), "target DNAT": x.nat("dnat"),
		"target REDIRECT": x.nat("redirect"), "target REJECT": x.reject, "target LOG": x.log, "target MARK": x.mark,
	}[kind+" "+name]
	if read == nil {
		return nil
	}
	if s := read(); s != nil {
		return s
	}
	return nil
}

// atLeast reports whether there is enough of the structure.
func (x xt) atLeast(n int) bool { return len(x.info) >= n }

// conntrack reads a struct xt_conntrack_mtinfo3 that is about the state alone.
func (x xt) conntrack() nft.Statement {
	const matchFlags, inverted, states = 146, 148, 150
	const stateOnly, stateAlias = 1, 1 << 13 // the latter is set by -m state, without effect
	if x.rev != 3 || !x.atLeast(states+2) || native.Uint16(x.info[matchFlags:])&^stateAlias != stateOnly || native.Uint16(x.info[inverted:]) != 0 {
		return nil
	}
	var names []string
	bits := native.Uint16(x.info[states:])
	for _, s := range []struct {
		bit  uint16
		name string
	}{{1, "invalid"}, {2, "established"}, {4, "related"}, {8, "new"}, {1 << 8, "untracked"}} {
		if bits&s.bit != 0 {
			names = append(names, s.name)
			bits &^= s.bit
		}
	}
	if bits != 0 || len(names) == 0 {
		return nil
	}
	return nft.Match{Key: "ct state", Values: []string{strings.Join(names, ",")}}
}

// addrtype reads a struct xt_addrtype_info_v1 of one kind of address.
func (x xt) addrtype() nft.Statement {
	if x.rev != 1 || !x.atLeast(8) {
		return nil
	}
	source, dest, flags := native.Uint16(x.info), native.Uint16(x.info[2:]), native.Uint32(x.info[4:])
	types := map[uint16]string{1 << 1: "unicast", 1 << 2: "local", 1 << 3: "broadcast", 1 << 4: "anycast", 1 << 5: "multicast"}
	key, typ, invert := "fib daddr type", types[dest], uint32(2)
	if dest == 0 {
		key, typ, invert = "fib saddr type", types[source], 1
	}
	if typ == "" || source != 0 && dest != 0 || flags&^invert != 0 {
		return nil
	}
	return nft.Match{Key: key, Op: choose(flags != 0, "!=", ""), Values: []string{typ}}
}

// multiport reads a struct xt_multiport_v1 of either side.
func (x xt) multiport() nft.Statement {
	if x.rev != 1 || !x.atLeast(48) || x.info[0] > 1 || x.info[1] > 15 {
		return nil
	}
	m := nft.Match{Key: choose(x.info[0] == 1, "th dport", "th sport"), Op: choose(x.info[47] != 0, "!=", ""), Set: true}
	for i := range int(x.info[1]) {
		port := strconv.Itoa(int(native.Uint16(x.info[2+2*i:])))
		if i > 0 && x.info[32+i-1] != 0 { // the one before begins a range
			m.Values[len(m.Values)-1] += "-" + port
			continue
		}
		m.Values = append(m.Values, port)
	}
	if m, err := m.Canonical(); err == nil {
		return m
	}
	return nil
}

// icmp reads a struct ipt_icmp or ip6t_icmp of a type whatever its code.
func (x xt) icmp() nft.Statement {
	if !x.atLeast(4) || x.info[0] == 0xff || x.info[1] != 0 || x.info[2] != 0xff {
		return nil
	}
	m := nft.Match{Key: choose(x.family == nft.IP6, "icmpv6 type", "icmp type"), Op: choose(x.info[3] != 0, "!=", "")}
	m.Values = []string{strconv.Itoa(int(x.info[0]))}
	if m, err := m.Canonical(); err == nil {
		return m
	}
	return nil
}

// mac reads a struct xt_mac_info.
func (x xt) mac() nft.Statement {
	if !x.atLeast(12) {
		return nil
	}
	a := x.info[:6]
	text := fmt.Sprintf("%02x:%02x:%02x:%02x:%02x:%02x", a[0], a[1], a[2], a[3], a[4], a[5])
	return nft.Match{Key: "ether saddr", Op: choose(native.Uint32(x.info[8:]) != 0, "!=", ""), Values: []string{text}}
}

// Flags of a range of NAT (linux/netfilter/nf_nat.h) that nft writes differently.
const (
	natAddresses = 1
	natPorts     = 2
)

// nat reads a struct nf_nat_ipv4_multi_range_compat or nf_nat_range.
func (x xt) nat(word string) func() nft.Statement {
	return func() nft.Statement {
		info, size, at := x.info, 16, 4
		if x.rev == 0 && x.family == nft.IP {
			if !x.atLeast(20) {
				return nil
			}
			info, size = info[4:], 4
		}
		if len(info) < at+2*size+4 {
			return nil
		}
		flags := native.Uint32(info)
		if flags&^(natAddresses|natPorts) != 0 {
			return nil // other flags, such as random ports
		}
		n := nft.NAT{Word: word}
		if flags&natAddresses != 0 && word != "redirect" {
			n.Address = between(x.address(info[at:at+size]), x.address(info[at+size:at+2*size]))
		}
		if flags&natPorts != 0 {
			ports := info[at+2*size:]
			n.Port = between(fmt.Sprint(binary.BigEndian.Uint16(ports)), fmt.Sprint(binary.BigEndian.Uint16(ports[2:])))
		}
		return n
	}
}

// address writes an address of the family, in the first bytes of its field.
func (x xt) address(b []byte) string {
	if x.family == nft.IP {
		b = b[:4]
	}
	a, _ := netip.AddrFromSlice(b)
	return a.String()
}

func between(from, to string) string {
	if from == to {
		return from
	}
	return from + "-" + to
}

// reject reads a struct ipt_reject_info or ip6t_reject_info.
func (x xt) reject() nft.Statement {
	if !x.atLeast(4) {
		return nil
	}
	with := native.Uint32(x.info)
	four := map[uint32]string{
		0: "icmp net-unreachable", 1: "icmp host-unreachable", 2: "icmp prot-unreachable", 3: "", 5: "icmp net-prohibited",
		6: "icmp host-prohibited", 7: "tcp reset", 8: "icmp admin-prohibited",
	}
	six := map[uint32]string{
		0: "icmpv6 no-route", 1: "icmpv6 admin-prohibited", 3: "icmpv6 addr-unreachable", 4: "", 6: "tcp reset",
		7: "icmpv6 policy-fail", 8: "icmpv6 reject-route",
	}
	text, ok := four[with]
	if x.family == nft.IP6 {
		text, ok = six[with]
	}
	switch {
	case !ok:
		return nil
	case text == "tcp reset":
		return nft.Reject{With: text}
	}
	kind, code, _ := strings.Cut(text, " ")
	return nft.Reject{With: kind, Code: code}
}

// log reads a struct xt_log_info.
func (x xt) log() nft.Statement {
	if !x.atLeast(32) || x.info[1] != 0 {
		return nil
	}
	return nft.Log{Prefix: unix.ByteSliceToString(x.info[2:32]), Level: nft.LogLevelName(int(x.info[0])), Group: -1}
}

// mark reads a struct xt_mark_tginfo2 that sets all of the mark.
func (x xt) mark() nft.Statement {
	if x.rev != 2 || !x.atLeast(8) || native.Uint32(x.info[4:]) != 0xffffffff {
		return nil
	}
	return nft.Assign{Key: "meta mark", Value: fmt.Sprintf("0x%08x", native.Uint32(x.info))}
}

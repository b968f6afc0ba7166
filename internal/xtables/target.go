package xtables

import (
	"fmt"
	"math"
	"strings"
)

// targets has a row for each target that is decoded (linux/netfilter/xt_NAME.h,
// linux/netfilter_ipv4/ipt_NAME.h and linux/netfilter/nf_nat.h).
var targets = []extensionRow{
	{"REJECT", []int{0}, 4, rejectWords},
	{"LOG", []int{0}, 32, logWords},
	{"NFLOG", []int{0}, 76, nflogWords},
	{"DNAT", []int{0, 1, 2}, 20, natWords("--to-destination")},
	{"SNAT", []int{0, 1, 2}, 20, natWords("--to-source")},
	{"MASQUERADE", []int{0}, 20, natWords("")},
	{"REDIRECT", []int{0}, 20, natWords("")},
	{"NETMAP", []int{0}, 20, netmapWords},
	{"MARK", []int{2}, 8, func(a *arguments) { a.add("--set-xmark", fmt.Sprintf("0x%x/0x%x", a.u32(0), a.u32(4))) }},
	{"CONNMARK", []int{1, 2}, 13, connmarkWords},
	{"TCPMSS", []int{0}, 2, tcpmssWords},
	{"TTL", []int{0}, 2, func(a *arguments) { a.setHops("ttl") }},
	{"HL", []int{0}, 2, func(a *arguments) { a.setHops("hl") }},
	{"TOS", []int{1}, 2, func(a *arguments) { a.add("--set-tos", fmt.Sprintf("0x%02x/0x%02x", a.u8(0), a.u8(1))) }},
	{"DSCP", []int{0}, 1, func(a *arguments) { a.add("--set-dscp", fmt.Sprintf("0x%02x", a.u8(0))) }},
	{"CLASSIFY", []int{0}, 4, func(a *arguments) { a.add("--set-class", fmt.Sprintf("%04x:%04x", a.u16(2), a.u16(0))) }},
	{"CHECKSUM", []int{0}, 1, func(a *arguments) { a.flags(uint64(a.u8(0)), "--checksum-fill") }},
	{"NFQUEUE", []int{0, 1, 2, 3}, 2, nfqueueWords},
	{"AUDIT", []int{0}, 1, func(a *arguments) { a.add("--type", a.choose(int(a.u8(0)), "accept", "drop", "reject")) }},
	{"TEE", []int{1}, 32, teeWords},
	{"TPROXY", []int{0, 1}, 14, tproxyWords},
	{"CT", []int{1, 2}, 60, ctWords},
	{"NOTRACK", []int{0}, 0, func(*arguments) {}},
	{"TRACE", []int{0}, 0, func(*arguments) {}},
	{"TCPOPTSTRIP", []int{0}, 32, tcpoptstripWords},
}

// rejectWords decodes a struct ipt_reject_info or ip6t_reject_info.
func rejectWords(a *arguments) {
	words := []string{
		"icmp-net-unreachable", "icmp-host-unreachable", "icmp-proto-unreachable", "icmp-port-unreachable", "",
		"icmp-net-prohibited", "icmp-host-prohibited", "tcp-reset", "icmp-admin-prohibited",
	}
	if a.family == IPv6 {
		words = []string{
			"icmp6-no-route", "icmp6-adm-prohibited", "", "icmp6-addr-unreachable", "icmp6-port-unreachable", "", "tcp-reset",
			"icmp6-policy-fail", "icmp6-reject-route",
		}
	}
	a.add("--reject-with", a.choose(int(int32(a.u32(0))), words...))
}

// logWords decodes a struct xt_log_info.
func logWords(a *arguments) {
	const warning = 4
	if prefix := a.text(2, 30); prefix != "" {
		a.add("--log-prefix", quote(prefix))
	}
	if level := a.u8(0); level != warning {
		a.number("--log-level", uint64(level))
	}
	a.flags(uint64(a.u8(1)), "--log-tcp-sequence", "--log-tcp-options", "--log-ip-options", "--log-uid", "", "--log-macdecode")
}

// nflogWords decodes a struct xt_nflog_info.
func nflogWords(a *arguments) {
	const copyLength = 1
	if prefix := a.text(12, 64); prefix != "" {
		a.add("--nflog-prefix", quote(prefix))
	}
	if group := a.u16(4); group != 0 {
		a.number("--nflog-group", uint64(group))
	}
	if length := a.u32(0); a.u16(8)&copyLength != 0 {
		a.number("--nflog-size", uint64(length))
	} else if length != 0 {
		a.number("--nflog-range", uint64(length))
	}
	if threshold := a.u16(6); threshold != 0 {
		a.number("--nflog-threshold", uint64(threshold))
	}
	a.known(uint64(a.u16(8)), copyLength)
}

// Flags of a range of NAT (linux/netfilter/nf_nat.h).
const (
	natAddresses = 1 << iota
	natPorts
	natRandom
	natPersistent
	natRandomFully
	natOffset
	natNetmap
)

// A natRange is a struct nf_nat_ipv4_range, nf_nat_range or nf_nat_range2.
type natRange struct {
	flags             uint32
	low, high         []byte // addresses
	lowPort, highPort uint16
	base              uint16
}

// natRange reads the range of a target. Those that only IPv4 has are a struct
// nf_nat_ipv4_multi_range_compat.
func (a *arguments) natRange() natRange {
	if a.revision == 0 && a.family == IPv4 {
		return natRange{
			flags: a.u32(4), low: a.bytes(8, 4), high: a.bytes(12, 4), lowPort: a.be16(16), highPort: a.be16(18),
		}
	}
	if len(a.data) < 40 {
		a.failed = true
	}
	r := natRange{
		flags: a.u32(0), low: a.address(4), high: a.address(20), lowPort: a.be16(36), highPort: a.be16(38),
	}
	if a.revision >= 2 {
		r.base = a.be16(40)
	}
	return r
}

// natWords decodes the range of a target. Without a word it has ports only.
func natWords(word string) func(*arguments) {
	return func(a *arguments) {
		r := a.natRange()
		switch {
		case word == "" && r.flags&natPorts != 0:
			a.add("--to-ports", r.ports())
		case word != "" && r.flags&(natAddresses|natPorts) != 0:
			a.add(word, r.text(a.family))
		}
		a.flags(uint64(r.flags&(natRandom|natRandomFully)), "", "", "--random", "", "--random-fully")
		if r.flags&natPersistent != 0 {
			a.add("--persistent")
		}
		a.known(uint64(r.flags), natNetmap-1)
	}
}

func (r natRange) text(f Family) string {
	text := ""
	if r.flags&natAddresses != 0 {
		text = addressText(r.low)
		if high := addressText(r.high); high != text {
			text += "-" + high
		}
		if f == IPv6 && r.flags&natPorts != 0 {
			text = "[" + text + "]"
		}
	}
	if r.flags&natPorts != 0 {
		text += ":" + r.ports()
	}
	return text
}

func (r natRange) ports() string {
	text := strings.ReplaceAll(span(r.lowPort, r.highPort), ":", "-")
	if r.flags&natOffset != 0 {
		text += fmt.Sprintf("/%d", r.base)
	}
	return text
}

// netmapWords decodes a range of which the second address has the bits that are kept.
func netmapWords(a *arguments) {
	r := a.natRange()
	mask := make([]byte, len(r.low))
	for i := range mask {
		mask[i] = ^(r.low[i] ^ r.high[i])
	}
	a.add("--to", addressText(r.low)+"/"+maskText(mask))
}

// connmarkWords decodes a struct xt_connmark_tginfo1 or 2.
func connmarkWords(a *arguments) {
	const set, save, restore = 0, 1, 2
	mode := a.u8(12)
	if a.revision == 2 {
		mode = a.u8(14)
		if a.u8(12) != 0 || a.u8(13) != 0 { // a shift
			a.failed = true
		}
	}
	mark, mask, nfmask := a.u32(0), a.u32(4), a.u32(8)
	switch mode {
	case set:
		a.add("--set-xmark", fmt.Sprintf("0x%x/0x%x", mark, mask))
	case save, restore:
		a.add(a.choose(int(mode), "", "--save-mark", "--restore-mark"))
		a.add("--nfmask", fmt.Sprintf("0x%x", nfmask), "--ctmask", fmt.Sprintf("0x%x", mask))
	default:
		a.failed = true
	}
}

func tcpmssWords(a *arguments) {
	if mss := a.u16(0); mss != math.MaxUint16 {
		a.number("--set-mss", uint64(mss))
		return
	}
	a.add("--clamp-mss-to-pmtu")
}

// setHops decodes a struct ipt_TTL_info or ip6t_HL_info.
func (a *arguments) setHops(word string) {
	a.number("--"+word+"-"+a.choose(int(a.u8(0)), "set", "inc", "dec"), uint64(a.u8(1)))
}

// nfqueueWords decodes a struct xt_NFQ_info of any revision.
func nfqueueWords(a *arguments) {
	first, total := a.u16(0), uint16(1)
	if a.revision > 0 {
		total = a.u16(2)
	}
	if total > 1 {
		a.add("--queue-balance", span(first, first+total-1))
	} else {
		a.number("--queue-num", uint64(first))
	}
	if a.revision > 1 {
		a.flags(uint64(a.u16(4)), "--queue-bypass", "--queue-cpu-fanout")
	}
}

func teeWords(a *arguments) {
	a.add("--gateway", a.addressText(0))
	if dev := a.text(16, ifNameSize); dev != "" {
		a.add("--oif", dev)
	}
}

// tproxyWords decodes a struct xt_tproxy_target_info or xt_tproxy_target_info_v1.
func tproxyWords(a *arguments) {
	address, port := a.bytes(8, 4), a.be16(12)
	if a.revision == 1 {
		address, port = a.address(8), a.be16(24)
	}
	a.number("--on-port", uint64(port))
	a.add("--on-ip", addressText(address), "--tproxy-mark", fmt.Sprintf("0x%x/0x%x", a.u32(4), a.u32(0)))
}

// ctWords decodes a struct xt_ct_target_info_v1.
func ctWords(a *arguments) {
	const notrack, alias, zoneOrig, zoneReply, zoneMark = 1, 2, 4, 8, 16
	flags := a.u16(0)
	if flags&alias != 0 {
		a.name = "NOTRACK"
		return
	}
	if flags&notrack != 0 {
		a.add("--notrack")
	}
	if helper := a.text(12, 16); helper != "" {
		a.add("--helper", quote(helper))
	}
	if timeout := a.text(28, 32); timeout != "" {
		a.add("--timeout", quote(timeout))
	}
	events := []string{"new", "related", "destroy", "reply", "assured", "protoinfo", "helper", "mark", "natseqinfo", "secmark"}
	for i, word := range []string{"--ctevents", "--expevents"} {
		if bits := a.u32(4 + 4*i); bits != 0 {
			a.add(word, list(a.bits(uint64(bits), events[:len(events)-9*i]...), ""))
		}
	}
	word := "--zone"
	switch flags & (zoneOrig | zoneReply) {
	case zoneOrig:
		word = "--zone-orig"
	case zoneReply:
		word = "--zone-reply"
	}
	if zone := a.u16(2); flags&zoneMark != 0 {
		a.add(word, "mark")
	} else if zone != 0 || flags&(zoneOrig|zoneReply) != 0 {
		a.number(word, uint64(zone))
	}
	a.known(uint64(flags), 31)
}

func tcpoptstripWords(a *arguments) {
	var numbers []string
	for i := range 256 {
		if a.u32(i/32*4)>>(i%32)&1 == 1 {
			numbers = append(numbers, fmt.Sprint(i))
		}
	}
	a.add("--strip-options", list(numbers, ""))
}

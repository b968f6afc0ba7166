package xtables

import (
	"encoding/hex"
	"fmt"
	"math"
	"math/bits"
	"net"
	"slices"
	"strings"
	"time"
)

// matches has a row for each match that is decoded (linux/netfilter/xt_NAME.h and
// linux/netfilter_ipv4/ipt_NAME.h).
var matches = []extensionRow{
	{"tcp", []int{0}, 12, tcpWords},
	{"udp", []int{0}, 9, udpWords},
	{"icmp", []int{0}, 4, icmpWords("--icmp-type", true)},
	{"icmp6", []int{0}, 4, icmpWords("--icmpv6-type", false)},
	{"multiport", []int{1}, 48, multiportWords},
	{"conntrack", []int{3}, 162, conntrackWords},
	{"state", []int{0}, 4, func(a *arguments) { a.add("--state", list(a.states(uint64(a.u32(0))), "")) }},
	{"limit", []int{0}, 8, limitWords},
	{"hashlimit", []int{1, 2, 3}, 52, hashlimitWords},
	{"connlimit", []int{1}, 24, connlimitWords},
	{"recent", []int{0, 1}, 211, recentWords},
	{"comment", []int{0}, 256, func(a *arguments) { a.add("--comment", quote(a.text(0, 256))) }},
	{"mac", []int{0}, 12, macWords},
	{"mark", []int{1}, 9, markWords},
	{"connmark", []int{1}, 9, markWords},
	{"addrtype", []int{0, 1}, 8, addrtypeWords},
	{"iprange", []int{1}, 65, iprangeWords},
	{"owner", []int{1}, 18, ownerWords},
	{"pkttype", []int{0}, 8, pkttypeWords},
	{"physdev", []int{0}, 66, physdevWords},
	{"length", []int{0}, 5, func(a *arguments) { a.not(a.u8(4) != 0, "--length", span(a.u16(0), a.u16(2))) }},
	{"tcpmss", []int{0}, 5, func(a *arguments) { a.not(a.u8(4) != 0, "--mss", span(a.u16(0), a.u16(2))) }},
	{"ttl", []int{0}, 2, hopsWords("ttl")},
	{"hl", []int{0}, 2, hopsWords("hl")},
	{"tos", []int{1}, 3, func(a *arguments) { a.not(a.u8(2) != 0, "--tos", fmt.Sprintf("0x%02x/0x%02x", a.u8(1), a.u8(0))) }},
	{"dscp", []int{0}, 2, func(a *arguments) { a.not(a.u8(1) != 0, "--dscp", fmt.Sprintf("0x%02x", a.u8(0))) }},
	{"statistic", []int{0}, 16, statisticWords},
	{"string", []int{1}, 150, stringWords},
	{"time", []int{0}, 22, timeWords},
	{"rpfilter", []int{0}, 1, func(a *arguments) {
		a.flags(uint64(a.u8(0)), "--loose", "--validmark", "--accept-local", "--invert")
	}},
	{"socket", []int{1, 2, 3}, 1, func(a *arguments) { a.flags(uint64(a.u8(0)), "--transparent", "--nowildcard", "--restore-skmark") }},
	{"quota", []int{0}, 16, func(a *arguments) { a.not(a.u32(0) != 0, "--quota", fmt.Sprint(a.u64(8))) }},
	{"connbytes", []int{0}, 18, connbytesWords},
	{"helper", []int{0}, 34, func(a *arguments) { a.not(a.u32(0) != 0, "--helper", quote(a.text(4, 30))) }},
	{"realm", []int{0}, 9, func(a *arguments) { a.not(a.u8(8) != 0, "--realm", masked(a.u32(0), a.u32(4))) }},
	{"cpu", []int{0}, 8, func(a *arguments) { a.not(a.u32(4) != 0, "--cpu", fmt.Sprint(a.u32(0))) }},
	{"devgroup", []int{0}, 20, devgroupWords},
	{"esp", []int{0}, 9, func(a *arguments) { a.spi("--espspi", a.u8(8)) }},
	{"ah", []int{0}, 9, ahWords},
	{"eui64", []int{0}, 0, func(*arguments) {}},
}

// ports adds a range of ports, unless it has all.
func (a *arguments) ports(word string, at int, invert bool) {
	low, high := a.u16(at), a.u16(at+2)
	if low != 0 || high != math.MaxUint16 || invert {
		a.not(invert, word, span(low, high))
	}
}

func tcpWords(a *arguments) {
	invert := a.u8(11)
	a.ports("--sport", 0, invert&1 != 0)
	a.ports("--dport", 4, invert&2 != 0)
	if option := a.u8(8); option != 0 || invert&8 != 0 {
		a.not(invert&8 != 0, "--tcp-option", fmt.Sprint(option))
	}
	if mask := a.u8(9); mask != 0 || invert&4 != 0 {
		a.not(invert&4 != 0, "--tcp-flags", a.tcpFlags(mask), a.tcpFlags(a.u8(10)))
	}
	a.known(uint64(invert), 0xf)
}

func (a *arguments) tcpFlags(flags uint8) string {
	return list(a.bits(uint64(flags), "FIN", "SYN", "RST", "PSH", "ACK", "URG"), "NONE")
}

func udpWords(a *arguments) {
	a.ports("--sport", 0, a.u8(8)&1 != 0)
	a.ports("--dport", 4, a.u8(8)&2 != 0)
	a.known(uint64(a.u8(8)), 3)
}

// icmpWords decodes a struct ipt_icmp or ip6t_icmp.
func icmpWords(word string, any255 bool) func(*arguments) {
	return func(a *arguments) {
		text := fmt.Sprint(a.u8(0))
		if any255 && a.u8(0) == math.MaxUint8 {
			text = "any"
		} else if a.u8(1) != 0 || a.u8(2) != math.MaxUint8 {
			text += fmt.Sprintf("/%d", a.u8(1))
		}
		a.not(a.u8(3)&1 != 0, word, text)
	}
}

// multiportWords decodes a struct xt_multiport_v1.
func multiportWords(a *arguments) {
	word := a.choose(int(a.u8(0)), "--sports", "--dports", "--ports")
	var text strings.Builder
	for i := range min(int(a.u8(1)), 15) {
		separator := ","
		if i == 0 {
			separator = ""
		} else if a.u8(32+i-1) != 0 { // the port before begins a range
			separator = ":"
		}
		fmt.Fprintf(&text, "%s%d", separator, a.u16(2+2*i))
	}
	a.not(a.u8(47) != 0, word, text.String())
}

// states returns the names of the bits of a state of connection tracking.
func (a *arguments) states(mask uint64) []string {
	names := a.bits(mask, "INVALID", "ESTABLISHED", "RELATED", "NEW", "", "", "SNAT", "DNAT", "UNTRACKED")
	order := []string{"INVALID", "NEW", "RELATED", "ESTABLISHED", "UNTRACKED", "SNAT", "DNAT"}
	slices.SortFunc(names, func(x, y string) int { return slices.Index(order, x) - slices.Index(order, y) })
	return names
}

// Flags of a struct xt_conntrack_mtinfo3.
const (
	ctState      = 1 << 0
	ctProtocol   = 1 << 1
	ctStatus     = 1 << 6
	ctExpires    = 1 << 7
	ctDirection  = 1 << 12
	ctStateAlias = 1 << 13 // written as -m state
)

// conntrackWords decodes a struct xt_conntrack_mtinfo3.
func conntrackWords(a *arguments) {
	flags, invert := a.u16(146), a.u16(148)
	not := func(bit uint16) bool { return invert&bit != 0 }
	if flags&ctState != 0 {
		word := "--ctstate"
		if flags&ctStateAlias != 0 {
			a.name, word = "state", "--state"
		}
		a.not(not(ctState), word, list(a.states(uint64(a.u16(150))), ""))
	}
	if flags&ctProtocol != 0 {
		a.not(not(ctProtocol), "--ctproto", fmt.Sprint(a.u16(136)))
	}
	for i, word := range []string{"--ctorigsrc", "--ctorigdst", "--ctreplsrc", "--ctrepldst"} {
		if bit := uint16(1 << (2 + i)); flags&bit != 0 {
			a.not(not(bit), word, a.maskedAddress(32*i, 32*i+16))
		}
	}
	for i, word := range []string{"--ctorigsrcport", "--ctorigdstport", "--ctreplsrcport", "--ctrepldstport"} {
		if bit := uint16(1 << (8 + i)); flags&bit != 0 {
			a.not(not(bit), word, span(a.u16(138+2*i), a.u16(154+2*i)))
		}
	}
	if flags&ctStatus != 0 {
		a.not(not(ctStatus), "--ctstatus", list(a.bits(uint64(a.u16(152)), "EXPECTED", "SEEN_REPLY", "ASSURED", "CONFIRMED"), "NONE"))
	}
	if flags&ctExpires != 0 {
		a.not(not(ctExpires), "--ctexpire", span(a.u32(128), a.u32(132)))
	}
	if flags&ctDirection != 0 {
		direction := "ORIGINAL"
		if not(ctDirection) {
			direction = "REPLY"
		}
		a.add("--ctdir", direction)
	}
	a.known(uint64(flags), 1<<14-1)
}

// maskedAddress writes an address with the length of its mask, without it if it has all
// bits.
func (a *arguments) maskedAddress(at, mask int) string {
	address, m := a.address(at), a.address(mask)
	if n, ok := prefixLength(m); ok && n == 8*len(m) {
		return addressText(address)
	}
	return addressText(address) + "/" + maskText(m)
}

func macWords(a *arguments) {
	a.not(a.u32(8) != 0, "--mac-source", net.HardwareAddr(a.bytes(0, 6)).String())
}

func markWords(a *arguments) { a.not(a.u8(8) != 0, "--mark", masked(a.u32(0), a.u32(4))) }

// addrtypeWords decodes a struct xt_addrtype_info or, of revision 1,
// xt_addrtype_info_v1.
func addrtypeWords(a *arguments) {
	flags := a.u32(4)
	if a.revision == 0 {
		flags = min(a.u32(4), 1) | min(a.u32(8), 1)<<1
	}
	for i, word := range []string{"--src-type", "--dst-type"} {
		types := a.bits(uint64(a.u16(2*i)), "UNSPEC", "UNICAST", "LOCAL", "BROADCAST", "ANYCAST", "MULTICAST", "BLACKHOLE",
			"UNREACHABLE", "PROHIBIT", "THROW", "NAT", "XRESOLVE")
		if len(types) > 0 {
			a.not(flags>>i&1 != 0, word, list(types, ""))
		}
	}
	a.flags(uint64(flags>>2), "--limit-iface-in", "--limit-iface-out")
}

func iprangeWords(a *arguments) {
	flags := a.u8(64)
	for i, word := range []string{"--src-range", "--dst-range"} {
		if flags>>i&1 != 0 {
			a.not(flags>>(4+i)&1 != 0, word, a.addressText(32*i)+"-"+a.addressText(32*i+16))
		}
	}
	a.known(uint64(flags), 0x33)
}

func ownerWords(a *arguments) {
	const uid, gid, socket, groups = 1, 2, 4, 8
	has, invert := a.u8(16), a.u8(17)
	dash := func(at int) string { return strings.ReplaceAll(span(a.u32(at), a.u32(at+4)), ":", "-") }
	if has&socket != 0 {
		a.not(invert&socket != 0, "--socket-exists")
	}
	if has&uid != 0 {
		a.not(invert&uid != 0, "--uid-owner", dash(0))
	}
	if has&gid != 0 {
		a.not(invert&gid != 0, "--gid-owner", dash(8))
	}
	if has&groups != 0 {
		a.add("--suppl-groups")
	}
	a.known(uint64(has), 15)
}

func pkttypeWords(a *arguments) {
	a.not(a.u32(4) != 0, "--pkt-type", a.choose(int(int32(a.u32(0))), "unicast", "broadcast", "multicast"))
}

func physdevWords(a *arguments) {
	const in, out, bridged, isIn, isOut = 1, 2, 4, 8, 16
	invert, has := a.u8(64), a.u8(65)
	if has&isIn != 0 {
		a.not(invert&isIn != 0, "--physdev-is-in")
	}
	if has&in != 0 {
		a.not(invert&in != 0, "--physdev-in", linkText(a.bytes(0, 16), a.bytes(16, 16)))
	}
	if has&isOut != 0 {
		a.not(invert&isOut != 0, "--physdev-is-out")
	}
	if has&out != 0 {
		a.not(invert&out != 0, "--physdev-out", linkText(a.bytes(32, 16), a.bytes(48, 16)))
	}
	if has&bridged != 0 {
		a.not(invert&bridged != 0, "--physdev-is-bridged")
	}
	a.known(uint64(has), 31)
}

// hopsWords decodes a struct ipt_ttl_info or ip6t_hl_info.
func hopsWords(word string) func(*arguments) {
	return func(a *arguments) {
		const notEqual = 1
		suffix := a.choose(int(a.u8(0)), "eq", "eq", "lt", "gt")
		a.not(a.u8(0) == notEqual, "--"+word+"-"+suffix, fmt.Sprint(a.u8(1)))
	}
}

func statisticWords(a *arguments) {
	const random, nth = 0, 1
	invert := a.u16(2)&1 != 0
	switch a.u16(0) {
	case random:
		a.add("--mode", "random")
		a.not(invert, "--probability", fmt.Sprintf("%.11f", float64(a.u32(4))/(1<<31)))
	case nth:
		a.add("--mode", "nth")
		a.not(invert, "--every", fmt.Sprint(a.u32(4)+1))
		a.number("--packet", uint64(a.u32(8)))
	default:
		a.failed = true
	}
}

// stringWords decodes a struct xt_string_info of revision 1.
func stringWords(a *arguments) {
	pattern := string(a.bytes(20, min(int(a.u8(148)), 128)))
	invert := a.u8(149)&1 != 0
	printable := strings.IndexFunc(pattern, func(r rune) bool { return r < ' ' || r > '~' }) < 0
	if printable && !strings.HasSuffix(pattern, `\`) {
		a.not(invert, "--string", `"`+strings.NewReplacer(`"`, `\"`, `\`, `\\`).Replace(pattern)+`"`)
	} else {
		a.not(invert, "--hex-string", `"|`+hex.EncodeToString([]byte(pattern))+`|"`)
	}
	a.add("--algo", quote(a.text(4, 16)))
	if from := a.u16(0); from != 0 {
		a.number("--from", uint64(from))
	}
	if to := a.u16(2); to != math.MaxUint16 {
		a.number("--to", uint64(to))
	}
	if a.u8(149)&2 != 0 {
		a.add("--icase")
	}
}

// timeWords decodes a struct xt_time_info.
func timeWords(a *arguments) {
	const lastSecond, allMonthDays, allWeekDays, localZone, contiguous = 24*60*60 - 1, 0xfffffffe, 0xfe, 1, 2
	if start, stop := a.u32(8), a.u32(12); start != 0 || stop != lastSecond {
		a.add("--timestart", clock(start), "--timestop", clock(stop))
	}
	if days := a.u32(16); days != allMonthDays {
		var numbers []string
		for d := 1; d <= 31; d++ {
			if days>>d&1 == 1 {
				numbers = append(numbers, fmt.Sprint(d))
			}
		}
		a.add("--monthdays", list(numbers, ""))
	}
	if days := a.u8(20); days != allWeekDays {
		a.add("--weekdays", list(a.bits(uint64(days), "", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), ""))
	}
	for i, word := range []string{"--datestart", "--datestop"} {
		if at := a.u32(4 * i); at != 0 {
			a.add(word, time.Unix(int64(at), 0).UTC().Format("2006-01-02T15:04:05"))
		}
	}
	a.flags(uint64(a.u8(21)), "--kerneltz", "--contiguous")
}

func clock(seconds uint32) string {
	return fmt.Sprintf("%02d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
}

func connbytesWords(a *arguments) {
	from, to := a.u64(0), a.u64(8)
	invert := from > to
	if invert {
		from, to = to, from
	}
	text := fmt.Sprint(from)
	if to != math.MaxUint64 && to != from {
		text += fmt.Sprintf(":%d", to)
	}
	a.not(invert, "--connbytes", text)
	a.add("--connbytes-mode", a.choose(int(a.u8(16)), "packets", "bytes", "avgpkt"))
	a.add("--connbytes-dir", a.choose(int(a.u8(17)), "original", "reply", "both"))
}

func devgroupWords(a *arguments) {
	flags := a.u32(0)
	for i, word := range []string{"--src-group", "--dst-group"} {
		if flags>>(2*i)&1 != 0 {
			a.not(flags>>(2*i+1)&1 != 0, word, masked(a.u32(4+8*i), a.u32(8+8*i)))
		}
	}
	a.known(uint64(flags), 15)
}

// spi adds a range of SPIs at the beginning of the data, unless it has all.
func (a *arguments) spi(word string, invert uint8) {
	if low, high := a.u32(0), a.u32(4); low != 0 || high != math.MaxUint32 {
		a.not(invert&1 != 0, word, span(low, high))
	}
}

// ahWords decodes a struct ipt_ah or ip6t_ah, which has the length and the reserved bits
// too.
func ahWords(a *arguments) {
	invert := a.u8(8)
	if a.family == IPv6 {
		invert = a.u8(13)
		if a.u32(8) != 0 || a.u8(12) != 0 {
			a.failed = true
		}
	}
	a.spi("--ahspi", invert)
}

// connlimitWords decodes a struct xt_connlimit_info of revision 1.
func connlimitWords(a *arguments) {
	const below, dest = 1, 2
	flags := a.u32(20)
	word := "--connlimit-above"
	if flags&below != 0 {
		word = "--connlimit-upto"
	}
	ones := 0
	for _, c := range a.address(0) {
		ones += bits.OnesCount8(c)
	}
	a.number(word, uint64(a.u32(16)))
	a.number("--connlimit-mask", uint64(ones))
	if flags&dest != 0 {
		a.add("--connlimit-daddr")
	} else {
		a.add("--connlimit-saddr")
	}
	a.known(uint64(flags), below|dest)
}

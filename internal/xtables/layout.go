package xtables

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// A layout says where an entry of a family has its fields. Sizes are those of kernels
// that align a __u64 to 8 bytes: all but i386.
type layout struct {
	size         int // of the entry without matches and target
	targetOffset int // of the fields target_offset and next_offset
	counters     int
	words        func(*entry) []string // what the entry itself matches
	goesTo       func(*entry) bool     // whether the target is a goto
}

var layouts = map[Family]layout{
	IPv4: {size: 112, targetOffset: 88, counters: 96, words: ipv4Words, goesTo: ipv4Goto},
	IPv6: {size: 168, targetOffset: 140, counters: 152, words: ipv6Words, goesTo: ipv6Goto},
	ARP:  {size: 192, targetOffset: 164, counters: 176, words: arpWords, goesTo: func(*entry) bool { return false }},
}

// ifNameSize is IFNAMSIZ.
const ifNameSize = 16

// Flags and inversions of struct ipt_ip and ip6t_ip6.
const (
	ipFragment = 1
	ipGoto     = 2
	ip6Goto    = 4

	notIn       = 1
	notOut      = 2
	notSource   = 8
	notDest     = 0x10
	notFragment = 0x20
	notProtocol = 0x40
)

func ipv4Goto(e *entry) bool { return e.data[82]&ipGoto != 0 }
func ipv6Goto(e *entry) bool { return e.data[131]&ip6Goto != 0 }

// ipv4Words returns what a struct ipt_ip matches.
func ipv4Words(e *entry) []string {
	d, invert := e.data, e.data[83]
	var a arguments
	a.prefix("-s", d[0:4], d[8:12], invert&notSource != 0)
	a.prefix("-d", d[4:8], d[12:16], invert&notDest != 0)
	a.link("-i", d[16:32], d[48:64], invert&notIn != 0)
	a.link("-o", d[32:48], d[64:80], invert&notOut != 0)
	a.protocol(binary.NativeEndian.Uint16(d[80:]), invert&notProtocol != 0)
	if d[82]&ipFragment != 0 {
		a.not(invert&notFragment != 0, "-f")
	}
	return a.out
}

// ipv6Words returns what a struct ip6t_ip6 matches.
func ipv6Words(e *entry) []string {
	d, invert := e.data, e.data[132]
	var a arguments
	a.prefix("-s", d[0:16], d[32:48], invert&notSource != 0)
	a.prefix("-d", d[16:32], d[48:64], invert&notDest != 0)
	a.link("-i", d[64:80], d[96:112], invert&notIn != 0)
	a.link("-o", d[80:96], d[112:128], invert&notOut != 0)
	a.protocol(binary.NativeEndian.Uint16(d[128:]), invert&notProtocol != 0)
	return a.out
}

// prefix adds an address with its mask, unless it is that of all addresses.
func (a *arguments) prefix(word string, address, mask []byte, invert bool) {
	if allZero(address) && allZero(mask) && !invert {
		return
	}
	a.not(invert, word, addressText(address)+"/"+maskText(mask))
}

func allZero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

func addressText(b []byte) string {
	addr, ok := netip.AddrFromSlice(b)
	if !ok {
		return "?"
	}
	return addr.String()
}

// maskText returns the length of a mask or, if its bits are not the first ones, the mask.
func maskText(mask []byte) string {
	if n, ok := prefixLength(mask); ok {
		return strconv.Itoa(n)
	}
	return addressText(mask)
}

// prefixLength returns how many bits a mask has. ok is false if they are not the first.
func prefixLength(mask []byte) (n int, ok bool) {
	ended := false
	for _, c := range mask {
		for bit := 7; bit >= 0; bit-- {
			set := c>>bit&1 == 1
			if set && ended {
				return 0, false
			}
			if set {
				n++
			}
			ended = ended || !set
		}
	}
	return n, true
}

// link adds the name of an interface. A mask that ends with the name's last letter, not
// with its NUL, is of all names that begin so.
func (a *arguments) link(word string, name, mask []byte, invert bool) {
	if mask[0] == 0 {
		return
	}
	a.not(invert, word, linkText(name, mask))
}

func linkText(name, mask []byte) string {
	var text strings.Builder
	for i := range min(ifNameSize, len(name), len(mask)) {
		if mask[i] == 0 {
			if i > 0 && name[i-1] != 0 {
				text.WriteByte('+')
			}
			break
		}
		if name[i] != 0 {
			text.WriteByte(name[i])
		}
	}
	return text.String()
}

// protocol adds a transport protocol; 0 is any.
func (a *arguments) protocol(n uint16, invert bool) {
	if n == 0 {
		return
	}
	name, ok := protocols[n]
	if !ok {
		name = fmt.Sprint(n)
	}
	a.not(invert, "-p", name)
}

// protocols are the names of /etc/protocols in Debian, which iptables-save writes.
var protocols = map[uint16]string{
	1: "icmp", 2: "igmp", 3: "ggp", 4: "ipencap", 5: "st", 6: "tcp", 8: "egp", 9: "igp", 12: "pup", 17: "udp",
	20: "hmp", 22: "xns-idp", 27: "rdp", 29: "iso-tp4", 33: "dccp", 36: "xtp", 37: "ddp", 38: "idpr-cmtp", 41: "ipv6",
	43: "ipv6-route", 44: "ipv6-frag", 45: "idrp", 46: "rsvp", 47: "gre", 50: "esp", 51: "ah", 57: "skip",
	58: "ipv6-icmp", 59: "ipv6-nonxt", 60: "ipv6-opts", 73: "rspf", 81: "vmtp", 88: "eigrp", 89: "ospf", 93: "ax.25",
	94: "ipip", 97: "etherip", 98: "encap", 103: "pim", 108: "ipcomp", 112: "vrrp", 115: "l2tp", 124: "isis",
	132: "sctp", 133: "fc", 135: "mobility-header", 136: "udplite", 137: "mpls-in-ip", 138: "manet", 139: "hip",
	140: "shim6", 141: "wesp", 142: "rohc", 143: "ethernet",
}

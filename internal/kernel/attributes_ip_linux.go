package kernel

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// addressUses are IFA_* (linux/if_addr.h).
var addressUses = attributeUses{"IFA_", map[uint16]attributeUse{
	unix.IFA_ADDRESS:        held,
	unix.IFA_LOCAL:          held,
	unix.IFA_LABEL:          held,
	unix.IFA_BROADCAST:      held,
	unix.IFA_ANYCAST:        saidAs(attribute.address, "anycast"),
	unix.IFA_CACHEINFO:      held,
	unix.IFA_MULTICAST:      saidAs(attribute.address, "multicast"),
	unix.IFA_FLAGS:          held,
	unix.IFA_RT_PRIORITY:    held,
	unix.IFA_TARGET_NETNSID: made("of the request"),
	ifaProto:                held,
}}

// Attributes that package unix does not have (linux/rtnetlink.h).
const (
	rtaNHID      = 0x1e
	rtaFlowLabel = 0x1f
)

// routeUses are RTA_* (linux/rtnetlink.h).
var routeUses = attributeUses{"RTA_", map[uint16]attributeUse{
	unix.RTA_DST:           held,
	unix.RTA_SRC:           held,
	unix.RTA_IIF:           made("only answers to a query have it"),
	unix.RTA_OIF:           held,
	unix.RTA_GATEWAY:       held,
	unix.RTA_PRIORITY:      held,
	unix.RTA_PREFSRC:       held,
	unix.RTA_METRICS:       held,
	unix.RTA_MULTIPATH:     held,
	unix.RTA_FLOW:          saidAs(realms, "realms"),
	unix.RTA_CACHEINFO:     held,
	unix.RTA_TABLE:         held,
	unix.RTA_MARK:          made("only answers to a query have it"),
	unix.RTA_MFC_STATS:     made(counter),
	unix.RTA_VIA:           held,
	unix.RTA_NEWDST:        said("as"),
	unix.RTA_PREF:          held,
	unix.RTA_ENCAP_TYPE:    saidAs(encapName, "encap"),
	unix.RTA_ENCAP:         made("RTA_ENCAP_TYPE is reported"),
	unix.RTA_EXPIRES:       made(request),
	unix.RTA_PAD:           made("padding"),
	unix.RTA_UID:           made("only answers to a query have it"),
	unix.RTA_TTL_PROPAGATE: said("ttl-propagate"),
	unix.RTA_IP_PROTO:      made("only answers to a query have it"),
	unix.RTA_SPORT:         made("only answers to a query have it"),
	unix.RTA_DPORT:         made("only answers to a query have it"),
	rtaNHID:                said("nhid"),
	rtaFlowLabel:           said("flowlabel"),
}}

// metricUses are RTAX_* (linux/rtnetlink.h). A metric is there only if somebody set it.
var metricUses = attributeUses{"RTAX_", map[uint16]attributeUse{
	unix.RTAX_LOCK:               saidAs(metricBits, "lock"),
	unix.RTAX_MTU:                held,
	unix.RTAX_WINDOW:             said("window"),
	unix.RTAX_RTT:                said("rtt"),
	unix.RTAX_RTTVAR:             said("rttvar"),
	unix.RTAX_SSTHRESH:           said("ssthresh"),
	unix.RTAX_CWND:               said("cwnd"),
	unix.RTAX_ADVMSS:             said("advmss"),
	unix.RTAX_REORDERING:         said("reordering"),
	unix.RTAX_HOPLIMIT:           said("hoplimit"),
	unix.RTAX_INITCWND:           said("initcwnd"),
	unix.RTAX_FEATURES:           said("features"),
	unix.RTAX_RTO_MIN:            said("rto_min"),
	unix.RTAX_INITRWND:           said("initrwnd"),
	unix.RTAX_QUICKACK:           said("quickack"),
	unix.RTAX_CC_ALGO:            saidAs(attribute.quoted, "congctl"),
	unix.RTAX_FASTOPEN_NO_COOKIE: said("fastopen_no_cookie"),
}}

// metricBits writes which metrics are locked: the bits are the numbers of RTAX_*.
func metricBits(a attribute) string { return fmt.Sprintf("0x%x", a.u32()) }

// realms writes RTA_FLOW and FRA_FLOW: the source in the upper half, if there is one.
func realms(a attribute) string {
	from, to := a.u32()>>16, a.u32()&0xffff
	if from == 0 {
		return strconv.Itoa(int(to))
	}
	return fmt.Sprintf("%d/%d", from, to)
}

// encapName returns the word for an LWTUNNEL_ENCAP_* (linux/lwtunnel.h).
func encapName(a attribute) string {
	names := []string{"none", "mpls", "ip", "ila", "ip6", "seg6", "bpf", "seg6local", "rpl", "ioam6", "xfrm"}
	if n := int(a.u16()); n < len(names) {
		return names[n]
	}
	return a.value()
}

// Attributes of rules that package unix does not have (linux/fib_rules.h).
const (
	fraDSCP = 25 + iota
	fraFlowLabel
	fraFlowLabelMask
	fraSportMask
	fraDportMask
	fraDSCPMask
)

// ruleUses are FRA_* (linux/fib_rules.h). The protocol of the rules of a new namespace is
// kernel, that of ip is boot.
var ruleUses = attributeUses{"FRA_", map[uint16]attributeUse{
	unix.FRA_DST:                held,
	unix.FRA_SRC:                held,
	unix.FRA_IIFNAME:            held,
	unix.FRA_GOTO:               said("goto"),
	unix.FRA_PRIORITY:           held,
	unix.FRA_FWMARK:             held,
	unix.FRA_FLOW:               saidAs(realms, "realms"),
	unix.FRA_TUN_ID:             saidAs(tunnelID, "tun_id"),
	unix.FRA_SUPPRESS_IFGROUP:   said("suppress_ifgroup", "4294967295"),
	unix.FRA_SUPPRESS_PREFIXLEN: said("suppress_prefixlength", "4294967295"),
	unix.FRA_TABLE:              held,
	unix.FRA_FWMASK:             held,
	unix.FRA_OIFNAME:            held,
	unix.FRA_PAD:                made("padding"),
	unix.FRA_L3MDEV:             said("l3mdev", "0"),
	unix.FRA_UID_RANGE:          saidAs(attribute.range32, "uidrange"),
	unix.FRA_PROTOCOL:           said("protocol", "0", "2", "3"),
	unix.FRA_IP_PROTO:           saidAs(ipProtocol, "ipproto"),
	unix.FRA_SPORT_RANGE:        saidAs(attribute.range16, "sport"),
	unix.FRA_DPORT_RANGE:        saidAs(attribute.range16, "dport"),
	fraDSCP:                     said("dscp"),
	fraFlowLabel:                said("flowlabel"),
	fraFlowLabelMask:            said("flowlabel_mask"),
	fraSportMask:                said("sport_mask", "65535"),
	fraDportMask:                said("dport_mask", "65535"),
	fraDSCPMask:                 said("dscp_mask", "63"),
}}

// range16 and range32 write two numbers, such as a struct fib_rule_port_range.
func (a attribute) range16() string {
	if len(a.data) < 4 {
		return a.value()
	}
	return span(uint64(native.Uint16(a.data)), uint64(native.Uint16(a.data[2:])))
}

func (a attribute) range32() string {
	if len(a.data) < 8 {
		return a.value()
	}
	return span(uint64(native.Uint32(a.data)), uint64(native.Uint32(a.data[4:])))
}

func span(from, to uint64) string {
	if from == to {
		return strconv.FormatUint(from, 10)
	}
	return fmt.Sprintf("%d-%d", from, to)
}

// tunnelID writes a number of 64 bits in the order of the network.
func tunnelID(a attribute) string {
	return strconv.FormatUint(uint64(a.big32())<<32|uint64(attribute{data: a.data[min(4, len(a.data)):]}.big32()), 10)
}

// ipProtocol writes a protocol above IP as ip does.
func ipProtocol(a attribute) string {
	switch a.u8() {
	case unix.IPPROTO_ICMP:
		return "icmp"
	case unix.IPPROTO_TCP:
		return "tcp"
	case unix.IPPROTO_UDP:
		return "udp"
	case unix.IPPROTO_ICMPV6:
		return "ipv6-icmp"
	}
	return a.value()
}

// Attributes of neighbours that package unix does not have (linux/neighbour.h).
const (
	ndaNHID        = 13
	ndaFDBExtAttrs = 14
	ndaFlagsExt    = 15
)

// neighbourUses are NDA_* (linux/neighbour.h).
var neighbourUses = attributeUses{"NDA_", map[uint16]attributeUse{
	unix.NDA_DST:          held,
	unix.NDA_LLADDR:       held,
	unix.NDA_CACHEINFO:    made(timer),
	unix.NDA_PROBES:       made(counter),
	unix.NDA_IFINDEX:      made("the header has it"),
	unix.NDA_LINK_NETNSID: made("of the request"),
	ndaProtocol:           held,
	ndaFlagsExt:           saidAs(extendedFlags, "flags", ""),
}}

// fdbUses are NDA_* of entries of a bridge.
var fdbUses = attributeUses{"NDA_", map[uint16]attributeUse{
	unix.NDA_DST:          held,
	unix.NDA_LLADDR:       held,
	unix.NDA_CACHEINFO:    made(timer),
	unix.NDA_PROBES:       made(counter),
	unix.NDA_VLAN:         held,
	unix.NDA_PORT:         said("port"),
	unix.NDA_VNI:          said("vni"),
	unix.NDA_IFINDEX:      said("via index"),
	unix.NDA_MASTER:       held,
	unix.NDA_LINK_NETNSID: said("link-netnsid"),
	unix.NDA_SRC_VNI:      said("src_vni"),
	ndaNHID:               said("nhid"),
	ndaFDBExtAttrs:        said("activity_notify"),
	ndaFlagsExt:           saidAs(extendedFlags, "flags", ""),
}}

// extendedFlags writes NTF_EXT_* in the words of ip.
func extendedFlags(a attribute) string {
	var list []string
	for i, word := range []string{"managed", "locked", "extern_valid"} {
		if a.u32()>>i&1 != 0 {
			list = append(list, word)
		}
	}
	if rest := a.u32() >> 3 << 3; rest != 0 {
		list = append(list, fmt.Sprintf("0x%x", rest))
	}
	return strings.Join(list, " ")
}

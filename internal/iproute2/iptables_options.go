package iproute2

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/nft"
)

// option parses one option of a rule of iptables(8), with an optional "!" before it.
func (r *iptablesRule) option(w *words) error {
	not := ""
	if w.Skip("!") {
		not = "!= "
	}
	option := w.Next()
	switch {
	case option == "-m" || option == "--match":
		_, err := w.Value("the name of a match")
		return err
	case option == "-j" || option == "--jump":
		return r.jump(w, "jump ")
	case option == "-g" || option == "--goto":
		return r.jump(w, "goto ")
	case r.readBare(option, not):
		return nil
	}
	if w.Peek() == "!" { // the older "-s ! ADDRESS"
		not = "!= "
		w.Next()
	}
	place := w.Pos - 1
	value, err := w.Value("a value of " + option)
	switch {
	case err != nil:
		return err
	case option == "--tcp-flags":
		flags, err := w.Value("the flags that are set")
		r.packet = append(r.packet, strings.ToLower("tcp flags "+not+tcpFlags(flags)+" / "+tcpFlags(value)))
		return err
	case r.readMatch(option, not, value):
		return nil
	}
	w.Pos = place
	return fmt.Errorf("%s: unknown iptables option", w.Place())
}

// readBare parses an option without a value; false if it is not one.
func (r *iptablesRule) readBare(option, not string) bool {
	switch option {
	case "--syn":
		r.packet = append(r.packet, "tcp flags "+not+"syn / fin,syn,rst,ack")
	case "--random", "--persistent":
		r.target += " " + option[2:]
	case "--random-fully":
		r.target += " fully-random"
	case "--save-mark":
		r.target = "ct mark set meta mark"
	case "--restore-mark":
		r.target = "meta mark set ct mark"
	case "--notrack":
		r.target = "notrack"
	default:
		return false
	}
	return true
}

// ports prints ports as nft does.
func ports(value string) string {
	if strings.Contains(value, ",") {
		return "{ " + strings.ReplaceAll(strings.ReplaceAll(value, ":", "-"), ",", ", ") + " }"
	}
	if from, ok := strings.CutSuffix(value, ":"); ok {
		return from + "-65535"
	}
	return strings.ReplaceAll(value, ":", "-")
}

// link prints the name of a link as nft does, with "*" for a final "+".
func link(value string) string {
	if stem, ok := strings.CutSuffix(value, "+"); ok {
		value = stem + "*"
	}
	return `"` + value + `"`
}

// readMatch parses a match or an option of the target; false if it is unknown.
func (r *iptablesRule) readMatch(option, not, value string) bool {
	ip, icmp := "ip ", "icmp "
	if r.family == nft.IP6 {
		ip, icmp = "ip6 ", "icmpv6 "
	}
	add := func(list *[]string, key, value string) { *list = append(*list, key+" "+not+value) }
	switch option {
	case "-i", "--in-interface":
		add(&r.links, "iifname", link(value))
	case "-o", "--out-interface":
		add(&r.links, "oifname", link(value))
	case "-s", "--source", "--src":
		add(&r.hosts, ip+"saddr", addresses(value))
	case "-d", "--destination", "--dst":
		add(&r.hosts, ip+"daddr", addresses(value))
	case "--src-range":
		add(&r.hosts, ip+"saddr", value)
	case "--dst-range":
		add(&r.hosts, ip+"daddr", value)
	case "-p", "--protocol", "--proto":
		return r.readProtocol(not, value)
	case "--dport", "--destination-port", "--dports", "--destination-ports":
		add(&r.packet, r.transport()+" dport", ports(value))
	case "--sport", "--source-port", "--sports", "--source-ports":
		add(&r.packet, r.transport()+" sport", ports(value))
	case "--icmp-type", "--icmpv6-type":
		add(&r.packet, icmp+"type", value)
	case "--ctstate", "--state":
		add(&r.packet, "ct state", strings.ToLower(value))
	case "--src-type", "--dst-type":
		add(&r.packet, "fib "+option[2:3]+"addr type", strings.ToLower(value))
	case "--mark":
		r.packet = append(r.packet, markMatch(not, value))
	case "--mac-source":
		add(&r.packet, "ether saddr", value)
	case "--limit", "--limit-burst", "--comment", "--uid-owner", "--gid-owner", "--pkt-type", "--ttl-lt", "--ttl-gt", "--ttl-eq":
		return r.readFurtherMatch(option, not, value)
	default:
		return r.readTargetOption(option, value)
	}
	return true
}

// addresses writes one address or several with commas between.
func addresses(value string) string {
	if strings.Contains(value, ",") {
		return "{ " + strings.ReplaceAll(value, ",", ", ") + " }"
	}
	return value
}

// transport returns the protocol of the rule's ports.
func (r *iptablesRule) transport() string {
	if r.protocol == "" {
		return "th"
	}
	return r.protocol
}

func (r *iptablesRule) readProtocol(not, value string) bool {
	if value == "icmpv6" || value == "icmp6" {
		value = "ipv6-icmp"
	}
	switch {
	case value == "all":
	case not != "":
		r.packet = append(r.packet, "meta l4proto "+not+value)
	default:
		r.protocol = value
	}
	return true
}

func markMatch(not, value string) string {
	mark, mask, ok := strings.Cut(value, "/")
	if !ok {
		return "meta mark " + not + mark
	}
	if not == "" {
		not = "== "
	}
	return "meta mark & " + mask + " " + not + mark
}

// readFurtherMatch parses the less frequent matches.
func (r *iptablesRule) readFurtherMatch(option, not, value string) bool {
	switch option {
	case "--limit":
		amount, unit, _ := strings.Cut(value, "/")
		for _, full := range []string{"second", "minute", "hour", "day"} {
			if unit != "" && strings.HasPrefix(full, unit) {
				unit = full
			}
		}
		r.packet = append(r.packet, "limit rate "+amount+"/"+unit)
	case "--limit-burst":
		i := slices.IndexFunc(r.packet, func(s string) bool { return strings.HasPrefix(s, "limit rate") })
		if i < 0 {
			return false
		}
		r.packet[i] += " burst " + value + " packets"
	case "--comment":
		r.comment = value
	case "--uid-owner":
		r.packet = append(r.packet, "meta skuid "+not+value)
	case "--gid-owner":
		r.packet = append(r.packet, "meta skgid "+not+value)
	case "--pkt-type":
		r.packet = append(r.packet, "meta pkttype "+not+value)
	case "--ttl-lt":
		r.packet = append(r.packet, "ip ttl < "+value)
	case "--ttl-gt":
		r.packet = append(r.packet, "ip ttl > "+value)
	case "--ttl-eq":
		r.packet = append(r.packet, "ip ttl "+not+value)
	default:
		return false
	}
	return true
}

// tcpFlags prints flags as nft does.
func tcpFlags(value string) string {
	switch value {
	case "ALL":
		return "fin,syn,rst,psh,ack,urg"
	case "NONE":
		return "0x0"
	}
	return value
}

// jump parses the target; its options follow.
func (r *iptablesRule) jump(w *words, how string) error {
	target, err := w.Value("a target such as ACCEPT")
	if err != nil {
		return err
	}
	known := map[string]string{
		"ACCEPT": "accept", "DROP": "drop", "RETURN": "return", "REJECT": "reject", "MASQUERADE": "masquerade",
		"DNAT": "dnat", "SNAT": "snat", "REDIRECT": "redirect", "LOG": "log", "MARK": "meta mark set",
		"CONNMARK": "ct mark set", "NOTRACK": "notrack", "CT": "notrack",
	}
	if slices.Contains(strings.Fields(otherTargets), target) {
		return w.unsupported("the target %s is not supported", target)
	}
	if r.target = known[target]; r.target == "" {
		r.target = how + target
	}
	return nil
}

// otherTargets are those of iptables-extensions(8) that are not supported. Any other name is
// that of a chain.
const otherTargets = `AUDIT CHECKSUM CLASSIFY CLUSTERIP CONNSECMARK DNPT DSCP ECN HL HMARK IDLETIMER LED NETMAP NFLOG NFQUEUE QUEUE RATEEST SECMARK SET
	SNPT SYNPROXY TCPMSS TCPOPTSTRIP TEE TOS TPROXY TRACE TTL ULOG`

// readTargetOption parses an option of the target; false if it is unknown.
func (r *iptablesRule) readTargetOption(option, value string) bool {
	switch option {
	case "--to-destination", "--to-source":
		r.target += " to " + value
	case "--to-ports", "--to-port":
		r.target += " to :" + value
	case "--reject-with":
		r.target = "reject with " + rejection(value)
	case "--log-prefix":
		r.target += ` prefix "` + strings.ReplaceAll(value, `"`, "'") + `"`
	case "--log-level":
		level := map[string]string{"0": "emerg", "1": "alert", "2": "crit", "3": "err", "4": "warn", "5": "notice", "6": "info", "7": "debug", "warning": "warn", "error": "err"}[value]
		if level == "" {
			level = value
		}
		r.target += " level " + level
	case "--set-mark", "--set-xmark":
		mark, mask, _ := strings.Cut(value, "/")
		r.target += " " + mark
		return mask == "" || mask == "0xffffffff"
	default:
		return false
	}
	return true
}

// rejection prints a value of --reject-with as nft does.
func rejection(value string) string {
	known := map[string]string{
		"tcp-reset": "tcp reset", "icmp-net-unreachable": "icmp net-unreachable", "icmp-host-unreachable": "icmp host-unreachable",
		"icmp-port-unreachable": "icmp port-unreachable", "icmp-proto-unreachable": "icmp prot-unreachable",
		"icmp-net-prohibited": "icmp net-prohibited", "icmp-host-prohibited": "icmp host-prohibited",
		"icmp-admin-prohibited": "icmp admin-prohibited", "icmp6-no-route": "icmpv6 no-route",
		"icmp6-adm-prohibited": "icmpv6 admin-prohibited", "icmp6-addr-unreachable": "icmpv6 addr-unreachable",
		"icmp6-port-unreachable": "icmpv6 port-unreachable",
	}
	if with, ok := known[value]; ok {
		return with
	}
	return value
}

package topotest

import (
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/nft"
)

// Nftables draws a ruleset, as the text of a file. It refers only to
// the links given and to lo.
func Nftables(t *rapid.T, links ...string) string {
	var b strings.Builder
	for i := range rapid.IntRange(1, 2).Draw(t, "tables") {
		d := &ruleDrawer{t: t, links: append([]string{"lo"}, links...)}
		d.family = pick(t, "family", nft.IP, nft.IP6, nft.Inet)
		fmt.Fprintf(&b, "table %s t%d {\n", d.family, i)
		if d.family != nft.IP6 {
			b.WriteString("set s { type ipv4_addr; flags interval; elements = { 10.3.0.0/16, 10.9.9.9 }; }\n")
		}
		for j := range rapid.IntRange(1, 3).Draw(t, "chains") {
			d.chain(&b, j)
		}
		b.WriteString("chain side { counter; return }\n}\n")
	}
	return b.String()
}

// A ruleDrawer draws the rules of one table.
type ruleDrawer struct {
	t      *rapid.T
	family nft.Family
	links  []string
	nat    bool // the chain is of type nat
	ipv6   bool // the rule matches IPv6
	hook   string
}

func (d *ruleDrawer) chain(b *strings.Builder, n int) {
	fmt.Fprintf(b, "chain c%d {\n", n)
	d.nat = chance(d.t, "nat", 3)
	hooks := []string{"prerouting", "input", "forward", "output", "postrouting"}
	if d.nat {
		hooks = []string{"prerouting", "postrouting"}
	}
	d.hook = pick(d.t, "hook", hooks...)
	typ := "filter"
	if d.nat {
		typ = "nat"
	}
	priority := rapid.IntRange(-160, 120).Draw(d.t, "priority")
	fmt.Fprintf(b, "type %s hook %s priority %d; policy accept;\n", typ, d.hook, priority)
	for range rapid.IntRange(0, 4).Draw(d.t, "rules") {
		b.WriteString(d.rule() + "\n")
	}
	b.WriteString("}\n")
}

func (d *ruleDrawer) rule() string {
	var words []string
	d.ipv6 = d.family == nft.IP6 || d.family == nft.Inet && rapid.Bool().Draw(d.t, "of IPv6")
	for range rapid.IntRange(0, 2).Draw(d.t, "matches") {
		words = append(words, d.match())
	}
	protocols := slices.ContainsFunc(words, func(s string) bool { return strings.Contains(s, "{ tcp, udp }") || strings.HasPrefix(s, "th ") })
	if rapid.Bool().Draw(d.t, "counts") {
		words = append(words, "counter")
	}
	words = append(words, d.end(protocols))
	if chance(d.t, "comment", 5) {
		words = append(words, `comment "a reason"`)
	}
	return strings.Join(words, " ")
}

// match draws a match.
func (d *ruleDrawer) match() string {
	any := []string{
		"meta l4proto { tcp, udp }", "ct state established,related", "ct state { new, established }", "ct state invalid",
		`iifname "eth*"`, `iifname != "lo"`, `iifname { "a", "b" }`, "meta mark 0x5", "meta mark & 0xf0 == 0x10",
		"limit rate 5/second", "limit rate over 10/minute burst 7 packets", `log prefix "seen: "`, "th dport 53",
		"meta length < 1000", "meta length 100-200", "meta mark != 7",
	}
	if d.hook != "prerouting" && d.hook != "input" {
		any = append(any, `oifname "eth0"`)
	} else {
		any = append(any, "iif "+pick(d.t, "link", d.links...), "iif != lo")
	}
	if d.ipv6 {
		any = append(any, "ip6 saddr fd00::/64", "ip6 daddr { fd00::1, fd00::2 }")
	} else {
		any = append(any, "ip saddr 10.1.0.0/16", "ip daddr != 10.2.0.1", "ip saddr { 10.0.0.1, 10.5.0.0/24 }", "ip saddr @s",
			"ip daddr 10.0.0.3-10.0.0.9", "ip ttl > 5")
	}
	return pick(d.t, "match", any...)
}

// end draws the last statement of a rule. After a match of several protocols it must
// not match one.
func (d *ruleDrawer) end(protocols bool) string {
	if protocols {
		return pick(d.t, "end of several", "accept", "return", "counter")
	}
	if d.nat && d.hook == "prerouting" {
		any := []string{"tcp dport 8080 redirect to :80", "return"}
		if d.family == nft.IP {
			any = append(any, "tcp dport 8080 dnat to 10.0.0.2:80")
		}
		return pick(d.t, "end", any...)
	}
	if d.nat {
		return pick(d.t, "end", "masquerade", "masquerade random", "accept")
	}
	any := []string{
		"accept", "return", "jump side", "goto side", "tcp dport { 22, 80-90 } accept", "udp sport 53 accept", "meta mark set 0x3",
		"tcp flags syn / fin,syn,rst,ack counter", "tcp dport vmap { 22 : accept, 23 : jump side }", "ct mark set meta mark",
	}
	if d.hook == "input" || d.hook == "forward" || d.hook == "output" {
		any = append(any, "tcp dport 25 reject with tcp reset")
	}
	return pick(d.t, "end", any...)
}

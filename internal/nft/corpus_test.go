package nft_test

import (
	"bufio"
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vethlab/vethlab/internal/golden"
	"github.com/vethlab/vethlab/internal/nft"
)

// corpusFile holds the rule sets of corpus, each with nft's listing below.
const corpusFile = "testdata/corpus.golden"

// rule returns a rule set with one rule.
func rule(family, rule string) string {
	return fmt.Sprintf("table %s t { chain other { }; chain c { type filter hook input priority 0; %s; }; }", family, rule)
}

func nat(family, hook, rule string) string {
	return fmt.Sprintf("table %s t { chain c { type nat hook %s priority 0; %s; }; }", family, hook, rule)
}

func base(family, text string) string {
	return fmt.Sprintf("table %s t { chain c { %s; }; }", family, text)
}

func set(family, text string) string {
	return fmt.Sprintf("table %s t { set s { %s; }; chain c { }; }", family, text)
}

// corpus returns rule sets in the spellings that users write, with all names also as
// numbers.
func corpus() []string {
	var list []string
	add := func(family string, rules ...string) {
		for _, r := range rules {
			list = append(list, rule(family, r))
		}
	}
	numbers := func(family, format string, from, to int) {
		for n := from; n <= to; n++ {
			add(family, fmt.Sprintf(format, n))
		}
	}
	for _, n := range []int{0, 1, 2, 4, 6, 17, 33, 41, 43, 44, 47, 50, 51, 58, 59, 60, 89, 103, 108, 112, 115, 132, 136, 200} {
		add("ip", fmt.Sprintf("ip protocol %d accept", n))
		add("inet", fmt.Sprintf("meta l4proto != %d drop", n))
	}
	numbers("ip", "icmp type %d accept", 0, 19)
	numbers("ip", "icmp code %d accept", 0, 14)
	numbers("ip6", "icmpv6 type %d accept", 1, 5)
	numbers("ip6", "icmpv6 type %d accept", 127, 144)
	numbers("ip6", "icmpv6 code %d accept", 0, 7)
	numbers("ip", "fib daddr type %d accept", 0, 8)
	numbers("ip", "meta pkttype %d accept", 0, 4)
	numbers("bridge", "ether type 0x080%d accept", 0, 7)
	for _, n := range []int{1, 2, 4, 8, 64, 6, 14} {
		add("ip", fmt.Sprintf("ct state %d accept", n))
	}
	for _, n := range []int{1, 2, 4, 8, 16, 32, 512, 48} {
		add("inet", fmt.Sprintf("ct status %d accept", n))
	}
	for _, n := range []int{1, 2, 4, 8, 16, 32, 64, 128, 18} {
		add("ip", fmt.Sprintf("tcp flags %d accept", n))
	}
	for service := range strings.FieldsSeq("ftp-data ftp ssh telnet smtp domain bootps bootpc tftp http kerberos pop3 ntp imap2 snmp bgp ldap https submission imaps pop3s openvpn mysql postgresql http-alt") {
		add("ip", "tcp dport "+service+" accept")
	}
	for level := range strings.FieldsSeq("emerg alert crit err warn notice info debug") {
		add("ip", `log prefix "p" level `+level)
	}
	for code := range strings.FieldsSeq("net-unreachable host-unreachable prot-unreachable port-unreachable net-prohibited host-prohibited admin-prohibited") {
		add("ip", "reject with icmp type "+code)
	}
	for code := range strings.FieldsSeq("no-route admin-prohibited addr-unreachable port-unreachable policy-fail reject-route") {
		add("ip6", "reject with icmpv6 type "+code)
	}
	for code := range strings.FieldsSeq("no-route port-unreachable host-unreachable admin-prohibited") {
		add("inet", "reject with icmpx type "+code)
	}
	add("ip",
		"accept", "drop", "return", "continue", "jump other", "goto other", "counter", "counter packets 5 bytes 9 accept",
		"ip saddr 10.0.0.1", "ip saddr 10.1.2.3/8 drop", "ip daddr != 10.0.0.0/24 drop", "ip saddr 0.0.0.0/0 accept",
		"ip saddr 10.0.0.5-10.0.0.9 accept", "ip saddr 10.0.0.0-10.0.0.255 accept", "ip saddr != 10.0.0.0-10.0.0.3 accept",
		"ip saddr { 10.0.0.1, 9.0.0.1 } accept", "ip saddr {10.0.0.0-10.0.0.255, 9.9.9.9} drop", "ip saddr != { 10.0.0.0/8, 192.168.0.0/16 } drop",
		"ip ttl 64", "ip ttl < 5 drop", "ip ttl <= 5 drop", "ip ttl > 5 drop", "ip ttl >= 5 drop", "ip ttl 3-9 drop", "ip length 100-200", "ip id 7",
		"iif lo accept", "oif lo accept", "iif != lo drop", "iifname eth0 accept", "oifname \"eth*\" accept", "iifname != { a, b } drop",
		"meta mark 5 accept", "meta mark != 0x10 accept", "meta mark & 0xff == 1 accept", "meta mark and 0xf0 != 0x10 drop", "meta mark set 5", "meta mark set ct mark",
		"ct mark 7", "ct mark set 7", "ct mark set meta mark", "ct direction original", "ct direction reply drop",
		"ct state new accept", "ct state related,established accept", "ct state { new, established } accept", "ct state != invalid accept",
		"ct state vmap { established : accept, invalid : drop }", "ct state vmap { established : accept, related : accept, new : jump other }",
		"tcp dport 22 accept", "tcp dport != 22 drop", "tcp sport 1000-2000", "tcp dport > 1023", "tcp dport >= 1024", "tcp dport < 1024", "udp dport 53", "udp sport { 53, 67-68 }",
		"tcp dport { https, http, 22 } accept", "tcp dport 80 - 90", "tcp dport vmap { 22 : accept, 80 : drop }", "sctp dport 5", "udp length 9-100", "tcp window 0",
		"tcp flags syn", "tcp flags != syn", "tcp flags & (fin|syn|rst|ack) == syn drop", "tcp flags & (fin|syn) == fin|syn drop", "tcp flags & (syn|ack) == 0", "tcp flags syn,ack",
		"ip protocol tcp tcp dport 22 accept", "meta l4proto { tcp, udp } th dport 53 accept", "meta l4proto tcp ip saddr 10.0.0.1 tcp dport 22",
		"icmp type echo-request accept", "icmp type { echo-reply, echo-request }", "icmp type != echo-request drop",
		"limit rate 5/second accept", "limit rate 10/minute burst 7 packets accept", "limit rate over 3/hour drop", "limit rate 1/day", "limit rate 9/week",
		"limit rate 10 mbytes/second accept", "limit rate 512 kbytes/second burst 1 mbytes", "limit rate 1500 bytes/second burst 3000 bytes",
		"log", `log prefix "a b: "`, "log group 3", `log prefix "x" group 0`, "reject", "reject with tcp reset", "notrack",
		"meta skuid 0 accept", "meta skgid 100", "meta length 100-1500", "meta cpu 0", "meta nftrace set 1", "meta priority 1", "iifgroup 5", "meta iiftype ether", "meta oiftype loopback",
		"fib saddr type local drop", "fib daddr type { local, broadcast } accept", `accept comment "a b"`, `tcp dport 1 counter accept comment "c"`,
	)
	add("ip",
		"meta iiftype ppp drop", "meta oiftype 768", "meta iiftype 778 drop", "meta priority 1:1f", "meta priority root drop", "meta length != 100-200", "meta skuid > 99", "meta mark 3-9 drop",
		"tcp flags syn|ack drop", "tcp flags & (syn|ack|fin) == syn|ack", "limit rate 2 kbytes/second burst 4 kbytes", "limit rate 3000 kbytes/second", "tcp dport vmap { 1-5 : accept, 9 : drop }", "iifname vmap { a : accept, b : drop }",
	)
	add("ip",
		"tcp dport { 1-5, 6-9, 11 }", "tcp dport { 0-5, 65535 }", "ip saddr { 0.0.0.0-9.255.255.255, 255.0.0.0/8 }", "ip saddr 10.0.0.1-10.0.0.254", "ip saddr 0.0.0.0-127.255.255.255", "ip saddr 10.0.0.1/32",
		"meta mark & 0xff >= 3", "meta mark & 0xff < 0x10 drop", "meta mark 0xffffffff", "meta mark { 1, 0x100 }", "ct mark & 0xff != 1", "meta length >= 100", "meta length { 5, 1000 }", "meta skuid { 5, 1000, 3 }", "tcp window > 0", "tcp window & 0xff == 1", "iif { lo }", "meta priority ffff:ffff", "meta priority none", "meta priority 0:9", "meta cgroup 5", "oifgroup { 1, 2 }",
		"tcp flags & syn == 0", "tcp flags & (fin|syn) == 0", "tcp flags & fin == fin", "tcp flags { syn, ack }", "tcp flags & (fin|syn) != 0", "ct state established,related,new accept", "ct state { established, related } drop", "ct state & (new|established) == new", "ct status snat,dnat",
		"limit rate 1024 bytes/second", "limit rate 1 bytes/second", "limit rate 1025 kbytes/hour burst 1 bytes", "limit rate 5/second burst 5 packets", "limit rate 5/second burst 1 packets", "icmp type vmap { echo-request : accept, 0 : drop }", "ip protocol vmap { tcp : accept, 17 : drop }", "ip saddr vmap { 10.0.0.0/9 : accept, 10.128.0.0/9 : accept }", "meta l4proto tcp counter tcp dport 1", "counter tcp dport 1", "meta l4proto tcp th dport 1 accept", "ip protocol udp th sport { 1, 2 }", "meta l4proto tcp th dport vmap { 1 : accept }", "meta l4proto { tcp, udp } th dport vmap { 1 : accept }", `log prefix "p" level notice group 3`,
	)
	add("ip",
		"ct state 0x80", "ct state 0x81 drop", "ct status 0x4000", "tcp flags == syn", "tcp flags { fin, syn|ack }", "tcp flags & (fin|syn|rst|psh|ack|urg) == 0x0",
		"limit rate 5/second burst 4294967295 packets", "limit rate over 5/second burst 6 packets", "limit rate 5 kbytes/second burst 4194303 kbytes", "limit rate 5 bytes/second burst 0 bytes", "limit rate 5/ second", "limit rate 1048576 bytes/week", "limit rate over 1 mbytes/minute burst 1 kbytes",
		"log group 65535", `log level debug prefix "a"`, `log prefix "a" group 3`, "ct mark set 0xffffffff", "meta priority set 1:1", "meta nftrace set 0", "meta mark set meta priority", "meta priority set meta mark", "meta mark set meta cpu",
		"tcp dport vmap { 1-5 : accept, 6-9 : accept }", "tcp dport vmap { 0 : accept, 65535 : drop }", "ip saddr vmap { 10.0.0.1 : return, 10.0.0.2 : continue }", "ip ttl vmap { 1 : drop, 64 : accept }", "icmp code vmap { 0 : accept, 1 : drop }", "ct mark vmap { 1 : accept, 2 : drop }", "meta mark vmap { 0x100 : drop, 1 : return }",
		"reject with icmp admin-prohibited", "reject with icmp 0", "notrack comment \"x\"", "goto other comment \"x\"", "counter counter accept", "counter log accept", `log prefix "a" counter reject`,
	)
	add("ip6", "reject with icmpv6 no-route", "reject with icmpv6 6", "reject with tcp reset", "ip6 saddr vmap { fd00::/8 : accept, fe80::1 : drop }", "icmpv6 type vmap { echo-request : accept, 1 : drop }", "ip6 daddr fd00::/127", "ip6 saddr { fd00::-fd00::ff, fd01::5 }")
	add("inet", "reject with icmpx admin-prohibited", "reject with icmpx 0", "ip saddr vmap { 1.1.1.1 : accept }", "ip6 hoplimit vmap { 1 : drop }", "icmp type vmap { 8 : accept }", "meta nfproto vmap { ipv4 : accept, ipv6 : drop }", "meta l4proto vmap { tcp : accept, udp : jump other }", "ct state new reject with icmpv6 no-route")
	add("bridge", "ether type vmap { ip : accept, arp : drop }", "ip saddr { 1.1.1.1, 2.2.2.2 } drop", "reject", "meta mark set 5", "limit rate 1/second")
	list = append(list, nat("ip6", "postrouting", "tcp dport 1 snat to :80"), nat("ip6", "postrouting", "snat to fd00::1-fd00::9 random,persistent"), nat("ip6", "postrouting", "udp dport 1 masquerade to :80-90"), nat("ip6", "prerouting", "tcp dport 1 redirect to :80"), nat("ip6", "prerouting", "tcp dport 1 dnat to [fd00::1]:80-90"),
		nat("ip", "postrouting", "tcp dport 1 snat to :80"), nat("inet", "postrouting", "tcp dport 1 snat ip6 to [fd00::1-fd00::9]:80"), nat("inet", "postrouting", "udp dport 1 masquerade to :80 random"), nat("inet", "prerouting", "tcp dport 1 redirect to :80"), nat("inet", "postrouting", "tcp dport 1 snat ip6 to :80"))
	add("ip6",
		"ip6 saddr fd00::1", "ip6 daddr fd00::/8 drop", "ip6 saddr != { fd00::/64, fd01::1 } accept", "ip6 saddr ::/0 accept", "ip6 saddr fe80::1-fe80::9", "ip6 daddr 2001:db8:0:0:0:0:0:1",
		"ip6 nexthdr tcp", "ip6 nexthdr 58 accept", "ip6 hoplimit 255", "ip6 hoplimit < 2 drop", "ip6 length 40-100", "tcp dport 22", "icmpv6 type nd-neighbor-solicit accept",
		"icmpv6 type { nd-neighbor-solicit, echo-request } accept", "reject", "ip6 saddr ::ffff:1.2.3.4 drop",
	)
	add("inet",
		"ip saddr 10.0.0.1 accept", "ip6 saddr fd00::1 accept", "meta nfproto ipv4 accept", "meta nfproto ipv6 tcp dport 22", "meta nfproto ipv4 ip saddr 10.0.0.1", "meta protocol ip accept", "meta protocol ip6 accept",
		"icmp type echo-request accept", "icmpv6 type echo-request accept", "reject", "reject with tcp reset", "reject with icmp type port-unreachable", "reject with icmpv6 type no-route",
		"ip protocol tcp", "ip6 nexthdr udp", "ether saddr 00:11:22:33:44:55", "tcp dport { 1, 2 } ip saddr 1.2.3.4", "ip saddr 1.2.3.4 udp dport 53 counter drop",
	)
	add("bridge", "ip saddr 10.0.0.1", "ether type arp accept", "ether type ip6", "ether type vlan", "ether saddr 00:11:22:33:44:55 drop", "ether daddr ff:ff:ff:ff:ff:ff", "meta ibrname br0", "tcp dport 22", "icmp type echo-request", "arp operation request")
	for _, r := range []string{"masquerade", "masquerade random", "masquerade persistent", "masquerade fully-random,persistent", "tcp dport 1 masquerade to :1000-2000", "ip saddr 10.0.0.0/8 masquerade", "snat to 1.2.3.4", "snat to 1.2.3.4-1.2.3.9", "tcp sport 1 snat to 1.2.3.4:1000-2000", "snat to 1.2.3.4 persistent"} {
		list = append(list, nat("ip", "postrouting", r))
	}
	for _, r := range []string{"dnat to 10.0.0.2", "tcp dport 8080 dnat to 10.0.0.2:80", "dnat to 10.0.0.2-10.0.0.9 random", "redirect", "udp dport 53 redirect to :5353", "tcp dport 1-9 redirect to :1000-1009"} {
		list = append(list, nat("ip", "prerouting", r))
	}
	list = append(list, nat("ip6", "postrouting", "snat to fd00::1"), nat("ip6", "postrouting", "masquerade"), nat("ip6", "prerouting", "tcp dport 1 dnat to [fd00::2]:80"),
		nat("inet", "postrouting", "snat ip to 1.2.3.4"), nat("inet", "postrouting", "snat ip6 to fd00::1"), nat("inet", "prerouting", "tcp dport 80 dnat ip to 10.0.0.2:8080"), nat("inet", "prerouting", "tcp dport 80 dnat ip6 to [fd00::2]:8080"), nat("inet", "prerouting", "dnat to 10.0.0.2"))
	for hook := range strings.FieldsSeq("prerouting input forward output postrouting") {
		for _, priority := range []string{"raw", "mangle", "filter", "security", "srcnat", "filter + 5", "-311", "mangle - 7", "17", "raw + 10"} {
			list = append(list, base("inet", "type filter hook "+hook+" priority "+priority+"; policy drop"))
		}
	}
	for _, priority := range []string{"dstnat", "filter", "out", "srcnat", "-200", "dstnat + 3"} {
		list = append(list, base("bridge", "type filter hook prerouting priority "+priority))
	}
	for _, base := range []string{"hook prerouting priority dstnat", "hook prerouting priority dstnat - 10", "hook prerouting priority dstnat - 11", "hook postrouting priority srcnat + 10", "hook output priority security + 10", "hook output priority security - 10", "hook output priority 61", "hook forward priority mangle + 10", "hook forward priority -1"} {
		list = append(list, "table inet t { chain c { type filter "+base+"; }; }")
	}
	for _, base := range []string{"hook output priority out", "hook output priority out - 1", "hook postrouting priority srcnat", "hook postrouting priority out", "hook input priority filter + 10", "hook prerouting priority dstnat - 1", "hook output priority 300"} {
		list = append(list, "table bridge t { chain c { type filter "+base+"; }; }")
	}
	list = append(list, base("arp", "type filter hook output priority filter"), base("netdev", "type filter hook ingress device lo priority 0"), base("inet", "type filter hook ingress device lo priority filter + 1; policy drop"))
	list = append(list, base("ip", "type nat hook prerouting priority dstnat"), base("ip", "type nat hook postrouting priority srcnat + 1"), base("ip6", "type route hook output priority mangle"),
		base("arp", "type filter hook input priority 0"), base("ip", "type filter hook input priority 0; policy accept"), base("inet", "type nat hook output priority -100"),
		set("ip", "type ipv4_addr"), set("ip", "type ipv4_addr; elements = { 2.0.0.1, 10.0.0.1, 1.1.1.1 }"), set("ip", "type ipv4_addr; flags interval; elements = { 10.0.0.0/8, 1.1.1.1-1.1.1.9 }"),
		set("ip6", "type ipv6_addr; elements = { fd00::1, ::1 }"), set("ip6", "type ipv6_addr; flags interval; elements = { fd00::/8 }"), set("inet", "type inet_service; elements = { https, 22, 80 }"),
		set("inet", "type inet_service; flags interval; elements = { 1-9, 80, 20-30 }"), set("inet", "type ifname; elements = { b, a }"), set("inet", "type inet_proto; elements = { 17, 6, 1 }"), set("inet", "type mark; elements = { 5, 1 }"),
		set("inet", "type ether_addr; elements = { 00:11:22:33:44:55, 00:00:00:00:00:01 }"), set("inet", "type icmp_type; elements = { 8, 0 }"), set("inet", "type ct_state; elements = { new, established }"), set("bridge", "type ether_type; elements = { arp, ip }"),
	)
	for _, elements := range []string{
		"ipv4_addr; elements = { 1.0.0.1, 1.0.0.2, 1.0.0.3, 1.0.0.4, 1.0.0.5 }", "inet_service; elements = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 }",
		"inet_proto; elements = { 1, 2, 6, 17, 33, 41 }", "mark; elements = { 6, 5, 4, 3, 2, 1 }", "ifname; elements = { a, b, c }", "ct_state; elements = { 1, 2, 4, 8, 64 }",
		"icmp_type; elements = { 0, 3, 8 }", "ether_type; elements = { 0x8100, 0x0806, 0x86dd }",
		"inet_service; flags interval; elements = { 1-2, 4-5, 7-8, 10-11, 13-14, 16-17 }", "ipv4_addr; flags interval; elements = { 9.0.0.0/8, 2.0.0.0-2.0.0.7, 5.0.0.1 }",
	} {
		list = append(list, set("ip", "type "+elements))
	}
	return list
}

// listed loads a rule set with nft in a new network namespace and returns nft's
// listing.
func listed(t *testing.T, text string) (string, error) {
	cmd := exec.CommandContext(t.Context(), "unshare", "--map-root-user", "--net", "sh", "-c", "nft -f - && nft list ruleset")
	cmd.Stdin = strings.NewReader(text)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("%w: %s", err, stderr.String())
	}
	return string(out), err
}

func version(t *testing.T) string {
	out, err := exec.CommandContext(t.Context(), "nft", "--version").Output()
	if err != nil {
		t.Skip("nft: ", err)
	}
	return strings.TrimSpace(string(out))
}

// readCorpus returns the version of nft that wrote corpusFile, and the listings by source.
func readCorpus(t *testing.T) (wroteBy string, listings map[string]string) {
	t.Helper()
	data, err := os.ReadFile(corpusFile)
	if err != nil {
		t.Fatal(err)
	}
	listings = map[string]string{}
	source := ""
	for s := bufio.NewScanner(bytes.NewReader(data)); s.Scan(); {
		line := s.Text()
		if text, ok := strings.CutPrefix(line, "# "); ok {
			if wroteBy == "" {
				wroteBy = text
			}
			source = text
			continue
		}
		listings[source] += line + "\n"
	}
	return wroteBy, listings
}

// plain removes from nft's listing of an inet table the match that "reject with tcp
// reset" implies, which our listing omits.
func plain(listing string) string {
	return strings.ReplaceAll(listing, "meta l4proto tcp reject with tcp reset", "reject with tcp reset")
}

// TestCorpus checks that every rule set is listed as nft lists it.
func TestCorpus(t *testing.T) {
	if golden.Update() {
		writeCorpus(t)
	}
	_, listings := readCorpus(t)
	if len(listings) < 300 {
		t.Errorf("%d rule sets, want at least 300", len(listings))
	}
	for source, want := range listings {
		want = plain(want)
		rs, err := nft.ParseRuleset(source)
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		for _, table := range rs {
			checkPrograms(t, table)
		}
		if d := cmp.Diff(want, rs.String()); d != "" {
			t.Errorf("%s (-nft +ours):\n%s", source, d)
		}
		again, err := nft.ParseRuleset(want)
		if err != nil {
			t.Errorf("parsing nft's listing of %s: %v", source, err)
			continue
		}
		if d := cmp.Diff(want, again.String()); d != "" {
			t.Errorf("listing nft's listing of %s again (-nft +ours):\n%s", source, d)
		}
	}
}

// TestCorpusIsOfNft compares the golden file with the installed nft, if it has the same
// version: every eighth rule set, or with -update all.
func TestCorpusIsOfNft(t *testing.T) {
	if testing.Short() {
		t.Skip("runs nft about 100 times")
	}
	wroteBy, listings := readCorpus(t)
	if v := version(t); v != wroteBy {
		t.Skipf("the corpus was written wroteBy %s, installed is %s", wroteBy, v)
	}
	if _, err := listed(t, "table ip t { }"); err != nil {
		t.Skip("nft cannot make tables here: ", err)
	}
	for i, source := range slices.Sorted(maps.Keys(listings)) {
		if want := listings[source]; i%8 > 0 && !golden.Update() {
			continue
		} else if got, err := listed(t, source); err != nil || got != want {
			t.Errorf("%s: %v (-golden +nft):\n%s", source, err, cmp.Diff(want, got))
		}
	}
}

func writeCorpus(t *testing.T) {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", version(t))
	for _, source := range corpus() {
		got, err := listed(t, source)
		if err != nil {
			t.Logf("nft refuses %s: %v", source, err)
			continue
		}
		fmt.Fprintf(&b, "# %s\n%s", source, got)
	}
	if err := os.WriteFile(corpusFile, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

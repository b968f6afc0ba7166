package nft_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vethlab/vethlab/internal/golden"
	"github.com/vethlab/vethlab/internal/nft"
)

// before is the ruleset to which each of commands is applied.
const before = `table ip a {
	set s { type ipv4_addr; elements = { 10.0.0.1, 10.0.0.2 }; }
	set ports { type inet_service; flags interval; elements = { 22, 80-90 }; }
	chain side { counter packets 3 bytes 9; return; }
	chain in { type filter hook input priority 0; policy accept; ip saddr @s drop; tcp dport 22 jump side; accept; }
	chain post { type nat hook postrouting priority 100; masquerade; }
}
table ip6 a { chain in { type filter hook input priority 0; policy drop; tcp dport vmap { 22 : accept, 23 : goto side }; }; chain side { }; }
table inet b { }`

// commands are applied one by one; the golden file has the resulting change, listing or
// error of each.
var commands = []string{
	"add table ip c", "add table ip a", "add table d", "delete table ip a", "delete table inet a", "flush table ip a", "flush table ip nope", "create table ip c",
	"add chain ip a more", "add chain ip a side", "add chain ip a side { policy drop; }", "add chain ip nope c", "add chain ip a in { policy drop; }", "add chain ip a none { policy drop; }",
	"add chain ip a in { type filter hook input priority 0; policy drop; }", "add chain ip a in { type filter hook forward priority 0; }", "add chain ip a side { type filter hook input priority 0; }",
	"add chain ip a fwd { type filter hook forward priority -5; policy drop; }", "add chain ip a fwd { type filter hook forward priority 5 }", "add chain ip a fwd { accept }",
	"delete chain ip a side", "delete chain ip6 a side", "delete chain ip a post", "delete chain ip a nope", "flush chain ip a in", "flush chain ip a nope",
	"add rule ip a side drop", "add rule ip a nope drop", "insert rule ip a in tcp dport 9 accept", "add rule ip a in position 12 tcp dport 9 accept", "insert rule ip a in handle 12 tcp dport 9 accept",
	"insert rule ip a in handle 99 accept", "add rule ip a in index 0 accept", "add rule ip a in jump nope", "add rule ip a in masquerade", "add rule ip a side masquerade", "add rule ip a in ip saddr @nope drop",
	"add rule ip a in tcp dport @ports accept", "add rule ip a in ip saddr @ports accept", "add rule ip6 a in tcp dport vmap { 1 : jump side }", "add rule ip6 a in tcp dport vmap { 1 : jump nope }",
	"delete rule ip a in handle 12", "delete rule ip a in handle 99", "delete rule ip a in accept", "delete rule ip a in drop", "delete rule ip a side counter", "delete rule ip a in handle x",
	"add set ip a t { type mark; }", "add set ip a s { type ipv4_addr; }", "add set ip a s { type mark; }", "add set ip a s { type ipv4_addr; elements = { 10.0.0.9 }; }", "add set ip a s { type ipv4_addr; flags interval; }",
	"add set ip a t { }", "add set ip a t { type nope; }", "add set ip a t { type ipv4_addr; elements = { 10.0.0.0/8 }; }", "add set ip a t { flags interval; type ipv4_addr; auto-merge; elements = { 10.0.0.0/8 }; }",
	"delete set ip a s", "delete set ip a ports", "delete set ip a nope", "flush set ip a s", "flush set ip a nope",
	"add element ip a s { 10.0.0.9, 10.0.0.1 }", "add element ip a ports { ssh, https, 0x1f }", "delete element ip a ports { ssh }", "add element ip a s { 10.0.0.0/8 }", "add element ip a ports { 85 }", "add element ip a ports { 100-200, 1 }", "add element ip a nope { 1 }", "add element ip a s { fd00::1 }",
	"delete element ip a s { 10.0.0.1 }", "delete element ip a s { 10.0.0.1, 10.0.0.2 }", "delete element ip a s { 9.9.9.9 }", "delete element ip a ports { 80-90 }", "delete element ip nope s { 1 }",
	"flush ruleset", "flush ruleset ip", "flush ruleset inet", "flush ruleset nope",
	"list ruleset", "list ruleset ip6", "list tables", "list tables ip", "list chains", "list chains ip6", "list table ip a", "list table ip nope", "list chain ip a side", "list chain ip a nope", "list chain ip6 a side",
	"list set ip a ports", "list set ip a nope", "list set ip6 a s", "list nope", "delete nope ip a", "add", "add rule", "add rule ip", "add rule ip a", "add chain ip", "add set ip a", "add element ip a s", "delete rule ip a in", "insert chain ip a x",
	"add table netdev n; add chain netdev n c { type filter hook ingress device lo priority 0; policy drop; }", "add chain netdev n c { type filter hook ingress device = priority 0; }", "add chain netdev n c { type filter hook input device lo priority 0; }",
	"add chain ip a c { type nope hook input priority 0; }", "add chain ip a c { type filter hok input priority 0; }", "add chain ip a c { type filter hook input prio 0; }", "add chain ip a c { type nat hook forward priority 0; }", "add chain ip a c { type route hook input priority 0; }", "add chain arp a c { type filter hook forward priority 0; }",
	"add chain ip a c { type filter hook ingress priority 0; }", "add chain inet b c { type filter hook ingress device lo priority 0; }", "add chain ip a c { type filter hook input priority filter-3; }", "add chain ip a c { type filter hook input priority filter - 3; }", "add chain ip a c { type filter hook input priority nope; }", "add chain ip a c { type filter hook input priority filter + x; }", "add chain ip a c { type filter hook input priority 0; policy nope; }", "add chain ip a c { policy drop; }",
	"add rule ip a in handle 11 drop", "insert rule ip a in handle 11 drop", "delete rule ip a in handle 11", "add rule ip a in handle x drop", "list chain ip a in",
	"delete element ip a s { 10.0.0.2, 9.9.9.9 }", "add set ip a t { type ipv4_addr; elements = { 1.1.1.1 }; }", "add set ip a t { type ipv4_addr; elements = 1.1.1.1; }", "add set ip a t { type ipv4_addr; elements { 1.1.1.1 }; }", "add set ip a t { type ipv4_addr; flags constant; }", "add set ip a t { timeout 5s; }",
	"add table ip A_b-c.d/e", "add table ip Zz", "add table ip 0x", "add table ip 9", "add table ip -x", "add table ip a~b", "add table ip \"x\"", "add chain ip a 9c", "add set ip a 9 { type mark; }", "add element ip a 9 { 1 }", "delete chain ip a 9", "delete set ip a 9", "list set ip a 9", "insert rule ip a 9 accept",
	"delete table ip", "delete chain ip", "delete rule ip a in handle", "delete rule ip a in tcp dport x", "list set ip", "list table", "flush chain ip", "flush set ip a", "flush tables", "add element ip", "add element ip a", "add element ip a s {", "add element ip a s { }", "add element ip a s { 1.1.1.1 2.2.2.2 }", "insert rule ip", "add chain ip a c {", "add set ip a t {", "add table ip t {", "table ip t { chain c { accept }", "table ip t { nope }", "table ip t { chain }", "table ip t { chain c accept }", "table ip t { comment \"x\"; set s { type mark; }; }", "table ip t { comment }", "table ip t { chain c { policy drop; type filter hook input priority 0; }; }",
	"list chains nope", "list tables ip a", "define", "define x", "define x = 22; add rule ip a in tcp dport $x accept", "define x = { 1,\n2 }\nadd rule ip a in tcp dport $x accept", "include \"x\"", "add rule ip a in tcp dport 9 accept; add rule ip a in accept # last\n", "add rule ip a in \\\n accept", "add rule ip a in accept\r\n", "add table ip x; delete table ip x",
	"add set ip", "add set ip a t", "add set ip a t type mark", "define x = {", "\"define\" x = 1", "add element ip a s { 10.0.0.1 }", "add element ip a s { 10.0.0.3 }; delete element ip a s { 10.0.0.1 }", "add table ip a:b", "add table ip a;b", "# only a comment", "add rule ip a in accept # the end", "list ruleset # the end",
}

// invalidRules are rules with an error each.
var invalidRules = []string{
	"", "ip", "ip saddr", "ip saddr 10.0.0.1 10.0.0.2", "ip saddr 10.0.0.0/33", "ip saddr 10.0.0.9-10.0.0.1", "ip saddr fd00::1", "ip saddr { }", "ip saddr { 1.1.1.1", "ip saddr { 1.1.1.1, 1.1.1.1 } accept", "ip saddr < 10.0.0.1",
	"ip saddr . tcp dport { 1.1.1.1 . 22 }", "ip saddr map { 1.1.1.1 : 2.2.2.2 }", "tcp dport 65536", "tcp dport -1", "tcp dport 9-1", "tcp dport ssssh", "tcp dport @", "tcp dport { 1-5, 5-9 }", "tcp flags sny", "tcp flags & syn", "tcp flags & (syn == 0", "tcp dport & 0xff == 1",
	"ct state newish", "ct mark set", "ct state set new", "meta mark set 0x1ffffffff", "meta nope 1", "iifname \"a b\"", "iifname *", "iifname abcdefghijklmnop", "iif \"\"", "ether saddr 00:11:22", "ether saddr 00:11:22:33:44:555", "ether saddr zz:11:22:33:44:55",
	"icmp type nope", "icmp code 256", "icmpv6 type echo-request", "tcp dport 1 icmp type 8", "ip protocol udp tcp dport 1", "meta l4proto tcp udp dport 1", "limit rate", "limit rate 5", "limit rate 5/fortnight", "limit rate 0/second", "limit rate 5/second burst x packets",
	"limit rate 5/second burst 5 bytes", "limit rate 5 gbytes/second", "log prefix", "log level loud", "log group 70000", "log group -1", "log snaplen 5", "reject with", "reject with icmp", "reject with icmp type nope", "reject with icmpv6 type no-route", "reject with tcp",
	"snat", "snat to", "snat to fd00::1", "snat to 10.0.0.1:99999", "snat to 10.0.0.9-10.0.0.1", "snat ip6 to 10.0.0.1", "snat prefix to 10.0.0.0/8", "dnat to :80", "dnat to [10.0.0.1", "masquerade to 10.0.0.1", "redirect to 10.0.0.1:80",
	"jump", "goto 9", "accept accept", "accept tcp dport 1", "return comment", "comment \"a\"", "accept comment \"a\" drop", "counter packets", "counter packets 1 bytes", "tcp dport vmap { 22 : nope }", "tcp dport vmap { 22 accept }", "tcp dport vmap { 22 : accept, 22 : drop }", "tcp dport vmap @m", "fib saddr oif", "fib daddr type nope", "notrack 1", "queue", "meter x { }", "$x", "tcp dport $x", "accept; drop",
	"tcp flags syn|nope", "tcp dport 22|", "ct state new|established", "ct state new,", "meta priority x:1", "meta priority 1:x", "meta priority 10000:1", "meta priority 1:10000", "meta priority 1:a", "iif 11", "iif { lo, 5 }", "ip ttl 4-4", "ip ttl 4-3", "tcp dport 5-", "log flags all", "log snaplen 5", "log queue-threshold 5", "log level nope", "log group x", "log prefix", "limit rate until 5/second", "limit rate 5 /second", "limit rate 5 mbytes", "limit rate 5 nope/second", "limit rate 5/second burst 7", "limit rate x/second", "reject with icmp 200", "reject with tcp", "reject with nope", "reject with icmp nope", "reject with icmp code 1", "reject with icmpv6 1",
	"meta mark { 1-5 }", "iifname { \"a*\" }", "tcp dport { 1-3, 2 }", "ip saddr { 10.0.0.0/8, 10.0.0.0/9 }", "ip saddr { 1.1.1.1 2.2.2.2 }", "tcp dport { 1-5, 6-9 }", "tcp dport { 1-5, 6-9, 20, 21 }", "tcp dport { 65535, 1-2 }", "tcp dport { 22, ssh }", "ip saddr == 10.0.0.1", "tcp flags == syn", "ip saddr >= 10.0.0.1", "ether type < 5", "iifname > a", "ct state > 1", "tcp dport <= 1-5",
	"arp operation 1", "ether saddr 00:11:22:33:44:55", "meta l4proto { tcp, udp } tcp dport 1", "meta l4proto != { tcp, udp } tcp dport 1", "ip protocol { tcp, udp } udp dport 1", "th dport 1", "meta l4proto tcp th dport 1",
	"snat", "snat to", "snat to :80", "tcp dport 1 snat to :80", "dnat to 1.1.1.1:99999", "dnat to 1.1.1.1:80", "snat ip6 to 1.1.1.1", "snat ip to fd00::1", "snat to fd00::1-fd00::5", "snat ip6 to :80", "masquerade to 1.1.1.1", "redirect to 1.1.1.1:5", "redirect to :x", "dnat to [fd00::1", "dnat to 1.1.1.9-1.1.1.1", "snat prefix to 1.1.1.0/24", "snat interval to 1.1.1.1", "snat addr to 1.1.1.1", "masquerade random,", "masquerade nope", "masquerade accept", "drop counter", "continue counter",
	"tcp dport vmap { }", "tcp dport vmap { 1 : accept 2 }", "tcp dport vmap { 1 : jump }", "tcp dport vmap { 1:jump x }", "tcp dport vmap { 1 : accept, 1-2 : drop }", "tcp dport vmap { x : accept }", "tcp dport vmap 1", "tcp dport vmap { 1-5 : accept, 6-9 : accept }", "ether saddr vmap { 00:11:22:33:44:55 : accept }",
	"meta nfproto ipv4 ip6 saddr ::1", "meta protocol ip icmp type 8", "meta l4proto tcp counter tcp dport 1", "counter name x", "counter packets x bytes 1", "counter packets 1 bytes x", "jump 9", "goto", "accept comment", "comment x", "comment", "icmp", "icmp nope", "(", "\"accept\"", "tcp flags & (syn", "meta mark & 1", "meta mark & x == 1", "ip saddr & 255.0.0.0 == 10.0.0.0", "meta mark and 1 == 1", "tcp flags ! nope", "meta mark ! 1", "ip saddr ! 1.1.1.1",
	"limit 5/second", "limit rate 5/second burst 0 packets", "limit rate 5/second burst 5 mbytes", "limit rate 5 mbytes/second burst 5 packets", "limit rate 5 mbytes/second burst 4096 mbytes", "limit rate 5 kbytes/second burst 4194304 kbytes", "limit rate 5/second burst 4294967296 packets", "limit rate 17592186044416 mbytes/second", "limit rate 18446744073709551616/second", "limit rate 5 / fortnight",
	"arp operation 1 accept", "tcp flags 0x1ff", "tcp dport 1|2", "tcp dport vmap { 1", "tcp dport vmap { , }", "ip saddr vmap { 10.0.0.0/8 : accept, 10.0.0.0/9 : drop }", "snat to }", "snat to :80", "\\", "accept \\ drop", "meta mark & 0xff", "iif & 1 == 1", "iifname & 1 == 1",
}

func TestCommands(t *testing.T) {
	var b strings.Builder
	for _, command := range commands {
		fmt.Fprintf(&b, "# %s\n%s\n", command, strings.TrimSuffix(outcome(command), "\n"))
	}
	golden.Compare(t, "testdata/commands.golden", b.String())
}

// outcome returns the change that a command makes to before, its listing, or its error.
func outcome(command string) string {
	rs, err := nft.ParseRuleset(before)
	if err != nil {
		return err.Error()
	}
	rs[0].Chains[1].Rules[0].Handle, rs[0].Chains[1].Rules[1].Handle = 11, 12
	cs, err := nft.Parse(command)
	if err != nil {
		return "error: " + err.Error()
	}
	var out strings.Builder
	for _, c := range cs {
		if again, err := nft.Parse(c.String()); err != nil || len(again) != 1 || again[0].String() != c.String() {
			return fmt.Sprintf("%v: %q is parsed as %v", err, c, again)
		}
		was := rs.Clone()
		if err := c.Apply(&rs); err != nil {
			fmt.Fprintf(&out, "refused: %v\n", err)
			if d := cmp.Diff(was, rs); d != "" {
				out.WriteString("but changed: " + d)
			}
			continue
		}
		if d := lineDiff(was.List(true), rs.List(true)); d != "" {
			out.WriteString(d)
		}
		if c.Verb == nft.List {
			listing, err := c.Listing(rs, true)
			fmt.Fprintf(&out, "%s%v\n", listing, err)
		}
	}
	return out.String()
}

// lineDiff returns the lines between the common first and last lines of two texts,
// marked - and +.
func lineDiff(a, b string) string {
	var out strings.Builder
	old, now := strings.Split(a, "\n"), strings.Split(b, "\n")
	for len(old) > 0 && len(now) > 0 && old[0] == now[0] {
		old, now = old[1:], now[1:]
	}
	for len(old) > 0 && len(now) > 0 && old[len(old)-1] == now[len(now)-1] {
		old, now = old[:len(old)-1], now[:len(now)-1]
	}
	for _, line := range old {
		out.WriteString("-" + line + "\n")
	}
	for _, line := range now {
		out.WriteString("+" + line + "\n")
	}
	return out.String()
}

func TestInvalidRules(t *testing.T) {
	var b strings.Builder
	for _, rule := range invalidRules {
		for _, family := range []nft.Family{nft.IP, nft.Inet} {
			r, err := nft.ParseRule(family, rule)
			if err == nil {
				fmt.Fprintf(&b, "# %s: %s\nparsed as: %s\n", family, rule, r)
				continue
			}
			fmt.Fprintf(&b, "# %s: %s\n%v\n", family, rule, err)
		}
	}
	golden.Compare(t, "testdata/invalid_rules.golden", b.String())
}

package iproute2_test

import (
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/iproute2"
	"github.com/vethlab/vethlab/internal/plan"
)

// What iptables-translate of iptables 1.8.9 makes of these options, in the spelling of
// nft list ruleset. "*nat" begins the options of that table.
const iptablesOptions = `
-i eth0 -o eth+ -s 10.0.0.0/8 -d 10.1.2.3 -j ACCEPT => iifname "eth0" oifname "eth*" ip saddr 10.0.0.0/8 ip daddr 10.1.2.3 counter accept
! -i eth0 ! -o eth1 ! -s 10.0.0.1 ! -d 10.0.0.0/8 -g MINE => iifname != "eth0" oifname != "eth1" ip saddr != 10.0.0.1 ip daddr != 10.0.0.0/8 counter goto MINE
-s 10.0.0.1,10.0.0.2 -j RETURN => ip saddr { 10.0.0.1, 10.0.0.2 } counter return
-m iprange --src-range 10.0.0.1-10.0.0.9 ! --dst-range 10.1.0.1-10.1.0.9 -j DROP => ip saddr 10.0.0.1-10.0.0.9 ip daddr != 10.1.0.1-10.1.0.9 counter drop
-p tcp -j DROP => meta l4proto tcp counter drop
! -p udp -j DROP => meta l4proto != udp counter drop
-p all -j DROP => counter drop
-p tcp --dport 22 --sport 1024:65535 -j ACCEPT => tcp dport 22 tcp sport 1024-65535 counter accept
-p tcp ! --dport 22 -j ACCEPT => tcp dport != 22 counter accept
-p udp --sport 1024: -j ACCEPT => udp sport 1024-65535 counter accept
-p tcp -m multiport --dports 80,443,8000:8080 -j ACCEPT => tcp dport { 80, 443, 8000-8080 } counter accept
-p tcp -m multiport --sports 80,443 -j ACCEPT => tcp sport { 80, 443 } counter accept
-p tcp --syn -j DROP => tcp flags syn / fin,syn,rst,ack counter drop
-p tcp ! --syn -j DROP => tcp flags != syn / fin,syn,rst,ack counter drop
-p tcp --tcp-flags ALL NONE -j DROP => tcp flags ! fin,syn,rst,psh,ack,urg counter drop
-p tcp --tcp-flags SYN,RST SYN -j DROP => tcp flags syn / syn,rst counter drop
-p tcp ! --tcp-flags SYN,RST SYN -j DROP => tcp flags != syn / syn,rst counter drop
-p icmp --icmp-type echo-request -j ACCEPT => icmp type echo-request counter accept
-p icmp ! --icmp-type echo-reply -j ACCEPT => icmp type != echo-reply counter accept
-m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT => ct state established,new counter accept
-m state ! --state INVALID -j ACCEPT => ct state != invalid counter accept
-m addrtype --dst-type LOCAL -j ACCEPT => fib daddr type local counter accept
-m addrtype --src-type LOCAL -j ACCEPT => fib saddr type local counter accept
-m addrtype ! --dst-type LOCAL -j ACCEPT => fib daddr type != local counter accept
-m mark --mark 5 -j ACCEPT => meta mark 0x00000005 counter accept
-m mark --mark 0x1/0xff -j ACCEPT => meta mark & 0x000000ff == 0x00000001 counter accept
-m mark ! --mark 0x5 -j ACCEPT => meta mark != 0x00000005 counter accept
-m mac --mac-source 02:00:00:00:00:01 -j ACCEPT => ether saddr 02:00:00:00:00:01 counter accept
-m limit --limit 5/s -j ACCEPT => limit rate 5/second counter accept
-m limit --limit 5/hour --limit-burst 7 -j ACCEPT => limit rate 5/hour burst 7 packets counter accept
-m limit --limit 2/day -j ACCEPT => limit rate 2/day counter accept
-m comment --comment hello -j ACCEPT => counter accept comment "hello"
-m owner --uid-owner 1000 -j ACCEPT => meta skuid 1000 counter accept
-m owner ! --uid-owner 1000 -j ACCEPT => meta skuid != 1000 counter accept
-m owner --gid-owner 5 -j ACCEPT => meta skgid 5 counter accept
-m pkttype --pkt-type broadcast -j ACCEPT => meta pkttype broadcast counter accept
-m ttl --ttl-lt 5 -j ACCEPT => ip ttl < 5 counter accept
-m ttl --ttl-gt 5 -j ACCEPT => ip ttl > 5 counter accept
-m ttl --ttl-eq 5 -j ACCEPT => ip ttl 5 counter accept
-j REJECT => counter reject
-j REJECT --reject-with icmp-host-prohibited => counter reject with icmp host-prohibited
-j REJECT --reject-with icmp-net-unreachable => counter reject with icmp net-unreachable
-j REJECT --reject-with icmp-host-unreachable => counter reject with icmp host-unreachable
-j REJECT --reject-with icmp-port-unreachable => counter reject
-j REJECT --reject-with icmp-proto-unreachable => counter reject with icmp prot-unreachable
-j REJECT --reject-with icmp-net-prohibited => counter reject with icmp net-prohibited
-j REJECT --reject-with icmp-admin-prohibited => counter reject with icmp admin-prohibited
-p tcp -j REJECT --reject-with tcp-reset => meta l4proto tcp counter reject with tcp reset
-j LOG --log-prefix x: --log-level 7 => counter log prefix "x:" level debug
-j LOG --log-level warning => counter log
-j LOG --log-level 3 => counter log level err
-j LOG --log-level crit => counter log level crit
-j MARK --set-mark 5 => counter meta mark set 0x00000005
-j MARK --set-xmark 0x5/0xffffffff => counter meta mark set 0x00000005
-j CONNMARK --save-mark => counter ct mark set meta mark
-j CONNMARK --restore-mark => counter meta mark set ct mark
-j CONNMARK --set-mark 7 => counter ct mark set 0x00000007
-j NOTRACK => counter notrack
-j CT --notrack => counter notrack
-j MINE => counter jump MINE
*nat
-p tcp --dport 80 -j DNAT --to-destination 10.0.0.2:8080 => tcp dport 80 counter dnat to 10.0.0.2:8080
-j SNAT --to-source 10.0.0.1 => counter snat to 10.0.0.1
-j SNAT --to-source 10.0.0.1-10.0.0.9 --persistent => counter snat to 10.0.0.1-10.0.0.9 persistent
-j SNAT --to-source 10.0.0.1 --random => counter snat to 10.0.0.1 random
-j MASQUERADE => counter masquerade
-j MASQUERADE --random => counter masquerade random
-j MASQUERADE --random-fully => counter masquerade fully-random
-p tcp -j MASQUERADE --to-ports 1024-2000 => meta l4proto tcp counter masquerade to :1024-2000
-p tcp --dport 80 -j REDIRECT --to-ports 8080 => tcp dport 80 counter redirect to :8080
-p tcp -j REDIRECT --to-port 8080 => meta l4proto tcp counter redirect to :8080
-j REDIRECT => counter redirect
`

func TestIptablesOptions(t *testing.T) {
	table := "filter"
	for line := range strings.SplitSeq(strings.TrimSpace(iptablesOptions), "\n") {
		if line == "*nat" {
			table = "nat"
			continue
		}
		options, want, _ := strings.Cut(line, " => ")
		p, err := iproute2.Parse("iptables -t " + table + " -A MINE " + options)
		if err != nil || len(p) == 0 {
			t.Errorf("%s: %v", options, err)
			continue
		}
		if got := p[len(p)-1].(plan.Nft).Command.Body(); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", options, got, want)
		}
	}
}

func TestIp6tablesOptions(t *testing.T) {
	for options, want := range map[string]string{
		"-s fd00::/64 ! -d fd01::1 -j ACCEPT":               "ip6 saddr fd00::/64 ip6 daddr != fd01::1 counter accept",
		"-p icmp6 -j ACCEPT":                                "meta l4proto ipv6-icmp counter accept",
		"-p ipv6-icmp --icmpv6-type echo-request -j ACCEPT": "icmpv6 type echo-request counter accept",
		"-j REJECT --reject-with icmp6-no-route":            "counter reject with icmpv6 no-route",
		"-j REJECT --reject-with icmp6-adm-prohibited":      "counter reject with icmpv6 admin-prohibited",
		"-j REJECT --reject-with icmp6-addr-unreachable":    "counter reject with icmpv6 addr-unreachable",
		"-j REJECT --reject-with icmp6-port-unreachable":    "counter reject",
		"-m comment --comment 'say \"x\"' -j DROP":          `counter drop comment "say 'x'"`,
		"-j LOG --log-prefix 'a \"b\" '":                    `counter log prefix "a 'b' "`,
		"-p tcp -s ! fd00::1 -j DROP":                       "ip6 saddr != fd00::1 meta l4proto tcp counter drop",
	} {
		p, err := iproute2.Parse("ip6tables -A MINE " + options)
		if err != nil || len(p) == 0 {
			t.Errorf("%s: %v", options, err)
			continue
		}
		if got := p[len(p)-1].(plan.Nft).Command.Body(); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", options, got, want)
		}
	}
}

// A command creates the objects that iptables-nft creates by default: the table, and a
// built-in chain with iptables' hook and priority.
func TestIptablesCommands(t *testing.T) {
	for line, want := range map[string]string{
		"iptables -N MINE":                      "add table ip filter; add chain ip filter MINE",
		"iptables --new-chain MINE":             "add table ip filter; add chain ip filter MINE",
		"iptables -X MINE":                      "delete chain ip filter MINE",
		"iptables -F":                           "add table ip filter; flush table ip filter",
		"iptables -F MINE":                      "add table ip filter; flush chain ip filter MINE",
		"iptables -A MINE -j DROP":              "add table ip filter; add rule ip filter MINE counter drop",
		"iptables -I MINE 1 -j DROP":            "add table ip filter; insert rule ip filter MINE counter drop",
		"iptables -I MINE -j DROP":              "add table ip filter; insert rule ip filter MINE counter drop",
		"iptables -D MINE -j DROP":              "delete rule ip filter MINE counter drop",
		"iptables -w -v -n -L":                  "",
		"iptables -t nat -S POSTROUTING":        "",
		"iptables -A INPUT -j DROP":             "add table ip filter; add chain ip filter INPUT { type filter hook input priority filter; }; add rule ip filter INPUT counter drop",
		"iptables -F OUTPUT":                    "add table ip filter; add chain ip filter OUTPUT { type filter hook output priority filter; }; flush chain ip filter OUTPUT",
		"iptables -P FORWARD ACCEPT":            "add table ip filter; add chain ip filter FORWARD { type filter hook forward priority filter; }; add chain ip filter FORWARD { policy accept; }",
		"iptables -t nat -F PREROUTING":         "add table ip nat; add chain ip nat PREROUTING { type nat hook prerouting priority dstnat; }; flush chain ip nat PREROUTING",
		"iptables -t nat -F INPUT":              "add table ip nat; add chain ip nat INPUT { type nat hook input priority 100; }; flush chain ip nat INPUT",
		"iptables -t nat -F OUTPUT":             "add table ip nat; add chain ip nat OUTPUT { type nat hook output priority -100; }; flush chain ip nat OUTPUT",
		"iptables -t nat -F POSTROUTING":        "add table ip nat; add chain ip nat POSTROUTING { type nat hook postrouting priority srcnat; }; flush chain ip nat POSTROUTING",
		"iptables --table mangle -F PREROUTING": "add table ip mangle; add chain ip mangle PREROUTING { type filter hook prerouting priority mangle; }; flush chain ip mangle PREROUTING",
		"iptables -t mangle -F INPUT":           "add table ip mangle; add chain ip mangle INPUT { type filter hook input priority mangle; }; flush chain ip mangle INPUT",
		"iptables -t mangle -F FORWARD":         "add table ip mangle; add chain ip mangle FORWARD { type filter hook forward priority mangle; }; flush chain ip mangle FORWARD",
		"iptables -t mangle -F OUTPUT":          "add table ip mangle; add chain ip mangle OUTPUT { type route hook output priority mangle; }; flush chain ip mangle OUTPUT",
		"iptables -t mangle -F POSTROUTING":     "add table ip mangle; add chain ip mangle POSTROUTING { type filter hook postrouting priority mangle; }; flush chain ip mangle POSTROUTING",
		"ip6tables -t raw -F PREROUTING":        "add table ip6 raw; add chain ip6 raw PREROUTING { type filter hook prerouting priority raw; }; flush chain ip6 raw PREROUTING",
		"iptables-nft -t raw -F OUTPUT":         "add table ip raw; add chain ip raw OUTPUT { type filter hook output priority raw; }; flush chain ip raw OUTPUT",
	} {
		p, err := iproute2.Parse(line)
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		var got []string
		for _, op := range p {
			c := op.(plan.Nft).Command
			got = append(got, strings.TrimSpace(c.Head()+" "+c.Body()))
		}
		if joined := strings.Join(got, "; "); joined != want {
			t.Errorf("%s\ngot  %s\nwant %s", line, joined, want)
		}
	}
}

func TestIptablesMistakes(t *testing.T) {
	for line, want := range map[string]string{
		"iptables":                 "the command ends where a command such as -A FORWARD should be",
		"iptables -t":              "the command ends where filter, nat, mangle or raw should be",
		"iptables -Q":              `word 2, "-Q": expected -A, -I, -D, -P, -N, -F or -X; did you mean "-A"?`,
		"iptables -A":              "the command ends where the name of a chain should be",
		"iptables -P":              "the command ends where the name of a chain should be",
		"iptables -N":              "the command ends where the name of a chain should be",
		"iptables -X":              "the command ends where the name of a chain should be",
		"iptables -P INPUT REJECT": `word 4, "REJECT": expected ACCEPT or DROP`,
		"iptables -P INPUT":        "the command ends where ACCEPT or DROP should be",
		"iptables -A INPUT -j":     "the command ends where a target such as ACCEPT should be",
		"iptables -A INPUT -m":     "the command ends where the name of a match should be",
		"iptables -A INPUT -p tcp --tcp-flags SYN":                 "the command ends where the flags that are set should be",
		"iptables -A INPUT --limit-burst 5 -j DROP":                `word 4, "--limit-burst": unknown iptables option`,
		"iptables -A FORWARD -p tcp -j TCPMSS --clamp-mss-to-pmtu": `word 7, "TCPMSS": the target TCPMSS is not supported`,
		"iptables -A INPUT -j SET --add-set x src":                 `word 5, "SET": the target SET is not supported`,
		"iptables -A INPUT -j MARK --set-xmark 1/2":                `word 6, "--set-xmark": unknown iptables option`,
	} {
		_, err := iproute2.Parse(line)
		if err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", line, err, want)
		}
	}
}

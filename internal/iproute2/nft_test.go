package iproute2_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/iproute2"
	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/topotest"
)

// Parse(Print(op)) is op.
func TestNftRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		commands, err := nft.Parse(topotest.Nftables(t))
		if err != nil {
			t.Fatal(err)
		}
		commands = append(commands, nft.Command{Verb: nft.Flush, Object: nft.WholeRuleset})
		for _, c := range commands {
			op := plan.Nft{Namespace: rapid.SampledFrom([]string{"", "lab.r1"}).Draw(t, "namespace"), Command: c}
			line := iproute2.Print(op)
			got, err := iproute2.Parse(line)
			if err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			if d := cmp.Diff(plan.Plan{op}, got); d != "" {
				t.Fatalf("%s (-want +got):\n%s", line, d)
			}
		}
	})
}

func TestPrintNft(t *testing.T) {
	for _, line := range []string{
		"nft flush ruleset",
		"nft delete table ip nat",
		"nft add table ip nat",
		"nft add chain ip nat postrouting '{ type nat hook postrouting priority srcnat; policy accept; }'",
		"ip netns exec r1 nft add rule ip nat postrouting 'ip saddr 172.17.0.0/16 oifname != \"br0\" masquerade'",
		"nft add rule inet f c ct state established,related counter accept",
		"nft delete rule ip f c handle 7",
		"nft insert rule ip f c handle 7 accept",
		"nft add set ip f s '{ type ipv4_addr; flags interval; elements = { 10.0.0.0/8 }; }'",
		"nft add element ip f s '{ 10.0.0.1, 10.0.0.2 }'",
	} {
		p, err := iproute2.Parse(line)
		if err != nil || len(p) != 1 {
			t.Errorf("%s: %v, %v", line, p, err)
			continue
		}
		if got := iproute2.Print(p[0]); got != line {
			t.Errorf("got  %s\nwant %s", got, line)
		}
	}
}

// The lines of tutorials, and the ruleset that they make.
func TestFilterOfTutorials(t *testing.T) {
	tests := []struct{ name, lines, want string }{
		{"nft", `
nft add table ip nat
nft add chain ip nat postrouting '{ type nat hook postrouting priority 100 ; }'
nft add rule ip nat postrouting ip saddr 172.17.0.0/16 oifname != "br0" masquerade
nft add chain nat prerouting { type nat hook prerouting priority -100 \; }
sudo nft add rule nat prerouting tcp dport 8080 dnat to 172.17.0.2:80
`, `table ip nat {
	chain postrouting {
		type nat hook postrouting priority srcnat; policy accept;
		ip saddr 172.17.0.0/16 oifname != "br0" masquerade
	}

	chain prerouting {
		type nat hook prerouting priority dstnat; policy accept;
		tcp dport 8080 dnat to 172.17.0.2:80
	}
}
`},
		{"Docker", `
iptables -t nat -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
iptables -t nat -N DOCKER
iptables -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
iptables -t nat -A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
iptables -P FORWARD DROP
iptables -A FORWARD -i a -o b -j ACCEPT
iptables -I FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
iptables -A FORWARD -p icmp --icmp-type echo-request -j REJECT --reject-with icmp-host-prohibited
iptables -A FORWARD -p tcp --dport 80:90 -m comment --comment "hi there" -j LOG --log-prefix "x: "
iptables -A FORWARD -p udp -m multiport --dports 53,67 -j DROP
iptables -A FORWARD -j RETURN
iptables -D FORWARD -j RETURN
iptables -A INPUT -p tcp --syn -m limit --limit 5/min -j ACCEPT
iptables -L
`, `table ip nat {
	chain POSTROUTING {
		type nat hook postrouting priority srcnat; policy accept;
		oifname != "docker0" ip saddr 172.17.0.0/16 counter packets 0 bytes 0 masquerade
	}

	chain DOCKER {
		iifname != "docker0" tcp dport 8080 counter packets 0 bytes 0 dnat to 172.17.0.2:80
	}

	chain PREROUTING {
		type nat hook prerouting priority dstnat; policy accept;
		fib daddr type local counter packets 0 bytes 0 jump DOCKER
	}
}
table ip filter {
	chain FORWARD {
		type filter hook forward priority filter; policy drop;
		ct state established,related counter packets 0 bytes 0 accept
		iifname "a" oifname "b" counter packets 0 bytes 0 accept
		icmp type echo-request counter packets 0 bytes 0 reject with icmp host-prohibited
		tcp dport 80-90 counter packets 0 bytes 0 log prefix "x: " comment "hi there"
		udp dport { 53, 67 } counter packets 0 bytes 0 drop
	}

	chain INPUT {
		type filter hook input priority filter; policy accept;
		tcp flags syn / fin,syn,rst,ack limit rate 5/minute counter packets 0 bytes 0 accept
	}
}
`},
		{"ip6tables", `
ip netns exec r1 ip6tables -t nat -A POSTROUTING -s fd00::/64 -o eth+ -j MASQUERADE
ip netns exec r1 ip6tables -A INPUT -p icmpv6 -j ACCEPT
ip netns exec r1 ip6tables -A OUTPUT -m mark ! --mark 0x1/0xff -j DROP
`, `table ip6 nat {
	chain POSTROUTING {
		type nat hook postrouting priority srcnat; policy accept;
		oifname "eth*" ip6 saddr fd00::/64 counter packets 0 bytes 0 masquerade
	}
}
table ip6 filter {
	chain INPUT {
		type filter hook input priority filter; policy accept;
		meta l4proto ipv6-icmp counter packets 0 bytes 0 accept
	}

	chain OUTPUT {
		type filter hook output priority filter; policy accept;
		meta mark & 0x000000ff != 0x00000001 counter packets 0 bytes 0 drop
	}
}
`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := state.New()
			s.Add("r1")
			for line := range strings.Lines(strings.TrimSpace(tt.lines)) {
				p, err := iproute2.Parse(line)
				if err != nil {
					t.Fatalf("%s: %v", line, err)
				}
				if err := p.Apply(s); err != nil {
					t.Fatalf("%s: %v", line, err)
				}
			}
			got := ""
			for _, name := range s.Names() {
				got += s.Namespaces[name].Nftables.String()
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestFilterMistakes(t *testing.T) {
	for line, want := range map[string]string{
		"nft add rule ip nat post ip sadr 1.2.3.4 drop": `at "sadr 1.2.3.4 drop": expected daddr, id, length, protocol, saddr or ttl, found "sadr": did you mean saddr?`,
		"nft":                         `the command ends where a command such as add table ip nat should be`,
		"iptables -t nt -A X -j DROP": `word 3, "nt": expected filter, nat, mangle or raw; did you mean "nat"?`,
		"iptables -A FORWARD --frobnicate 5 -j DROP":         `word 4, "--frobnicate": unknown iptables option`,
		"iptables -A FORWARD -s 10.0.0.300 -j DROP":          `cannot translate to nft: at "10.0.0.300 counter drop": invalid IPv4 address "10.0.0.300"`,
		"iptables -P MINE DROP":                              `cannot set the policy of "MINE": not a built-in chain of table filter`,
		"iptables -t nat -A POSTROUTING -j SNAT --to-source": `the command ends where a value of --to-source should be`,
	} {
		_, err := iproute2.Parse(line)
		if err == nil || err.Error() != want {
			t.Errorf("%s:\ngot  %v\nwant %s", line, err, want)
		}
	}
}

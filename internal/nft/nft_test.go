package nft_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/topotest"
)

// links are numbered by the order of their names here.
type links []string

func (l links) Index(name string) (int, error) {
	for i, n := range l {
		if n == name {
			return i + 1, nil
		}
	}
	return 0, fmt.Errorf("no link %s", name)
}

func (l links) LinkName(i int) string {
	if i < 1 || i > len(l) {
		return ""
	}
	return l[i-1]
}

func parse(t interface{ Fatal(...any) }, text string) nft.Ruleset {
	rs, err := nft.ParseRuleset(text)
	if err != nil {
		t.Fatal(err, "\n", text)
	}
	return rs
}

// The files are listings of nft.
func TestListing(t *testing.T) {
	files, err := filepath.Glob("testdata/*.nft")
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(text), parse(t, string(text)).String()); d != "" {
			t.Errorf("%s (-want +got):\n%s", file, d)
		}
	}
}

// What is listed is read, what is compiled is found again, commands make the
// same tables, and JSON holds all.
func TestRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rs := parse(t, topotest.Nftables(t, "eth1"))
		text := rs.String()
		if got := parse(t, text).String(); got != text {
			t.Fatalf("listed and read:\n%s", cmp.Diff(text, got))
		}
		data, err := json.Marshal(rs)
		if err != nil {
			t.Fatal(err)
		}
		var back nft.Ruleset
		if err := json.Unmarshal(data, &back); err != nil || back.String() != text {
			t.Fatalf("%v: %s:\n%s", err, data, cmp.Diff(text, back.String()))
		}
		var made nft.Ruleset
		for _, table := range rs {
			for _, c := range table.Commands() {
				play(t, c.String(), &made)
			}
			checkPrograms(t, table)
		}
		if got := made.String(); got != text {
			t.Fatalf("made by commands:\n%s", cmp.Diff(text, got))
		}
	})
}

func play(t *rapid.T, command string, rs *nft.Ruleset) {
	cs, err := nft.Parse(command)
	if err != nil || len(cs) != 1 || cs[0].String() != command {
		t.Fatalf("%v: %q is read as %v", err, command, cs)
	}
	if err := cs[0].Play(rs); err != nil {
		t.Fatalf("%s: %v", command, err)
	}
}

func checkPrograms(t interface{ Fatalf(string, ...any) }, table nft.Table) {
	for _, c := range table.Chains {
		for _, r := range c.Rules {
			program, err := nft.Compile(table.Family, r, links{"lo", "eth1"})
			if err != nil {
				t.Fatalf("%s: %v", r, err)
			}
			got := nft.Rule{Statements: nft.Decompile(table.Family, program, links{"lo", "eth1"}), Comment: r.Comment}
			if got.String() != r.String() {
				t.Fatalf("%s is found as %s in %#v", r, got, program)
			}
		}
	}
}

func TestNormalKeepsWhatWasDecided(t *testing.T) {
	a := parse(t, "table ip6 b { chain c { counter packets 3 bytes 90 accept; }; }\ntable ip a { }")
	b := parse(t, "table ip a { }\ntable ip6 b { chain c { counter accept; }; }")
	b[1].Chains[0].Rules[0].Handle = 7
	if d := cmp.Diff(a.Normal(), b.Normal()); d != "" {
		t.Error(d)
	}
	if a.String() == b.String() {
		t.Error("a listing does not show what was counted")
	}
}

func TestRenameLink(t *testing.T) {
	rs := parse(t, "table ip a { chain c { iif eth0 iifname eth0 accept; }; }")
	other := rs.Clone()
	other.RenameLink("eth0", "7")
	if got := other[0].Chains[0].Rules[0].String(); got != `iif 7 iifname "eth0" accept` {
		t.Error(got)
	}
	if got := rs[0].Chains[0].Rules[0].String(); got != `iif "eth0" iifname "eth0" accept` {
		t.Errorf("the original became %s", got)
	}
}

// Spellings that people use, and what nft makes of them.
func TestSpellings(t *testing.T) {
	for in, want := range map[string]string{
		"iif lo accept":                                          `iif "lo" accept`,
		"meta iifname eth0 drop":                                 `iifname "eth0" drop`,
		"mark 5 accept":                                          "meta mark 0x00000005 accept",
		"tcp dport {http,https,22} accept":                       "tcp dport { 22, 80, 443 } accept",
		"tcp dport 80 - 90 accept":                               "tcp dport 80-90 accept",
		"ip protocol tcp tcp dport ssh accept":                   "tcp dport 22 accept",
		"meta l4proto tcp ip saddr 10.0.0.1 tcp dport 22 accept": "ip saddr 10.0.0.1 tcp dport 22 accept",
		"tcp flags & (fin|syn|rst|ack) == syn drop":              "tcp flags syn / fin,syn,rst,ack drop",
		"tcp flags & (fin|syn) != 0 drop":                        "tcp flags fin,syn drop",
		"tcp flags ! syn accept":                                 "tcp flags ! syn accept",
		"tcp flags & (syn|ack) == 0 accept":                      "tcp flags ! syn,ack accept",
		"ct state related,established accept":                    "ct state established,related accept",
		"ct state vmap {established:accept, invalid : drop}":     "ct state vmap { invalid : drop, established : accept }",
		"ip saddr 10.1.2.3/8 drop":                               "ip saddr 10.0.0.0/8 drop",
		"ip saddr {10.0.0.0-10.0.0.255, 9.9.9.9} drop":           "ip saddr { 9.9.9.9, 10.0.0.0/24 } drop",
		"reject with icmp type port-unreachable":                 "reject",
		"log prefix hi level warn":                               `log prefix "hi"`,
		"limit rate 10 mbytes/second accept":                     "limit rate 10 mbytes/second accept",
		"limit rate 5/second burst 5 packets accept":             "limit rate 5/second accept",
		"counter packets 5 bytes 9 accept":                       "counter accept",
		"accept comment hello":                                   `accept comment "hello"`,
	} {
		r, err := nft.ParseRule(nft.IP, in)
		if err != nil || r.String() != want {
			t.Errorf("%s: %s, %v, want %s", in, r, err, want)
		}
	}
}

// Definitions of definitions can't fill the memory.
func TestDefinitionsAreBounded(t *testing.T) {
	text := "define a0 = 1, 1\n"
	for i := range 40 {
		text += fmt.Sprintf("define a%d = $a%d, $a%d\n", i+1, i, i)
	}
	if _, err := nft.Parse(text); err == nil || !strings.Contains(err.Error(), "too large") {
		t.Errorf("%v", err)
	}
}

// All mistakes are told at once, each at its place.
func TestMistakes(t *testing.T) {
	_, err := nft.Parse(strings.TrimPrefix(`
table ip a {
	chain c {
		type filter hook forwrd priority 0;
		ip sadr 10.0.0.1 accept
		ip saddr 10.0.0.300 accept
		tcp dport 22 udp dport 53 accept
		masquarade
		ip6 saddr fd00::1 accept
		accept drop
		log prefix "open
	}
}
foo bar
add rule ip a c tcp dport { 1-5, 3 } accept
dnat to 1.2.3.4:80
`, "\n"))
	const want = `3:20: expected prerouting, input, forward, output or postrouting, found "forwrd": did you mean forward?
4:6: expected daddr, id, length, protocol, saddr or ttl, found "sadr": did you mean saddr?
5:12: "10.0.0.300" is no IPv4 address
6:3: udp dport: no packet of tcp has that
7:3: "masquarade" is no statement: did you mean masquerade?
8:3: ip6 saddr: no packet of ip has that
9:3: drop comes after accept and is never reached
10:14: a quote is not closed
10:19: expected a prefix, found the end of the statement
13:1: expected add, create, insert, delete, flush or list, found "foo"
14:27: 1-5 and 3 overlap
15:1: expected add, create, insert, delete, flush or list, found "dnat"`
	if d := cmp.Diff(want, fmt.Sprint(err)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// A rule is made of links that are there, where it knows them by number.
func TestLinksOfARule(t *testing.T) {
	for text, want := range map[string]string{
		"iif eth0 accept": "[eth0]", "oif { eth0, eth1 } accept": "[eth0 eth1]", "iifname eth0 accept": "[]", "iif 7 accept": "[]", "accept": "[]", "iif eth0 oif lo drop": "[eth0 lo]",
	} {
		r, err := nft.ParseRule(nft.IP, text)
		if got := fmt.Sprint(r.Links()); err != nil || got != want {
			t.Errorf("%s: %s, %v, want %s", text, got, err, want)
		}
	}
}

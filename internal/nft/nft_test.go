package nft_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/topotest"
)

// links have their positions, from 1, as indexes.
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

// The files are listings of nft; each is parsed and listed as itself.
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

// A random ruleset stays the same through listing and parsing, compiling and
// decompiling, JSON, and the commands that create it.
func TestRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rs := parse(t, topotest.Nftables(t, "eth1"))
		text := rs.String()
		if got := parse(t, text).String(); got != text {
			t.Fatalf("listed and parsed (-before +after):\n%s", cmp.Diff(text, got))
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
				apply(t, c.String(), &made)
			}
			checkPrograms(t, table)
		}
		if got := made.String(); got != text {
			t.Fatalf("created by commands (-want +got):\n%s", cmp.Diff(text, got))
		}
	})
}

func apply(t *rapid.T, command string, rs *nft.Ruleset) {
	cs, err := nft.Parse(command)
	if err != nil || len(cs) != 1 || cs[0].String() != command {
		t.Fatalf("%v: %q is parsed as %v", err, command, cs)
	}
	if err := cs[0].Apply(rs); err != nil {
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
				t.Fatalf("%s is decompiled as %s from %#v", r, got, program)
			}
		}
	}
}

func TestNormalIgnoresCountersAndHandles(t *testing.T) {
	a := parse(t, "table ip6 b { chain c { counter packets 3 bytes 90 accept; }; }\ntable ip a { }")
	b := parse(t, "table ip a { }\ntable ip6 b { chain c { counter accept; }; }")
	b[1].Chains[0].Rules[0].Handle = 7
	if d := cmp.Diff(a.Normal(), b.Normal()); d != "" {
		t.Error(d)
	}
	if a.String() == b.String() {
		t.Error("the listing has no counter values")
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
		t.Errorf("renaming in a clone changed the original to %s", got)
	}
}

// Spellings that users write are listed as nft lists them.
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

// The levels are those of syslog(3); a log statement without one has the level warn.
func TestLogLevels(t *testing.T) {
	for i, name := range strings.Fields("emerg alert crit err warn notice info debug") {
		if got := nft.LogLevel(name); got != i {
			t.Errorf("level %s is %d, want %d", name, got, i)
		}
		want := name
		if name == "warn" {
			want = ""
		}
		if got := nft.LogLevelName(i); got != want {
			t.Errorf("level %d is %q, want %q", i, got, want)
		}
	}
	if got := nft.LogLevelName(9); got != "9" {
		t.Errorf("level 9 is %q, want 9", got)
	}
}

// Commands on elements name no type: it is found from the elements.
func TestElementsWithoutType(t *testing.T) {
	for text, want := range map[string]string{
		"10.0.0.1": "[10 0 0 1]", "fd00::1": "[253 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1]", "00:11:22:33:44:55": "[0 17 34 51 68 85]", "arp": "[8 6]", "tcp": "[6]", "https": "[1 187]", "echo-request": "[8]",
	} {
		inner, err := nft.Set{Name: "s", Elements: []string{text}}.Inner()
		if err != nil || len(inner.Elements) != 1 || fmt.Sprintf("%d", inner.Elements[0].Key) != want {
			t.Errorf("%s: %+v, %v, want %s", text, inner, err, want)
		}
	}
	for _, set := range []nft.Set{{Name: "s", Elements: []string{"a b"}}, {Name: "s", Type: "ipv4_addr", Elements: []string{"x"}}} {
		if inner, err := set.Inner(); err == nil {
			t.Errorf("%+v has elements %+v, want an error", set, inner)
		}
	}
}

// Elements are listed in nft's order, whatever order the kernel returns; types have
// nft's numbers.
func TestSetElements(t *testing.T) {
	for typ, want := range map[string]string{"ipv4_addr": "[9.0.0.1 10.0.0.0/8]", "inet_service": "[22 80-90]", "ipv6_addr": "[fd00::1 fd00::2]"} {
		set := nft.Set{Type: typ, Interval: typ != "ipv6_addr", Elements: strings.Fields(strings.Trim(want, "[]"))}
		inner, err := set.Inner()
		if err != nil {
			t.Fatal(err)
		}
		slices.Reverse(inner.Elements) // the kernel lists from the end
		if got := fmt.Sprint(nft.SetElements(nft.SetType(inner.TypeID), inner, nil)); got != want {
			t.Errorf("%s: %s, want %s", typ, got, want)
		}
	}
	if got := nft.SetType(999); got != "" {
		t.Errorf("type 999 is %q, want none", got)
	}
}

// nft sorts interface indexes by number, so the order of their names does not count in
// comparisons.
func TestNormalSortsLinks(t *testing.T) {
	a := parse(t, "table ip a { chain c { iif { b, a } accept; }; }")
	b := parse(t, "table ip a { chain c { iif { a, b } accept; }; }")
	if a.String() == b.String() || !a[0].Equal(b[0]) {
		t.Errorf("%s and %s: want different listings of equal tables", a, b)
	}
	c := parse(t, "table ip a { chain c { oif { a, b } accept; }; }")
	if a[0].Equal(c[0]) {
		t.Errorf("%s equals %s", a, c)
	}
	sets := parse(t, "table ip a { set b { type mark; }; set a { type mark; }; }").Normal()
	if sets[0].Sets[0].Name != "a" {
		t.Errorf("%s", sets)
	}
	flushed := nft.Ruleset{{TableID: nft.TableID{Family: nft.IP, Name: "a"}, Chains: []nft.Chain{{Name: "c", Rules: []nft.Rule{}}}, Sets: []nft.Set{}}}
	if d := cmp.Diff(parse(t, "table ip a { chain c { }; }"), flushed.Normal()); d != "" {
		t.Error(d)
	}
}

// A rule with an unknown interface or an unsupported statement is not compiled.
func TestNotCompiled(t *testing.T) {
	for _, text := range []string{"iif nope accept", "iif { lo, nope } accept", "iif vmap { nope : accept }", "iif != nope accept"} {
		r, err := nft.ParseRule(nft.IP, text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := nft.Compile(nft.IP, r, links{"lo"}); err == nil {
			t.Errorf("%s is compiled to %+v, want an error", text, got)
		}
	}
	for _, s := range []nft.Statement{
		nft.Unknown{Text: "[x]"},
		nft.Assign{Key: "meta mark", Value: "x"},
		nft.Reject{With: "icmp", Code: "x"},
		nft.NAT{Word: "snat", Address: "x"},
		nft.NAT{Word: "snat", Address: "1.1.1.1", Port: "x"},
		nft.Match{Key: "tcp dport", Values: []string{"x"}},
		nft.Match{Key: "meta mark", Mask: "x", Values: []string{"1"}},
		nft.Match{Key: "ip6 saddr", Values: []string{"::1"}},
	} {
		if got, err := nft.Compile(nft.IP, nft.Rule{Statements: []nft.Statement{s}}, links{"lo"}); err == nil {
			t.Errorf("%s is compiled to %+v, want an error", s, got)
		}
	}
}

// Definitions that double in size 40 times are refused: the text becomes too large.
func TestDefinitionsAreBounded(t *testing.T) {
	text := "define a0 = 1, 1\n"
	for i := range 40 {
		text += fmt.Sprintf("define a%d = $a%d, $a%d\n", i+1, i, i)
	}
	if _, err := nft.Parse(text); err == nil || !strings.Contains(err.Error(), "too large") {
		t.Errorf("%v, want an error: too large", err)
	}
}

// All errors are reported at once, each with its position.
func TestErrors(t *testing.T) {
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
5:12: invalid IPv4 address "10.0.0.300"
6:3: udp dport: conflicts with the protocol tcp
7:3: unknown statement "masquarade": did you mean masquerade?
8:3: ip6 saddr: conflicts with the protocol ip
9:3: drop comes after accept and is never reached
10:14: unterminated quote
10:19: expected a prefix, found the end of the statement
13:1: expected add, create, insert, delete, flush or list, found "foo"
14:27: 1-5 and 3 overlap
15:1: expected add, create, insert, delete, flush or list, found "dnat"`
	if d := cmp.Diff(want, fmt.Sprint(err)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// Rule.Links returns the interfaces that a rule matches by index.
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

package nft_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vethlab/vethlab/internal/nft"
)

// Instructions that neither Compile nor nft(8) emits, but another program may, are listed
// as what they do, or as unknown.
func TestDecompileForeignInstructions(t *testing.T) {
	iif, mark := nft.LoadMeta{Key: 4, Reg: 1}, nft.LoadMeta{Key: 3, Reg: 1}
	saddr := nft.Load{Base: 1, Offset: 12, Size: 4, Reg: 1}
	zero, one := []byte{0, 0, 0, 0}, []byte{1, 0, 0, 0}
	for _, c := range []struct {
		program []nft.Expr
		want    string
	}{
		{[]nft.Expr{iif, nft.Compare{Reg: 1, Data: []byte{1}}}, "iif 0"},
		{[]nft.Expr{iif, nft.And{From: 1, To: 1, Mask: one, Xor: zero}, nft.Compare{Reg: 1, Data: one}}, "[iif & 0x01000000 0x01000000]"},
		{[]nft.Expr{saddr, nft.And{From: 1, To: 1, Mask: []byte{255, 255, 255, 255}, Xor: zero}, nft.Compare{Reg: 1, Data: []byte{10, 0, 0, 1}}}, "ip saddr 10.0.0.1"},
		{[]nft.Expr{saddr, nft.And{From: 1, To: 1, Mask: []byte{255, 0, 255, 0}, Xor: zero}, nft.Compare{Reg: 1, Data: []byte{10, 0, 1, 0}}}, "[ip saddr & 0xff00ff00 10.0.1.0]"},
		{[]nft.Expr{saddr, nft.And{From: 1, To: 1, Mask: zero, Xor: one}, nft.Compare{Reg: 1, Data: zero}}, "[(ip saddr & 0x00000000 ^ 0x01000000) 0x00000000]"},
		{[]nft.Expr{saddr, nft.Compare{Op: 9, Reg: 1, Data: zero}}, "[ip saddr ? 0x00000000]"},
		{[]nft.Expr{nft.LoadMeta{Key: 99, Reg: 1}, nft.Compare{Reg: 1, Data: one}}, "[meta key 99 0x01000000]"},
		{[]nft.Expr{nft.LoadCT{Key: 99, Reg: 1}, nft.Compare{Op: nft.NotEqual, Reg: 1, Data: one}}, "[ct key 99 != 0x01000000]"},
		{[]nft.Expr{nft.LoadFIB{Flags: 1, Result: 1, Reg: 1}, nft.Compare{Reg: 1, Data: one}}, "[fib flags 1 result 1 0x01000000]"},
		{[]nft.Expr{nft.Compare{Reg: 3, Data: one}}, "[register 0x01000000]"},
		{[]nft.Expr{mark, nft.StoreMeta{Key: 4, Reg: 1}}, "[set meta 4]"},
		{[]nft.Expr{saddr, nft.StoreMeta{Key: 3, Reg: 1}}, "[meta mark set ip saddr]"},
		{[]nft.Expr{mark, nft.StoreCT{Key: 0, Reg: 1}}, "[set ct 0]"},
		{[]nft.Expr{mark, nft.Other{Name: "hash", Text: "x"}, nft.StoreCT{Key: 3, Reg: 1}}, "[hash x] [ct mark set register]"},
		{[]nft.Expr{nft.Translate{Word: "snat", AddrMin: 1}}, "[snat to ?]"},
		{[]nft.Expr{nft.Immediate{Reg: 1, Data: []byte{1, 2, 3, 4}}, nft.Translate{Word: "dnat", AddrMin: 1, PortMin: 2}}, "[dnat to 1.2.3.4:?]"},
		{[]nft.Expr{mark, nft.Swap{From: 1, To: 1, Size: 4}, nft.Lookup{Reg: 1, Inner: &nft.InnerSet{Size: 4}}}, "[meta mark in set]"},
		{[]nft.Expr{mark, nft.Swap{From: 1, To: 1, Size: 4}, nft.Lookup{Not: true, Reg: 1, Name: "s"}}, "[meta mark != in set s]"},
		{[]nft.Expr{saddr, nft.Lookup{Reg: 1, Inner: &nft.InnerSet{Size: 2}}}, "[ip saddr in set]"},
		{[]nft.Expr{saddr, nft.Lookup{Reg: 1, Name: "s"}, nft.Compare{Reg: 1, Data: []byte{1, 2, 3, 4}}}, "ip saddr @s ip saddr 1.2.3.4"},
		{[]nft.Expr{nft.Immediate{Reg: 1, Data: []byte{1, 2}}, nft.Translate{Word: "snat", AddrMin: 1}}, "[snat to ?]"},
		{[]nft.Expr{nft.Immediate{Reg: 1, Data: []byte{1, 2, 3, 4}}, nft.Immediate{Reg: 2, Data: []byte{1, 2}}, nft.Translate{Word: "snat", AddrMin: 1, AddrMax: 2}}, "[snat to ?]"},
		{[]nft.Expr{saddr, nft.Lookup{Reg: 1, Inner: &nft.InnerSet{TypeID: 7, Size: 4, Interval: true, Elements: []nft.Element{
			{Key: []byte{10, 0, 0, 8}, End: true}, {Key: []byte{10, 0, 0, 4}}, {Key: []byte{10, 0, 0, 4}, End: true}, {Key: []byte{10, 0, 0, 0}},
		}}}}, "ip saddr { 10.0.0.0/30, 10.0.0.4/30 }"},
	} {
		got := nft.Rule{Statements: nft.Decompile(nft.IP, c.program, links{"lo"})}
		if got.String() != c.want {
			t.Errorf("got  %s\nwant %s, from %+v", got, c.want, c.program)
		}
	}
}

// A rule or table with an unsupported part is listed as such, and not created.
func TestUnsupported(t *testing.T) {
	rs := parse(t, "table ip a { chain c { accept; }; }")
	if got := rs[0].Unsupported(); got != "" || !rs[0].Chains[0].Rules[0].Known() {
		t.Errorf("%q is unsupported, want none", got)
	}
	rule := nft.Rule{Statements: []nft.Statement{nft.Counter{}, nft.Unknown{Text: "[hash x]"}}}
	add := nft.Command{Verb: nft.Add, Object: nft.ARule, Table: rs[0].TableID, Name: "c", Rule: rule}
	if err := add.Apply(&rs); err == nil || !strings.Contains(err.Error(), "[hash x]: unsupported") {
		t.Errorf("got %v, want an error: [hash x]: unsupported", err)
	}
	rs[0].Chains[0].Rules = append(rs[0].Chains[0].Rules, rule)
	if got := rs[0].Unsupported(); got != "counter [hash x]" || rule.Known() {
		t.Errorf("%q is unsupported, want counter [hash x]", got)
	}
	rs[0].Unknown = []string{"map m", "flowtable f"}
	if got := rs[0].Unsupported(); got != "map m" {
		t.Errorf("%q is unsupported, want map m", got)
	}
	const want = "table ip a {\n\t# map m: unsupported\n\n\t# flowtable f: unsupported\n\n\tchain c {\n\t\taccept\n\t\tcounter packets 0 bytes 0 [hash x]\n\t}\n}\n"
	if d := cmp.Diff(want, rs.String()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// A stateless listing has no values of counters. Handles are listed only on demand.
func TestStateless(t *testing.T) {
	rs := parse(t, "table ip a { chain c { tcp dport 22 counter packets 3 bytes 9 accept; }; }")
	rs[0].Chains[0].Rules[0].Handle = 7
	for _, c := range []struct {
		got, want string
	}{
		{rs.Stateless().List(true), "\t\ttcp dport 22 counter accept # handle 7\n"},
		{rs.Stateless().List(false), "\t\ttcp dport 22 counter accept\n"},
		{rs.List(true), "\t\ttcp dport 22 counter packets 3 bytes 9 accept # handle 7\n"},
		{rs.List(false), "\t\ttcp dport 22 counter packets 3 bytes 9 accept\n"},
	} {
		if want := "table ip a {\n\tchain c {\n" + c.want + "\t}\n}\n"; c.got != want {
			t.Errorf("got\n%s\nwant\n%s", c.got, want)
		}
	}
}

// A ruleset names its interfaces by index once each, in order; the names of interfaces
// that a node lacks are errors at their positions.
func TestLinksOfARuleset(t *testing.T) {
	const text = `table ip a {
	chain c {
		iif { eth1, eth0 } accept
		oif eth1 iifname eth9 drop
	}
	chain d { iif lo iif eth1 iif 5 accept; }
}`
	if got := fmt.Sprint(parse(t, text).Links()); got != "[eth0 eth1 lo]" {
		t.Errorf("got %s, want [eth0 eth1 lo]", got)
	}
	has := func(name string) bool { return name != "eth1" }
	_, err := nft.ParseRulesetFor(text, has)
	const problem = `unknown interface "eth1" (iif and oif want one that the node has, iifname and oifname any)`
	if want := "3:9: " + problem + "\n4:7: " + problem + "\n6:23: " + problem; fmt.Sprint(err) != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	if _, ok := errors.AsType[nft.Errors](err); !ok {
		t.Errorf("the error is of type %T, want nft.Errors", err)
	}
	if _, err := nft.ParseRulesetFor(text, func(string) bool { return true }); err != nil {
		t.Error(err)
	}
	_, err = nft.ParseRulesetFor("foo\n"+text, has) // the unread line makes no link
	if fmt.Sprint(err) == "" || strings.Count(fmt.Sprint(err), problem) != 3 {
		t.Errorf("after an unknown command got %v, want all three interfaces too", err)
	}
}

// What a rule's matches leave open stays in its text: the listing of a table of one
// family is not that of another.
func TestImpliedProtocol(t *testing.T) {
	for _, c := range []struct {
		family     nft.Family
		rule, want string
	}{
		{nft.IP, "ip protocol tcp tcp dport 1", "tcp dport 1"},
		{nft.IP6, "ip6 nexthdr tcp tcp dport 1", "tcp dport 1"},
		{nft.Inet, "ip protocol tcp tcp dport 1", "ip protocol tcp tcp dport 1"},
		{nft.Inet, "ip6 nexthdr tcp tcp dport 1", "ip6 nexthdr tcp tcp dport 1"},
		{nft.Bridge, "ip protocol tcp tcp dport 1", "ip protocol tcp tcp dport 1"},
		{nft.Inet, "meta nfproto ipv4 ip saddr 1.1.1.1", "ip saddr 1.1.1.1"},
		{nft.Bridge, "ether type ip ip saddr 1.1.1.1", "ip saddr 1.1.1.1"},
		{nft.IP6, "tcp dport 1 snat to :80", "tcp dport 1 snat to :80"},
		{nft.Inet, "tcp dport 1 snat ip6 to :80", "tcp dport 1 snat ip6 to :80"},
		{nft.IP, "snat ip to 1.2.3.4", "snat to 1.2.3.4"},
		{nft.Inet, "snat to fd00::1", "snat ip6 to fd00::1"},
	} {
		r, err := nft.ParseRule(c.family, c.rule)
		if err != nil || r.String() != c.want {
			t.Errorf("%s %s: got %s, %v; want %s", c.family, c.rule, r, err, c.want)
			continue
		}
		program, err := nft.Compile(c.family, r, links{"lo"})
		got := nft.Rule{Statements: nft.Decompile(c.family, program, links{"lo"})}
		if err != nil || got.String() != c.want {
			t.Errorf("%s %s: decompiled as %s, %v; want %s", c.family, c.rule, got, err, c.want)
		}
	}
}

// A rule with an error makes no rule, and a ruleset with it is refused whole.
func TestNothingOfAnError(t *testing.T) {
	for _, text := range []string{"tcp dport 22 accept comment", "accept counter drop", "tcp dport x", "reject with icmp nope", "snat prefix to 1.1.1.0/24", "counter nope"} {
		if r, err := nft.ParseRule(nft.IP, text); err == nil || len(r.Statements) > 0 {
			t.Errorf("%s: got %v, %v; want no statements and an error", text, r, err)
		}
	}
	if rs, err := nft.ParseRuleset("table ip a { chain c { accept; nope; }; }"); err == nil || rs != nil {
		t.Errorf("got %v, %v; want no ruleset and an error", rs, err)
	}
}

// Duplicate values of a set are one, also several in a row, and interfaces whose indexes
// are unknown.
func TestDuplicateValues(t *testing.T) {
	for text, want := range map[string]string{
		"tcp dport { 1, 1, 1, 1, 2, 2, 3 }":      "tcp dport { 1, 2, 3 }",
		"ip saddr { 9.9.9.9, 9.9.9.9, 9.9.9.9 }": "ip saddr 9.9.9.9",
		"iif { lo, eth1, lo }":                   `iif { "eth1", "lo" }`,
		"iif { lo, lo }":                         `iif "lo"`, "tcp dport != { 1-5, 6-9 }": "tcp dport != 1-9", "ip saddr { 10.0.0.0/9, 10.128.0.0/9 }": "ip saddr 10.0.0.0/8",
		"tcp flags { syn, syn }": "tcp flags == syn", "ct state != { new, new }": "ct state != new",
		"oif { lo, \"lo\", 1, 1 }": `oif { "lo", 1 }`,
	} {
		r, err := nft.ParseRule(nft.IP, text)
		if err != nil || r.String() != want {
			t.Errorf("%s: got %s, %v; want %s", text, r, err, want)
		}
		if again, err := nft.ParseRule(nft.IP, r.String()); err != nil || again.String() != want {
			t.Errorf("%s: parsed again as %s, %v; want %s", text, again, err, want)
		}
	}
	r, err := nft.ParseRule(nft.IP, "iif { lo, eth1, 1 }")
	if err != nil {
		t.Fatal(err)
	}
	program, err := nft.Compile(nft.IP, r, links{"lo", "eth1"})
	if err != nil {
		t.Fatal(err)
	}
	if set := program[1].(nft.Lookup).Inner; len(set.Elements) != 2 {
		t.Errorf("the set has %d elements, want 2", len(set.Elements))
	}
	broken := nft.VerdictMap{Key: "ip saddr", Elements: []nft.VerdictElement{{Value: "10.0.0.0/8", Verdict: nft.Verdict{Word: "accept"}}, {Value: "10.0.0.0/9", Verdict: nft.Verdict{Word: "drop"}}}}
	if got, err := nft.Compile(nft.IP, nft.Rule{Statements: []nft.Statement{broken}}, links{}); err == nil {
		t.Errorf("%s is compiled to %+v, want an error", broken, got)
	}
}

// An error that follows from another one is not reported: of a set or chain whose
// declaration is wrong, and of a table that all commands want.
func TestFollowingErrors(t *testing.T) {
	for text, want := range map[string]string{
		"table ip a { set s { type nope; }; chain c { ip saddr @s accept; }; }":                      `1:27: expected ipv4_addr, ipv6_addr, ether_addr, ether_type, inet_proto, inet_service, icmp_type, mark, iface_index, ifname or ct_state, found "nope"`,
		"table ip a { chain d { type filter hook nope priority 0; }; chain c { jump d; }; }":         `1:41: expected prerouting, input, forward, output or postrouting, found "nope"`,
		"add chain ip x\nadd rule ip x c accept":                                                     `1:15: expected the name of a chain, found the end of the statement`,
		"add rule ip x c accept\nadd rule ip x c drop":                                               `1:5: table ip x not found`,
		"table ip a { chain c { jump d; ip saddr @s accept; }; }":                                    "1:29: target chain d not found in table ip a\n1:42: set s not found in table ip a",
		"table ip a { chain c { type filter hook input priority 0; masquerade; }; }":                 "1:59: masquerade: only in a chain of type nat",
		"table ip a { chain c { nope { a { b } c }; accept x; }; }\ntable ip b { foo; chain c { } }": "1:24: unknown statement \"nope\"\n1:51: unknown statement \"x\"\n2:14: expected chain or set, found \"foo\"",
	} {
		if _, err := nft.ParseRuleset(text); fmt.Sprint(err) != want {
			t.Errorf("%s: got\n%v\nwant\n%s", text, err, want)
		}
	}
}

// A new policy of a chain does not change copies of the chain.
func TestPolicyOfACopy(t *testing.T) {
	rs := parse(t, "table ip a { chain c { type filter hook input priority 0; policy accept; }; }")
	was := rs[0].Chains[0]
	cs, err := nft.Parse("add chain ip a c { policy drop; }")
	if err != nil {
		t.Fatal(err)
	}
	if err := cs[0].Apply(&rs); err != nil {
		t.Fatal(err)
	}
	if now := rs[0].Chains[0].Base.Policy; now != "drop" || was.Base.Policy != "accept" {
		t.Errorf("got %s, and %s in the copy; want drop and accept", now, was.Base.Policy)
	}
}

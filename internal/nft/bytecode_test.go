package nft_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vethlab/vethlab/internal/nft"
)

// bytecodeFile holds what `nft --debug=netlink list chain` prints for each of
// bytecodeRules: the instructions in the kernel and the line that nft lists. Where
// our listing differs, it follows.
const bytecodeFile = "testdata/bytecode.golden"

// bytecodeRules are rules whose instructions [nft.Compile] writes in another way or
// not at all: nft(8) joins adjacent fields, shortens prefixes and has statements of
// its own. What the kernel holds has to be listed all the same.
func bytecodeRules() []string {
	var list []string
	add := func(family string, rules ...string) {
		for _, r := range rules {
			list = append(list, family+": "+r)
		}
	}
	add("ip",
		"@nh,96,32 0x0a000001", "@nh,96,64 0x0a0000010a000002", "@nh,64,16 0x4006", "@nh,96,96 1", "@nh,160,32 5", "@th,16,16 22", "@th,0,16 80", "@th,0,32 5", "@th,32,32 != 5", "@ll,0,48 5",
		"tcp sport 1 tcp dport 2", "udp sport 1 udp dport 2 accept", "tcp dport 1 th sport 2", "meta l4proto tcp th dport 53", "ip protocol udp th sport 53", "udp dport 53 udp length 9", "sctp sport 1 sctp dport 2",
		"ip ttl 9 ip protocol 6", "icmp type 8 icmp code 0", "ip saddr 10.0.0.1 ip daddr != 10.0.0.2", "meta l4proto { tcp, udp } th sport 1 th dport 53",
		"ip saddr 10.0.0.0/8", "ip saddr 10.0.0.0/9", "ip saddr != 10.0.0.0/16", "ip saddr & 255.0.255.0 == 10.0.1.0 drop", "ip daddr & 255.255.0.0 != 10.1.0.0 drop", "ip saddr & 255.255.255.254 == 10.0.0.0", "ip saddr & 255.0.255.0 10.0.1.0-10.0.2.0",
		"ip dscp 3", "ip version 4", "ip frag-off & 0x1fff != 0", "tcp dport & 0xff == 1", "tcp dport & 0xff > 1", "meta mark and 0xf != 1", "meta mark & 0xff 3-5", "meta mark & 0xff >= 3", "tcp dport & 0xff00 < 5", "meta mark & 0xff != 3-5", "ct state & (new|established) == new", "ct state & (new|established) != 0",
		"meta mark set meta mark or 1", "meta mark set meta mark xor 1", "ct mark set meta mark and 0xff", "ct mark set 7", "ct mark set meta mark", "meta mark set 9", "meta nftrace set 1", "ip ttl set 5", "tcp dport set 5", "meta mark set ip saddr map { 1.1.1.1 : 5 }",
		"tcp dport 80-90", "tcp dport != 80-90", "meta length 100-200", "meta length != 100-200", "meta length > 5", "ip ttl >= 5 ip ttl <= 9", "ip ttl >= 5 ip id <= 9", "ip ttl >= 5 counter ip ttl <= 9", "ip ttl >= 5 ip ttl 7", "ip saddr != 10.0.0.0-10.0.0.3", "ip ttl > 5 ip ttl <= 9",
		"iifname eth0", `iifname "eth*"`, `oifname != "eth*"`, "iif lo", "iif 1 oif 9", "iifname { lo, eth0 }", "meta l4proto tcp", "meta protocol ip tcp dport 1", "ip protocol tcp tcp dport 1", "ip protocol icmp icmp type 8", "ip protocol { tcp, udp } th dport 53", "ip protocol != tcp tcp dport 1",
		"ip saddr @s", "ip saddr != @s drop", "ip saddr & 255.0.0.255 @s", "ip saddr . tcp dport { 1.1.1.1 . 22 }", "ip saddr . tcp dport @both", "ip saddr . ip daddr vmap { 1.1.1.1 . 2.2.2.2 : drop }",
		"ip saddr { 0.0.0.0/1, 255.0.0.0/8 }", "ip saddr { 10.0.0.0/8, 10.255.0.0/16 }", "ip saddr != { 10.0.0.0-10.0.0.4, 11.0.0.0 }", "ip saddr { 1.0.0.0/8, 2.0.0.0/8, 4.0.0.0/8 }", "tcp dport { 1-5, 6, 65535 }", "tcp dport { 0, 9-10 }",
		"tcp dport vmap { 22 : accept, 80-90 : drop }", "ct state vmap { new : jump other, established : accept }", "ip saddr vmap { 10.0.0.0/8 : accept, 11.0.0.0-11.0.0.9 : goto other }", "jhash ip saddr mod 2 vmap { 0 : accept, 1 : drop }", "iifname vmap { lo : accept, eth0 : continue }", "meta mark vmap { 1 : return, 0x100 : drop }",
		"fib saddr . iif oif missing drop", "fib daddr type local", "fib daddr . iif type local", "meta hour 5", "ct id 5", "ct original packets > 5", "numgen inc mod 2 0", "rt classid 5",
		"reject with icmp 3", "reject with icmp 1", "reject with tcp reset", "ip saddr 1.1.1.1 reject with icmp host-prohibited", "limit rate 5/second", "limit rate over 10 kbytes/second burst 20 kbytes", "log prefix \"x\" level info", "log group 5", "notrack", "jump other", "goto other", "continue", "return",
		"ether saddr 00:11:22:33:44:55 ether type ip", "ether type ip", "ether type arp", "meta iiftype ether ether saddr 00:11:22:33:44:55", "meta iiftype ether", "meta iiftype != ether ether saddr 00:11:22:33:44:55",
	)
	add("ip6",
		"ip6 saddr fd00::/8", "ip6 saddr fd00::/65", "ip6 saddr != fd00::/64", "ip6 saddr fd00::1 ip6 daddr fd00::2", "ip6 saddr & ffff:0:ffff:: == fd00::", "@nh,64,128 5", "@nh,192,128 5", "icmpv6 type 128 icmpv6 code 0", "ip6 nexthdr tcp tcp dport 1", "ip6 nexthdr 6", "meta l4proto 58 icmpv6 type 1", "reject with icmpv6 no-route", "reject", "meta protocol ip6 tcp dport 1",
	)
	add("inet",
		"ip saddr 1.1.1.1 ip daddr 2.2.2.2", "@nh,96,32 0x0a000001", "meta nfproto ipv4 @nh,96,32 0x0a000001", "meta nfproto ipv4", "meta nfproto ipv4 tcp dport 1", "meta nfproto ipv4 ip saddr 1.1.1.1", "meta protocol ip ip saddr 1.1.1.1", "meta protocol ip icmp type 8", "meta protocol ip",
		"ip protocol tcp tcp dport 1", "ip6 nexthdr tcp tcp dport 1", "meta nfproto ipv4 meta l4proto tcp tcp dport 1", "meta l4proto tcp meta nfproto ipv4 tcp dport 1", "ip saddr 1.1.1.1 meta l4proto udp udp dport 1", "ip saddr 1.1.1.1 tcp dport 1 ip daddr 2.2.2.2", "meta l4proto tcp counter tcp dport 1", "meta nfproto ipv4 counter ip saddr 1.1.1.1", "ip saddr 1.1.1.1 counter tcp dport 1", "meta iiftype ether counter ether type ip", "meta l4proto tcp meta mark set 1 tcp dport 1", "meta l4proto tcp tcp dport vmap { 1 : accept }",
		"meta nfproto ipv6 reject with icmpv6 no-route", "ip saddr 1.1.1.1 reject with icmp host-unreachable", "reject with icmpx no-route", "reject with icmpx port-unreachable", "meta nfproto ipv4 reject with icmpx admin-prohibited", "meta nfproto ipv4 icmp type 8", "icmpv6 type 128 icmpv6 code 0",
		"meta iiftype ether ether type ip", "ether saddr 00:11:22:33:44:55 ip saddr 1.1.1.1", "ether daddr 00:11:22:33:44:55 ether saddr 00:11:22:33:44:66",
	)
	add("bridge",
		"ether type ip ip saddr 1.1.1.1", "ether type ip", "meta protocol ip ip saddr 1.1.1.1", "meta protocol ip", "ether type ip6 ip6 saddr ::1", "ether saddr 00:11:22:33:44:55 ether daddr 00:11:22:33:44:66", "ether saddr 00:11:22:33:44:55 ether type ip", "ip protocol tcp", "ether type ip tcp dport 1", "ip protocol tcp tcp dport 2", "ether type arp arp operation 1", "arp operation 2", "ip saddr 1.1.1.1 ip daddr 1.1.1.2", "ip saddr 1.1.1.0/24", "ether type != ip",
	)
	add("arp", "arp operation 1", "meta protocol arp", "meta mark 1")
	add("nat ip", "snat to 1.2.3.4-1.2.3.9 persistent", "tcp dport 1 snat to 1.2.3.4:80-90 random", "udp sport 1 masquerade to :5-9 fully-random", "masquerade random,persistent", "snat to ip saddr map { 1.1.1.1 : 2.2.2.2 }")
	add("nat ip6", "snat to fd00::1", "tcp dport 1 snat to [fd00::1]:80")
	add("nat inet", "snat ip to 1.2.3.4", "snat ip6 to fd00::1-fd00::9", "ip saddr 1.1.1.1 snat ip to 1.2.3.4", "meta l4proto tcp snat ip to 1.2.3.4:5")
	return list
}

// TestBytecode holds that instructions are listed as nft lists them.
func TestBytecode(t *testing.T) {
	if *update {
		writeBytecode(t)
	}
	data, err := os.ReadFile(bytecodeFile)
	if err != nil {
		t.Fatal(err)
	}
	cases := strings.Split(string(data), "\n\n")[1:]
	compiled := 0
	if len(cases) < 150 {
		t.Errorf("only %d rules", len(cases))
	}
	for _, c := range cases {
		source, rest, _ := strings.Cut(c, "\n")
		code, listing, _ := strings.Cut(rest, "\n= ")
		want, ours, differs := strings.Cut(strings.TrimSuffix(listing, "\n"), "\nnot ")
		if differs {
			want = ours
		}
		if got := disassembled(t, source, code); got != want {
			t.Errorf("%s: got  %s\nwant %s", source, got, want)
		}
		if compileAs(t, source, code, want) {
			compiled++
		}
	}
	if compiled < 60 {
		t.Errorf("of only %d rules the instructions were compared", compiled)
	}
}

// TestBytecodeIsOfNft holds the golden file against the nft of the machine.
func TestBytecodeIsOfNft(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs nft many times")
	}
	data, err := os.ReadFile(bytecodeFile)
	if err != nil {
		t.Fatal(err)
	}
	by, _, _ := strings.Cut(string(data), "\n")
	if v := "# " + version(t); v != by {
		t.Skipf("the golden file is of %s, here is %s", by, v)
	}
	if _, err := listed(t, "table ip t { }"); err != nil {
		t.Skip("nft can't make tables here: ", err)
	}
	for i, source := range bytecodeRules() {
		if i%8 > 0 {
			continue
		}
		if got, err := bytecode(t, source); err == nil && !strings.Contains(string(data), "\n# "+source+"\n"+got) {
			t.Errorf("%s is now\n%s", source, got)
		}
	}
}

func writeBytecode(t *testing.T) {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", version(t))
	for _, source := range bytecodeRules() {
		text, err := bytecode(t, source)
		if err != nil {
			t.Logf("left out: %s: %v", source, err)
			continue
		}
		fmt.Fprintf(&b, "\n# %s\n%s\n", source, text)
		code, want, _ := strings.Cut(text, "\n= ")
		if ours := disassembled(t, "# "+source, code); ours != want {
			fmt.Fprintf(&b, "not %s\n", ours)
		}
	}
	if err := os.WriteFile(bytecodeFile, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// bytecode makes a rule with nft in a namespace of its own, and returns its
// instructions and its listing.
func bytecode(t *testing.T, source string) (string, error) {
	t.Helper()
	family, rule, _ := strings.Cut(source, ": ")
	family, isNAT := strings.CutPrefix(family, "nat ")
	head := "type filter hook input priority 0"
	if isNAT {
		head = "type nat hook postrouting priority 0"
	}
	script := fmt.Sprintf("table %s t { set s { type ipv4_addr; }; set both { type ipv4_addr . inet_service; }; chain other { }; chain c { %s; %s; }; }", family, head, rule)
	cmd := exec.CommandContext(t.Context(), "unshare", "--map-root-user", "--net", "sh", "-c", "nft -f - && nft --debug=netlink list chain "+family+" t c")
	cmd.Stdin = strings.NewReader(script)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, stderr.String())
	}
	var code, listing []string
	for line := range strings.Lines(stderr.String() + string(out)) {
		switch line = strings.TrimRight(line, " \n"); {
		case strings.HasPrefix(line, "  ["), strings.HasPrefix(line, "\telement"):
			code = append(code, strings.TrimSpace(line))
		case strings.HasPrefix(line, "\t\t") && !strings.HasPrefix(line, "\t\ttype"):
			listing = append(listing, strings.TrimSpace(line))
		}
	}
	elements := slices.IndexFunc(code, func(line string) bool { return strings.HasPrefix(line, "[") })
	slices.Sort(code[:elements]) // of a hash table, in any order
	return strings.Join(code, "\n") + "\n= " + strings.Join(listing, " "), nil
}

// compileAs holds that a rule that nft lists as it was given is compiled into nft's
// instructions, where these are as many: nft joins some. It reports whether it has
// compared them.
func compileAs(t *testing.T, source, code, listing string) bool {
	t.Helper()
	r, err := nft.ParseRule(familyOf(source), listing)
	if err != nil || !strings.HasSuffix(source, ": "+listing) {
		return false
	}
	got, err := nft.Compile(familyOf(source), r, links{"lo", "eth1"})
	if err != nil {
		t.Errorf("%s: %v", source, err)
	}
	want := assembled(t, code)
	if len(got) != len(want) {
		return false
	}
	for i := range got {
		if l, ok := got[i].(nft.Lookup); ok { // nft prints less of a set
			l.Inner = nil
			got[i] = l
		}
		if l, ok := want[i].(nft.Lookup); ok {
			l.Inner = nil
			want[i] = l
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-nft +ours):\n%s", source, d)
	}
	return true
}

// disassembled returns the rule of instructions as we list it.
func disassembled(t *testing.T, source, code string) string {
	t.Helper()
	rule := nft.Rule{Statements: nft.Decompile(familyOf(source), assembled(t, code), links{"lo", "eth1"})}
	text, err := rule.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// familyOf returns the family of a source such as "# nat ip: masquerade".
func familyOf(source string) nft.Family {
	head, _, _ := strings.Cut(source, ": ")
	words := strings.Fields(head)
	return nft.Family(words[len(words)-1])
}

func assembled(t *testing.T, code string) []nft.Expr {
	t.Helper()
	a := &assembler{t: t, sizes: map[string]int{}}
	for line := range strings.Lines(code) {
		a.line(strings.TrimSpace(line))
	}
	return a.program
}

// An assembler reads the instructions that nft prints.
type assembler struct {
	t        *testing.T
	elements []nft.Element
	program  []nft.Expr
	sizes    map[string]int // bytes in a register
}

// A mnemonic is how nft prints an instruction. Of the texts in the pattern's groups
// read makes it.
type mnemonic struct {
	pattern string
	read    func(a *assembler, m []string) nft.Expr
}

func mnemonics() []mnemonic {
	return []mnemonic{
		{`payload load (\d+)b @ (\w+) header \+ (\d+) => reg (\d+)`, func(a *assembler, m []string) nft.Expr {
			a.sizes[m[4]] = number(m[1])
			return nft.Load{Base: slices.Index([]string{"link", "network", "transport"}, m[2]), Offset: number(m[3]), Size: number(m[1]), Reg: number(m[4])}
		}},
		{`meta load (\w+) => reg (\d+)`, func(a *assembler, m []string) nft.Expr {
			key := metaKeys()[m[1]]
			a.sizes[m[2]] = key.size
			return nft.LoadMeta{Key: key.number, Reg: number(m[2])}
		}},
		{`ct load (\w+) => reg (\d+)`, func(a *assembler, m []string) nft.Expr {
			key := ctKeys()[m[1]]
			a.sizes[m[2]] = key.size
			return nft.LoadCT{Key: key.number, Reg: number(m[2])}
		}},
		{`fib ([sd])addr( . iif)? (\w+) => reg (\d+)`, func(a *assembler, m []string) nft.Expr {
			a.sizes[m[4]] = 4
			flags := map[string]int{"s": 1, "d": 2}[m[1]] + map[string]int{" . iif": 8}[m[2]] // enum nft_fib_flags
			return nft.LoadFIB{Flags: flags, Result: map[string]int{"oif": 1, "type": 3}[m[3]], Reg: number(m[4])}
		}},
		{`fib saddr \. iif oif present => reg (\d+)`, func(a *assembler, m []string) nft.Expr {
			a.sizes[m[1]] = 1
			return nft.LoadFIB{Flags: 1 + 8 + 32, Result: 1, Reg: number(m[1])}
		}},
		{`cmp (\w+) reg (\d+) (.*)`, func(a *assembler, m []string) nft.Expr {
			return nft.Compare{Op: slices.Index([]string{"eq", "neq", "lt", "lte", "gt", "gte"}, m[1]), Reg: number(m[2]), Data: a.data(m[3], a.sizes[m[2]])}
		}},
		{`range (n?)eq reg (\d+) (\S+) (\S+)`, func(a *assembler, m []string) nft.Expr {
			return nft.Between{Not: m[1] != "", Reg: number(m[2]), From: a.data(m[3], a.sizes[m[2]]), To: a.data(m[4], a.sizes[m[2]])}
		}},
		{`bitwise reg (\d+) = \( reg (\d+) & (.*) \) \^ (.*)`, func(a *assembler, m []string) nft.Expr {
			a.sizes[m[1]] = a.sizes[m[2]]
			return nft.And{From: number(m[2]), To: number(m[1]), Mask: a.data(m[3], a.sizes[m[2]]), Xor: a.data(m[4], a.sizes[m[2]])}
		}},
		{`byteorder reg (\d+) = hton\(reg (\d+), (\d), \d\)`, func(_ *assembler, m []string) nft.Expr {
			return nft.Swap{From: number(m[2]), To: number(m[1]), Size: number(m[3])}
		}},
		{`lookup reg (\d+) set (\S+) (dreg 0 )?0x(\d)`, (*assembler).lookup},
		{`immediate reg 0 (\w+)(?: -> (\w+))?`, func(_ *assembler, m []string) nft.Expr { return nft.Verdict{Word: m[1], Chain: m[2]} }},
		{`immediate reg (\d+) (.*)`, func(a *assembler, m []string) nft.Expr {
			return nft.Immediate{Reg: number(m[1]), Data: a.data(m[2], 99)}
		}},
		{`meta set (\w+) with reg (\d+)`, func(a *assembler, m []string) nft.Expr {
			if i, ok := a.program[max(0, len(a.program)-1)].(nft.Immediate); ok { // printed in words of 4 bytes
				i.Data = i.Data[:metaKeys()[m[1]].size]
				a.program[len(a.program)-1] = i
			}
			return nft.StoreMeta{Key: metaKeys()[m[1]].number, Reg: number(m[2])}
		}},
		{`ct set (\w+) with reg (\d+)`, func(_ *assembler, m []string) nft.Expr {
			return nft.StoreCT{Key: ctKeys()[m[1]].number, Reg: number(m[2])}
		}},
		{`reject type (\d) code (\d+)`, func(_ *assembler, m []string) nft.Expr { return nft.RejectWith{Type: number(m[1]), Code: number(m[2])} }},
		{`counter pkts (\d+) bytes (\d+)`, func(*assembler, []string) nft.Expr { return nft.Counter{} }},
		{`limit rate (\d+)/(\w+) burst (\d+) type (\w+) flags 0x(\d)`, func(_ *assembler, m []string) nft.Expr {
			return nft.Limit{Rate: uint64(number(m[1])), Per: m[2], Burst: uint32(number(m[3])), Bytes: m[4] == "bytes", Over: m[5] == "1"}
		}},
		{`log prefix (\w+) level (\d)`, func(_ *assembler, m []string) nft.Expr {
			return nft.Log{Prefix: m[1], Level: nft.LogLevelName(number(m[2])), Group: -1}
		}},
		{`log group (\d+) snaplen 0 qthreshold 0`, func(_ *assembler, m []string) nft.Expr { return nft.Log{Group: number(m[1])} }},
		{`notrack`, func(*assembler, []string) nft.Expr { return nft.Notrack{} }},
		{`nat snat (ip6?)(?: addr_min reg (\d+))?(?: addr_max reg (\d+))?(?: proto_min reg (\d+))?(?: proto_max reg (\d+))?(?: flags 0x(\w+))?`, func(a *assembler, m []string) nft.Expr {
			return a.translate(nft.Translate{Word: "snat", IPv6: m[1] == "ip6", AddrMin: number(m[2]), AddrMax: number(m[3]), PortMin: number(m[4]), PortMax: number(m[5]), Flags: hexNumber(m[6])})
		}},
		{`masq(?: proto_min reg (\d+))?(?: proto_max reg (\d+))?(?: flags 0x(\w+))?`, func(a *assembler, m []string) nft.Expr {
			return a.translate(nft.Translate{Word: "masquerade", PortMin: number(m[1]), PortMax: number(m[2]), Flags: hexNumber(m[3])})
		}},
	}
}

func (a *assembler) line(line string) {
	if element, ok := strings.CutPrefix(line, "element "); ok {
		a.element(element)
		return
	}
	line = strings.TrimSpace(strings.Trim(line, "[]"))
	for _, k := range mnemonics() {
		if m := regexp.MustCompile("^" + k.pattern + "$").FindStringSubmatch(line); m != nil {
			a.program = append(a.program, k.read(a, m))
			return
		}
	}
	name, rest, _ := strings.Cut(line, " ")
	a.program = append(a.program, nft.Other{Name: name, Text: rest})
}

// element reads "0000000a  : drop 0 [end]", where 1 marks the value behind an
// interval.
func (a *assembler) element(line string) {
	key, rest, _ := strings.Cut(line, ":")
	words := strings.Fields(rest)
	e := nft.Element{Key: a.data(key, 99)}
	switch {
	case words[0] == "1":
		e.End = true
	case len(words) > 3 && words[1] == "->":
		e.Verdict = nft.Verdict{Word: words[0], Chain: words[2]}
	case words[0] != "0":
		e.Verdict = nft.Verdict{Word: words[0]}
	}
	a.elements = append(a.elements, e)
}

func (a *assembler) lookup(m []string) nft.Expr {
	e := nft.Lookup{Not: m[4] == "1", Reg: number(m[1]), Name: m[2]}
	if m[2] == "both" {
		return nft.Other{Name: "lookup", Text: "@both"} // as the kernel's reader has sets of a type that is not known
	}
	if !strings.HasPrefix(m[2], "__") {
		return e
	}
	size := a.sizes[m[1]]
	for i := range a.elements {
		if len(a.elements[i].Key) > (size+3)/4*4 {
			size = len(a.elements[i].Key)
		}
	}
	e.Name, e.Inner = "", &nft.InnerSet{Size: size, Verdicts: m[3] != "", Elements: a.elements}
	for i := range a.elements {
		a.elements[i].Key = a.elements[i].Key[:size]
		e.Inner.Interval = e.Inner.Interval || a.elements[i].End
	}
	return e
}

// natAddresses is NF_NAT_RANGE_MAP_IPS, which the kernel adds.
const natAddresses = 1

// translate takes away what the kernel adds to NAT, and shortens its ports, which are
// printed in words of 4 bytes.
func (a *assembler) translate(e nft.Translate) nft.Expr {
	for i, x := range a.program {
		if im, ok := x.(nft.Immediate); ok && (im.Reg == e.PortMin || im.Reg == e.PortMax) {
			im.Data = im.Data[:2]
			a.program[i] = im
		}
	}
	if e.AddrMax == e.AddrMin {
		e.AddrMax = 0
	}
	if e.PortMax == e.PortMin {
		e.PortMax = 0
	}
	e.Flags &^= natAddresses
	return e
}

// data reads words of four bytes, the last byte first, and returns at most size
// bytes. A pattern of an interface name is as long as it is.
func (a *assembler) data(text string, size int) []byte {
	var b []byte
	for word := range strings.FieldsSeq(text) {
		word = strings.TrimPrefix(word, "0x")
		four, err := hex.DecodeString(word)
		if err != nil {
			a.t.Fatalf("%q: %v", text, err)
		}
		slices.Reverse(four)
		b = append(b, four...)
	}
	if size == ifNameSize && len(b) < size {
		return bytes.TrimRight(b, "\x00")
	}
	if size == 0 { // of an instruction that is not understood
		return b
	}
	return b[:min(size, len(b))]
}

// ifNameSize is IFNAMSIZ.
const ifNameSize = 16

func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

func hexNumber(s string) int {
	n, _ := strconv.ParseInt(s, 16, 32)
	return int(n)
}

// A loadKey is a key of meta or ct in the kernel (linux/netfilter/nf_tables.h).
type loadKey struct{ number, size int }

func metaKeys() map[string]loadKey {
	return map[string]loadKey{
		"len": {0, 4}, "protocol": {1, 2}, "priority": {2, 4}, "mark": {3, 4}, "iif": {4, 4}, "oif": {5, 4}, "iifname": {6, 16}, "oifname": {7, 16}, "iiftype": {8, 2},
		"nftrace": {12, 1}, "nfproto": {15, 1}, "l4proto": {16, 1}, "bri_iifname": {17, 16}, "pkttype": {19, 1}, "hour": {28, 4},
	}
}

func ctKeys() map[string]loadKey {
	return map[string]loadKey{"state": {0, 4}, "direction": {1, 1}, "mark": {3, 4}, "unknown": {20, 4}}
}

package nft_test

import (
	"bytes"
	"encoding/hex"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/nft"
)

func assembled(t *testing.T, code string) []nft.Expr {
	t.Helper()
	a := &assembler{t: t, sizes: map[string]int{}}
	for line := range strings.Lines(code) {
		a.line(strings.TrimSpace(line))
	}
	return a.program
}

// An assembler parses the instructions that nft prints.
type assembler struct {
	t        *testing.T
	elements []nft.Element
	program  []nft.Expr
	sizes    map[string]int // bytes in a register
}

// A mnemonic is the notation of an instruction in nft's output. read turns the groups
// of pattern into the instruction.
type mnemonic struct {
	pattern string
	read    func(a *assembler, m []string) nft.Expr
}

func mnemonics() []mnemonic {
	return slices.Concat(loads(), comparisons(), stores(), effects())
}

// loads load values into registers.
func loads() []mnemonic {
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
	}
}

// comparisons compare and convert registers.
func comparisons() []mnemonic {
	return []mnemonic{
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
	}
}

// stores set registers, verdicts and metadata.
func stores() []mnemonic {
	return []mnemonic{
		{`immediate reg 0 (\w+)(?: -> (\w+))?`, func(_ *assembler, m []string) nft.Expr { return nft.Verdict{Word: m[1], Chain: m[2]} }},
		{`immediate reg (\d+) (.*)`, func(a *assembler, m []string) nft.Expr {
			return nft.Immediate{Reg: number(m[1]), Data: a.data(m[2], 99)}
		}},
		{`meta set (\w+) with reg (\d+)`, func(a *assembler, m []string) nft.Expr {
			if i, ok := a.program[max(0, len(a.program)-1)].(nft.Immediate); ok { // nft prints words of 4 bytes
				i.Data = i.Data[:metaKeys()[m[1]].size]
				a.program[len(a.program)-1] = i
			}
			return nft.StoreMeta{Key: metaKeys()[m[1]].number, Reg: number(m[2])}
		}},
		{`ct set (\w+) with reg (\d+)`, func(_ *assembler, m []string) nft.Expr {
			return nft.StoreCT{Key: ctKeys()[m[1]].number, Reg: number(m[2])}
		}},
	}
}

// effects act on the packet.
func effects() []mnemonic {
	return []mnemonic{
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

// element parses "0000000a  : drop 0 [end]"; a 1 marks the first value after an
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
		return nft.Other{Name: "lookup", Text: "@both"} // as package kernel returns sets of an unsupported type
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

// natAddresses is NF_NAT_RANGE_MAP_IPS, which the kernel sets.
const natAddresses = 1

// translate removes what the kernel adds to NAT, and shortens its ports, which nft
// prints as words of 4 bytes.
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

// data parses little-endian words of 4 bytes and returns at most size bytes. A pattern
// of an interface name keeps its length.
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
	if size == 0 { // of an unsupported instruction
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

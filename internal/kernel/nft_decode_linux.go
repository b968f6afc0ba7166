package kernel

import (
	"fmt"
	"maps"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/nft"
)

// expr reads an instruction of the kernel.
func (r *nftReader) expr(table nft.TableID, name string, a []attribute) nft.Expr {
	number := func(typ uint16) int { return nftNumber(a, typ) }
	other := nft.Other{Name: name}
	switch name {
	case "payload":
		if number(unix.NFTA_PAYLOAD_DREG) != 0 {
			return nft.Load{Base: number(unix.NFTA_PAYLOAD_BASE), Offset: number(unix.NFTA_PAYLOAD_OFFSET), Size: number(unix.NFTA_PAYLOAD_LEN), Reg: number(unix.NFTA_PAYLOAD_DREG)}
		}
	case "meta":
		if reg := number(unix.NFTA_META_DREG); reg != 0 {
			return nft.LoadMeta{Key: number(unix.NFTA_META_KEY), Reg: reg}
		}
		return nft.StoreMeta{Key: number(unix.NFTA_META_KEY), Reg: number(unix.NFTA_META_SREG)}
	case "ct":
		switch reg := number(unix.NFTA_CT_DREG); {
		case find(a, unix.NFTA_CT_DIRECTION).data != nil:
		case reg != 0:
			return nft.LoadCT{Key: number(unix.NFTA_CT_KEY), Reg: reg}
		default:
			return nft.StoreCT{Key: number(unix.NFTA_CT_KEY), Reg: number(unix.NFTA_CT_SREG)}
		}
	case "fib":
		return nft.LoadFIB{Flags: number(unix.NFTA_FIB_FLAGS), Result: number(unix.NFTA_FIB_RESULT), Reg: number(unix.NFTA_FIB_DREG)}
	case "immediate":
		return readImmediate(a)
	case "lookup":
		return r.lookup(table, a)
	case "match", "target": // of iptables
		return readXT(table.Family, name, a)
	case "nat", "masq", "redir":
		return readTranslate(name, a)
	case "cmp", "range", "bitwise", "byteorder":
		return readComparison(name, a, other)
	}
	return readEffect(name, a, other)
}

// readXT reads a match or target of iptables.
func readXT(f nft.Family, kind string, a []attribute) nft.Expr {
	name := nftText(a, unix.NFTA_MATCH_NAME) // the attributes of targets have the same numbers
	x := xt{f, nftNumber(a, unix.NFTA_MATCH_REV), find(a, unix.NFTA_MATCH_INFO).data}
	if e := x.expr(kind, name); e != nil {
		return e
	}
	return nft.Other{Name: "xt " + kind, Text: `"` + name + `"`}
}

func readImmediate(a []attribute) nft.Expr {
	reg, data := nftNumber(a, unix.NFTA_IMMEDIATE_DREG), find(a, unix.NFTA_IMMEDIATE_DATA)
	if v := find(data.nested(), unix.NFTA_DATA_VERDICT); v.data != nil {
		verdict := readVerdict(v.nested())
		if verdict.Word == "" {
			return nft.Other{Name: "verdict", Text: fmt.Sprint(int32(nftNumber(v.nested(), unix.NFTA_VERDICT_CODE)))}
		}
		return verdict
	}
	return nft.Immediate{Reg: reg, Data: dataValue(data)}
}

// readVerdict reads a verdict. One without a word is not known here.
func readVerdict(a []attribute) nft.Verdict {
	code := int32(nftNumber(a, unix.NFTA_VERDICT_CODE))
	for word, n := range verdictCodes() {
		if n == code {
			return nft.Verdict{Word: word, Chain: nftText(a, unix.NFTA_VERDICT_CHAIN)}
		}
	}
	return nft.Verdict{}
}

func (r *nftReader) lookup(table nft.TableID, a []attribute) nft.Expr {
	name := nftText(a, unix.NFTA_LOOKUP_SET)
	e := nft.Lookup{Not: nftNumber(a, unix.NFTA_LOOKUP_FLAGS)&1 != 0, Reg: nftNumber(a, unix.NFTA_LOOKUP_SREG)}
	set := r.inner[setKey{table, name}]
	toReg := find(a, unix.NFTA_LOOKUP_DREG).data != nil
	switch {
	case set == nil || toReg != set.Verdicts: // one that is not known, or a map of values
		return nft.Other{Name: "lookup", Text: "@" + name}
	case r.tables.Table(table).Set(name) != nil:
		e.Name = name
	default:
		e.Inner = set
	}
	return e
}

func readTranslate(name string, a []attribute) nft.Expr {
	number := func(typ uint16) int { return nftNumber(a, typ) }
	switch name {
	case "masq":
		return nft.Translate{
			Word: "masquerade", Flags: number(unix.NFTA_MASQ_FLAGS),
			PortMin: number(unix.NFTA_MASQ_REG_PROTO_MIN), PortMax: number(unix.NFTA_MASQ_REG_PROTO_MAX),
		}
	case "redir":
		return nft.Translate{
			Word: "redirect", Flags: number(unix.NFTA_REDIR_FLAGS),
			PortMin: number(unix.NFTA_REDIR_REG_PROTO_MIN), PortMax: number(unix.NFTA_REDIR_REG_PROTO_MAX),
		}
	}
	return nft.Translate{
		Word:    []string{"snat", "dnat"}[number(unix.NFTA_NAT_TYPE)&1],
		IPv6:    number(unix.NFTA_NAT_FAMILY) == unix.NFPROTO_IPV6,
		Flags:   number(unix.NFTA_NAT_FLAGS),
		AddrMin: number(unix.NFTA_NAT_REG_ADDR_MIN), AddrMax: number(unix.NFTA_NAT_REG_ADDR_MAX),
		PortMin: number(unix.NFTA_NAT_REG_PROTO_MIN), PortMax: number(unix.NFTA_NAT_REG_PROTO_MAX),
	}
}

func readComparison(name string, a []attribute, other nft.Expr) nft.Expr {
	number := func(typ uint16) int { return nftNumber(a, typ) }
	switch name {
	case "cmp":
		return nft.Compare{Op: number(unix.NFTA_CMP_OP), Reg: number(unix.NFTA_CMP_SREG), Data: dataValue(find(a, unix.NFTA_CMP_DATA))}
	case "range":
		return nft.Between{
			Not: number(unix.NFTA_RANGE_OP) == 1, Reg: number(unix.NFTA_RANGE_SREG),
			From: dataValue(find(a, unix.NFTA_RANGE_FROM_DATA)), To: dataValue(find(a, unix.NFTA_RANGE_TO_DATA)),
		}
	case "bitwise":
		mask, xor := dataValue(find(a, unix.NFTA_BITWISE_MASK)), dataValue(find(a, unix.NFTA_BITWISE_XOR))
		if mask != nil && xor != nil {
			return nft.And{From: number(unix.NFTA_BITWISE_SREG), To: number(unix.NFTA_BITWISE_DREG), Mask: mask, Xor: xor}
		}
	case "byteorder":
		if size := number(unix.NFTA_BYTEORDER_SIZE); size == number(unix.NFTA_BYTEORDER_LEN) {
			return nft.Swap{From: number(unix.NFTA_BYTEORDER_SREG), To: number(unix.NFTA_BYTEORDER_DREG), Size: size}
		}
	}
	return other
}

func readEffect(name string, a []attribute, other nft.Expr) nft.Expr {
	switch name {
	case "counter":
		return nft.Counter{Packets: find(a, unix.NFTA_COUNTER_PACKETS).be64(), Bytes: find(a, unix.NFTA_COUNTER_BYTES).be64()}
	case "limit":
		l := nft.Limit{
			Over: nftNumber(a, unix.NFTA_LIMIT_FLAGS)&1 != 0, Bytes: nftNumber(a, unix.NFTA_LIMIT_TYPE) == 1,
			Rate: find(a, unix.NFTA_LIMIT_RATE).be64(), Burst: find(a, unix.NFTA_LIMIT_BURST).be32(),
		}
		for _, per := range slices.Sorted(maps.Keys(limitUnits())) {
			if limitUnits()[per] == find(a, unix.NFTA_LIMIT_UNIT).be64() {
				l.Per = per
				return l
			}
		}
	case "log":
		return readLog(a, other)
	case "reject":
		return nft.RejectWith{Type: nftNumber(a, unix.NFTA_REJECT_TYPE), Code: int(find(a, unix.NFTA_REJECT_ICMP_CODE).u8())}
	case "notrack":
		return nft.Notrack{}
	}
	return other
}

func readLog(a []attribute, other nft.Expr) nft.Expr {
	l := nft.Log{Prefix: nftText(a, unix.NFTA_LOG_PREFIX), Group: -1}
	if g := find(a, unix.NFTA_LOG_GROUP).data; len(g) == 2 {
		l.Group = int(g[0])<<8 | int(g[1])
	}
	if level := find(a, unix.NFTA_LOG_LEVEL); level.data != nil {
		l.Level = nft.LogLevelName(int(level.be32()))
	}
	if nftNumber(a, unix.NFTA_LOG_FLAGS) != 0 || nftNumber(a, unix.NFTA_LOG_SNAPLEN) != 0 {
		return other
	}
	return l
}

package kernel

import (
	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/nft"
)

// Verdicts (linux/netfilter.h and nf_tables.h). Those below zero are nftables'
// own.
const (
	nfDrop   = 0
	nfAccept = 1
)

// verdictCodes are the verdicts by number.
func verdictCodes() map[string]int32 {
	return map[string]int32{"drop": nfDrop, "accept": nfAccept, "continue": -1, "jump": -3, "goto": -4, "return": -5}
}

func (b *batch) verdict(v nft.Verdict) {
	b.nest(unix.NFTA_DATA_VERDICT, func() {
		b.be32(unix.NFTA_VERDICT_CODE, uint32(verdictCodes()[v.Word]))
		if v.Chain != "" {
			b.text(unix.NFTA_VERDICT_CHAIN, v.Chain)
		}
	})
}

// value writes data that is compared or loaded.
func (b *batch) value(typ uint16, data []byte) {
	b.nest(typ, func() { b.attr(unix.NFTA_DATA_VALUE, data) })
}

// instruction writes an instruction of the kernel.
func (b *batch) instruction(name string, data func()) {
	b.text(unix.NFTA_EXPR_NAME, name)
	b.nest(unix.NFTA_EXPR_DATA, data)
}

// reg writes the number of a register, unless there is none.
func (b *batch) reg(typ uint16, n int) {
	if n != 0 {
		b.be32(typ, uint32(n))
	}
}

// expr writes an instruction; set is the number of the set within it.
func (b *batch) expr(e nft.Expr, set uint32) {
	switch e := e.(type) {
	case nft.Load:
		b.instruction("payload", func() {
			b.be32(unix.NFTA_PAYLOAD_DREG, uint32(e.Reg))
			b.be32(unix.NFTA_PAYLOAD_BASE, uint32(e.Base))
			b.be32(unix.NFTA_PAYLOAD_OFFSET, uint32(e.Offset))
			b.be32(unix.NFTA_PAYLOAD_LEN, uint32(e.Size))
		})
	case nft.LoadMeta:
		b.keyed("meta", [2]uint16{unix.NFTA_META_KEY, unix.NFTA_META_DREG}, e.Key, e.Reg)
	case nft.LoadCT:
		b.keyed("ct", [2]uint16{unix.NFTA_CT_KEY, unix.NFTA_CT_DREG}, e.Key, e.Reg)
	case nft.StoreMeta:
		b.keyed("meta", [2]uint16{unix.NFTA_META_KEY, unix.NFTA_META_SREG}, e.Key, e.Reg)
	case nft.StoreCT:
		b.keyed("ct", [2]uint16{unix.NFTA_CT_KEY, unix.NFTA_CT_SREG}, e.Key, e.Reg)
	case nft.LoadFIB:
		b.instruction("fib", func() {
			b.be32(unix.NFTA_FIB_DREG, uint32(e.Reg))
			b.be32(unix.NFTA_FIB_RESULT, uint32(e.Result))
			b.be32(unix.NFTA_FIB_FLAGS, uint32(e.Flags))
		})
	case nft.Immediate:
		b.instruction("immediate", func() {
			b.be32(unix.NFTA_IMMEDIATE_DREG, uint32(e.Reg))
			b.value(unix.NFTA_IMMEDIATE_DATA, e.Data)
		})
	case nft.Verdict:
		b.instruction("immediate", func() {
			b.be32(unix.NFTA_IMMEDIATE_DREG, unix.NFT_REG_VERDICT)
			b.nest(unix.NFTA_IMMEDIATE_DATA, func() { b.verdict(e) })
		})
	case nft.Lookup:
		b.lookup(e, set)
	case nft.Translate:
		b.translate(e)
	case nft.Counter, nft.Limit, nft.Log, nft.RejectWith, nft.Notrack:
		b.effect(e)
	default:
		b.comparison(e)
	}
}

// keyed writes an instruction that has a key and a register.
func (b *batch) keyed(name string, attrs [2]uint16, key, reg int) {
	b.instruction(name, func() {
		b.be32(attrs[0], uint32(key))
		b.be32(attrs[1], uint32(reg))
	})
}

func (b *batch) comparison(e nft.Expr) {
	switch e := e.(type) {
	case nft.Compare:
		b.instruction("cmp", func() {
			b.be32(unix.NFTA_CMP_SREG, uint32(e.Reg))
			b.be32(unix.NFTA_CMP_OP, uint32(e.Op))
			b.value(unix.NFTA_CMP_DATA, e.Data)
		})
	case nft.Between:
		b.instruction("range", func() {
			b.be32(unix.NFTA_RANGE_SREG, uint32(e.Reg))
			b.be32(unix.NFTA_RANGE_OP, bit(e.Not))
			b.value(unix.NFTA_RANGE_FROM_DATA, e.From)
			b.value(unix.NFTA_RANGE_TO_DATA, e.To)
		})
	case nft.And:
		b.instruction("bitwise", func() {
			b.be32(unix.NFTA_BITWISE_SREG, uint32(e.From))
			b.be32(unix.NFTA_BITWISE_DREG, uint32(e.To))
			b.be32(unix.NFTA_BITWISE_LEN, uint32(len(e.Mask)))
			b.value(unix.NFTA_BITWISE_MASK, e.Mask)
			b.value(unix.NFTA_BITWISE_XOR, e.Xor)
		})
	case nft.Swap:
		b.instruction("byteorder", func() {
			b.be32(unix.NFTA_BYTEORDER_SREG, uint32(e.From))
			b.be32(unix.NFTA_BYTEORDER_DREG, uint32(e.To))
			b.be32(unix.NFTA_BYTEORDER_OP, 1) // NFT_BYTEORDER_HTON
			b.be32(unix.NFTA_BYTEORDER_LEN, uint32(e.Size))
			b.be32(unix.NFTA_BYTEORDER_SIZE, uint32(e.Size))
		})
	}
}

func bit(is bool) uint32 {
	if is {
		return 1
	}
	return 0
}

func (b *batch) lookup(e nft.Lookup, set uint32) {
	b.instruction("lookup", func() {
		if e.Inner == nil {
			b.text(unix.NFTA_LOOKUP_SET, e.Name)
		} else {
			b.text(unix.NFTA_LOOKUP_SET, innerName(e.Inner))
			b.be32(unix.NFTA_LOOKUP_SET_ID, set)
		}
		b.be32(unix.NFTA_LOOKUP_SREG, uint32(e.Reg))
		if e.Inner != nil && e.Inner.Verdicts {
			b.be32(unix.NFTA_LOOKUP_DREG, unix.NFT_REG_VERDICT)
		}
		if e.Not {
			b.be32(unix.NFTA_LOOKUP_FLAGS, 1) // NFT_LOOKUP_F_INV
		}
	})
}

func (b *batch) translate(e nft.Translate) {
	switch e.Word {
	case "masquerade":
		b.instruction("masq", func() {
			b.reg(unix.NFTA_MASQ_FLAGS, e.Flags)
			b.reg(unix.NFTA_MASQ_REG_PROTO_MIN, e.PortMin)
			b.reg(unix.NFTA_MASQ_REG_PROTO_MAX, e.PortMax)
		})
		return
	case "redirect":
		b.instruction("redir", func() {
			b.reg(unix.NFTA_REDIR_REG_PROTO_MIN, e.PortMin)
			b.reg(unix.NFTA_REDIR_REG_PROTO_MAX, e.PortMax)
			b.reg(unix.NFTA_REDIR_FLAGS, e.Flags)
		})
		return
	}
	b.instruction("nat", func() {
		b.be32(unix.NFTA_NAT_TYPE, bit(e.Word == "dnat"))
		family := uint32(unix.NFPROTO_IPV4)
		if e.IPv6 {
			family = unix.NFPROTO_IPV6
		}
		b.be32(unix.NFTA_NAT_FAMILY, family)
		b.reg(unix.NFTA_NAT_REG_ADDR_MIN, e.AddrMin)
		b.reg(unix.NFTA_NAT_REG_ADDR_MAX, e.AddrMax)
		b.reg(unix.NFTA_NAT_REG_PROTO_MIN, e.PortMin)
		b.reg(unix.NFTA_NAT_REG_PROTO_MAX, e.PortMax)
		b.reg(unix.NFTA_NAT_FLAGS, e.Flags)
	})
}

// limitUnits are the seconds of the units of a limit.
func limitUnits() map[string]uint64 {
	return map[string]uint64{"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
}

// effect writes an instruction that has no part in a comparison.
func (b *batch) effect(e nft.Expr) {
	switch e := e.(type) {
	case nft.Counter:
		b.instruction("counter", func() {
			b.be64(unix.NFTA_COUNTER_BYTES, e.Bytes)
			b.be64(unix.NFTA_COUNTER_PACKETS, e.Packets)
		})
	case nft.Limit:
		b.instruction("limit", func() {
			b.be64(unix.NFTA_LIMIT_RATE, e.Rate)
			b.be64(unix.NFTA_LIMIT_UNIT, limitUnits()[e.Per])
			b.be32(unix.NFTA_LIMIT_BURST, e.Burst)
			b.be32(unix.NFTA_LIMIT_TYPE, bit(e.Bytes))
			b.be32(unix.NFTA_LIMIT_FLAGS, bit(e.Over))
		})
	case nft.Log:
		b.instruction("log", func() { b.log(e) })
	case nft.RejectWith:
		b.instruction("reject", func() {
			b.be32(unix.NFTA_REJECT_TYPE, uint32(e.Type))
			if e.Type != unix.NFT_REJECT_TCP_RST {
				b.u8(unix.NFTA_REJECT_ICMP_CODE, uint8(e.Code))
			}
		})
	case nft.Notrack:
		b.instruction("notrack", func() {})
	}
}

func (b *batch) log(e nft.Log) {
	if e.Prefix != "" {
		b.text(unix.NFTA_LOG_PREFIX, e.Prefix)
	}
	if e.Group >= 0 {
		b.attr(unix.NFTA_LOG_GROUP, []byte{byte(e.Group >> 8), byte(e.Group)})
	} else if e.Level != "" {
		b.be32(unix.NFTA_LOG_LEVEL, uint32(nft.LogLevel(e.Level)))
	}
}

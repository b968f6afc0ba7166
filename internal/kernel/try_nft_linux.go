package kernel

import (
	"encoding/binary"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
)

// TryNftables makes a table of nft(8).
func TryNftables() error { return tryNft(func(*nftBatch) {}) }

// TryNAT makes a rule that gives packets the address of the link they leave by.
func TryNAT() error {
	return tryNft(func(b *nftBatch) {
		b.chain("nat", unix.NF_INET_POST_ROUTING)
		b.rule("masq", func() {})
	})
}

// TryReject makes a rule that answers packets with an ICMP error.
func TryReject() error {
	return tryNft(func(b *nftBatch) {
		b.chain("filter", unix.NF_INET_LOCAL_IN)
		b.rule("reject", func() {
			b.be32(unix.NFTA_REJECT_TYPE, 0) // NFT_REJECT_ICMP_UNREACH
			b.u8(unix.NFTA_REJECT_ICMP_CODE, 3)
		})
	})
}

// TryConntrack makes a rule that looks at a packet's connection.
func TryConntrack() error {
	return tryNft(func(b *nftBatch) {
		b.chain("filter", unix.NF_INET_LOCAL_IN)
		b.rule("ct", func() {
			b.be32(unix.NFTA_CT_DREG, unix.NFT_REG_1)
			b.be32(unix.NFTA_CT_KEY, unix.NFT_CT_STATE)
		})
	})
}

// An nftBatch is a transaction of nftables: what its messages say is done
// altogether or not at all.
type nftBatch struct{ batch }

// tryNft makes a table, and in it what fill writes, in a namespace of its own.
func tryNft(fill func(*nftBatch)) error {
	return netns.Scratch(func() error {
		c, err := dialProtocol(unix.NETLINK_NETFILTER)
		if err != nil {
			return err
		}
		defer c.close()
		b := &nftBatch{}
		b.frame(unix.NFNL_MSG_BATCH_BEGIN)
		b.nft(unix.NFT_MSG_NEWTABLE, func() { b.text(unix.NFTA_TABLE_NAME, tryName) })
		fill(b)
		b.askAck()
		last := b.seq()
		b.frame(unix.NFNL_MSG_BATCH_END)
		if err := c.send(b.buf); err != nil {
			return err
		}
		return c.verdict(last)
	})
}

// verdict waits until a message is acknowledged, or any is refused.
func (c *conn) verdict(seq uint32) error {
	for {
		var refused *refusal
		done := false
		err := c.receive(func(h header, body []byte) {
			if h.typ != unix.NLMSG_ERROR {
				return
			}
			if r := parseRefusal(body); r != nil && refused == nil {
				refused = r
			}
			done = done || h.seq == seq
		})
		switch {
		case err != nil:
			return err
		case refused != nil:
			return refused
		case done:
			return nil
		}
	}
}

// frame begins or ends a transaction.
func (b *nftBatch) frame(typ uint16) {
	b.message(typ, 0, func() { b.nfgenmsg(unix.AF_UNSPEC, unix.NFNL_SUBSYS_NFTABLES) })
}

// nft appends a message that makes something new of the IPv4 family.
func (b *nftBatch) nft(typ uint16, body func()) {
	b.message(unix.NFNL_SUBSYS_NFTABLES<<8|typ, createNew, func() {
		b.nfgenmsg(unix.NFPROTO_IPV4, 0)
		body()
	})
}

// nfgenmsg writes a struct nfgenmsg (linux/netfilter/nfnetlink.h).
func (b *nftBatch) nfgenmsg(family uint8, resource uint16) {
	h := b.zeros(4)
	h[0] = family
	binary.BigEndian.PutUint16(h[2:], resource)
}

// chain makes a base chain.
func (b *nftBatch) chain(typ string, hook uint32) {
	b.nft(unix.NFT_MSG_NEWCHAIN, func() {
		b.text(unix.NFTA_CHAIN_TABLE, tryName)
		b.text(unix.NFTA_CHAIN_NAME, tryName)
		b.nest(unix.NFTA_CHAIN_HOOK, func() {
			b.be32(unix.NFTA_HOOK_HOOKNUM, hook)
			b.be32(unix.NFTA_HOOK_PRIORITY, 0)
		})
		b.text(unix.NFTA_CHAIN_TYPE, typ)
	})
}

// rule makes a rule of one expression.
func (b *nftBatch) rule(expression string, data func()) {
	b.nft(unix.NFT_MSG_NEWRULE, func() {
		b.text(unix.NFTA_RULE_TABLE, tryName)
		b.text(unix.NFTA_RULE_CHAIN, tryName)
		b.nest(unix.NFTA_RULE_EXPRESSIONS, func() {
			b.nest(unix.NFTA_LIST_ELEM, func() {
				b.text(unix.NFTA_EXPR_NAME, expression)
				b.nest(unix.NFTA_EXPR_DATA, data)
			})
		})
	})
}

func (b *nftBatch) be32(typ uint16, v uint32) {
	b.attr(typ, binary.BigEndian.AppendUint32(nil, v))
}

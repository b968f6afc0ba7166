package kernel

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/plan"
)

// nft appends the messages of a command to the transaction that the next flush
// makes.
func (e *encoder) nft(op plan.Nft) error {
	c := op.Command
	if c.Verb == nft.Delete && c.Object == nft.ARule && c.Handle == 0 {
		if err := e.flush(); err != nil {
			return err
		}
		if err := e.findRule(&c); err != nil {
			return err
		}
	}
	if c.Object == nft.ARule && c.Verb != nft.Delete {
		return e.addRule(c)
	}
	if c.Object == nft.AnElement {
		if err := e.filter.findSet(&c); err != nil {
			return err
		}
	}
	e.filter.begin(e.op)
	return e.filter.command(c)
}

// addRule resolves the names of links first, which may send what waits.
func (e *encoder) addRule(c nft.Command) error {
	links := linkNumbers{e}
	for _, link := range c.Rule.Links() {
		if _, err := links.Index(link); err != nil {
			return err
		}
	}
	program, err := nft.Compile(c.Table.Family, c.Rule, links)
	if err != nil {
		return err
	}
	e.filter.begin(e.op)
	e.filter.rule(c, program)
	return nil
}

// findRule finds the handle of a rule that a command identifies by its text.
func (e *encoder) findRule(c *nft.Command) error {
	rs, err := readNftables(nil)
	if err != nil {
		return err
	}
	if t := rs.Table(c.Table); t != nil && t.Chain(c.Name) != nil {
		for _, r := range t.Chain(c.Name).Rules {
			if r.String() == c.Rule.String() {
				c.Handle = r.Handle
				return nil
			}
		}
	}
	return fmt.Errorf("rule not found in chain %s", c.Name)
}

// An nftBatch is a transaction of nftables: what its messages say is done
// altogether or not at all.
type nftBatch struct {
	batch
	family uint8 // of the table that messages are about
	sets   uint32
	named  map[setKey]nft.Set // that the transaction makes
}

// begin opens the transaction, if it is not open, for the messages of an Op.
func (b *nftBatch) begin(op int) {
	b.op = op
	if len(b.ops) == 0 {
		b.frame(unix.NFNL_MSG_BATCH_BEGIN)
	}
}

// nftBuffer is the send buffer for a transaction, in bytes, if permitted.
const nftBuffer = 8 << 20

// commit sends the transaction and waits until it is done.
func (b *nftBatch) commit() error {
	if len(b.ops) == 0 {
		return nil
	}
	defer b.reset()
	c, err := dialProtocol(unix.NETLINK_NETFILTER)
	if err != nil {
		return err
	}
	defer c.close()
	// Best effort: without the right the default holds a few thousand rules.
	if unix.SetsockoptInt(c.fd, unix.SOL_SOCKET, unix.SO_SNDBUFFORCE, nftBuffer) != nil {
		_ = unix.SetsockoptInt(c.fd, unix.SOL_SOCKET, unix.SO_SNDBUF, nftBuffer)
	}
	last := b.seq()
	b.askAck(int(last) - 1)
	b.frame(unix.NFNL_MSG_BATCH_END)
	if err := c.send(b.buf); err != nil {
		if errors.Is(err, unix.EMSGSIZE) {
			return fmt.Errorf("%w: too many rules to be made at once", err)
		}
		return err
	}
	err = c.verdict(last)
	if r := (*refusal)(nil); errors.As(err, &r) {
		r.op = b.ops[max(1, r.seq)-1]
	}
	return err
}

// frame begins or ends a transaction.
func (b *nftBatch) frame(typ uint16) {
	b.message(typ, 0, func() { b.nfgenmsg(unix.AF_UNSPEC, unix.NFNL_SUBSYS_NFTABLES) })
}

// nfgenmsg writes a struct nfgenmsg (linux/netfilter/nfnetlink.h).
func (b *batch) nfgenmsg(family uint8, resource uint16) {
	h := b.zeros(4)
	h[0] = family
	binary.BigEndian.PutUint16(h[2:], resource)
}

// nft appends a message.
func (b *nftBatch) nft(typ, flags uint16, body func()) {
	b.message(nftType(typ), flags, func() {
		b.nfgenmsg(b.family, 0)
		body()
	})
}

func nftType(typ uint16) uint16 { return unix.NFNL_SUBSYS_NFTABLES<<8 | typ }

func (b *batch) be32(typ uint16, v uint32) { b.attr(typ, binary.BigEndian.AppendUint32(nil, v)) }
func (b *batch) be64(typ uint16, v uint64) { b.attr(typ, binary.BigEndian.AppendUint64(nil, v)) }

// nftFamilies are the families by number (enum nf_inet_… of linux/netfilter.h).
func nftFamilies() map[nft.Family]uint8 {
	return map[nft.Family]uint8{
		nft.Inet: unix.NFPROTO_INET, nft.IP: unix.NFPROTO_IPV4, nft.ARP: unix.NFPROTO_ARP,
		nft.Netdev: unix.NFPROTO_NETDEV, nft.Bridge: unix.NFPROTO_BRIDGE, nft.IP6: unix.NFPROTO_IPV6,
	}
}

// command appends the messages of a command that is not about one rule to add.
func (b *nftBatch) command(c nft.Command) error {
	b.family = nftFamilies()[c.Table.Family] // of all: 0
	table := func(typ uint16) { b.text(typ, c.Table.Name) }
	switch {
	case c.Object == nft.WholeRuleset:
		b.nft(unix.NFT_MSG_DELTABLE, 0, func() {})
	case c.Object == nft.ATable && c.Verb == nft.Add:
		b.nft(unix.NFT_MSG_NEWTABLE, unix.NLM_F_CREATE, func() { table(unix.NFTA_TABLE_NAME) })
	case c.Object == nft.ATable && c.Verb == nft.Delete:
		b.nft(unix.NFT_MSG_DELTABLE, 0, func() { table(unix.NFTA_TABLE_NAME) })
	case c.Verb == nft.Flush && c.Object != nft.ASet:
		b.nft(unix.NFT_MSG_DELRULE, 0, func() {
			table(unix.NFTA_RULE_TABLE)
			if c.Object == nft.AChain {
				b.text(unix.NFTA_RULE_CHAIN, c.Name)
			}
		})
	case c.Object == nft.AChain && c.Verb == nft.Add:
		return b.addChain(c)
	case c.Object == nft.AChain:
		b.nft(unix.NFT_MSG_DELCHAIN, 0, func() {
			table(unix.NFTA_CHAIN_TABLE)
			b.text(unix.NFTA_CHAIN_NAME, c.Name)
		})
	case c.Object == nft.ARule:
		b.nft(unix.NFT_MSG_DELRULE, 0, func() {
			table(unix.NFTA_RULE_TABLE)
			b.text(unix.NFTA_RULE_CHAIN, c.Name)
			b.be64(unix.NFTA_RULE_HANDLE, c.Handle)
		})
	default:
		return b.setCommand(c)
	}
	return nil
}

// nftHooks are the hooks of a family in the order of their numbers.
func nftHooks(f nft.Family) []string {
	switch f {
	case nft.ARP:
		return []string{"input", "output"}
	case nft.Netdev:
		return []string{"ingress", "egress"}
	}
	return []string{"prerouting", "input", "forward", "output", "postrouting", "ingress"}
}

func (b *nftBatch) addChain(c nft.Command) error {
	b.nft(unix.NFT_MSG_NEWCHAIN, unix.NLM_F_CREATE, func() {
		b.text(unix.NFTA_CHAIN_TABLE, c.Table.Name)
		b.text(unix.NFTA_CHAIN_NAME, c.Name)
		if c.Base == nil {
			return
		}
		if c.Base.Type != "" {
			b.nest(unix.NFTA_CHAIN_HOOK, func() {
				b.be32(unix.NFTA_HOOK_HOOKNUM, uint32(slices.Index(nftHooks(c.Table.Family), c.Base.Hook)))
				b.be32(unix.NFTA_HOOK_PRIORITY, uint32(c.Base.Priority))
				if c.Base.Device != "" {
					b.text(unix.NFTA_HOOK_DEV, c.Base.Device)
				}
			})
			b.text(unix.NFTA_CHAIN_TYPE, c.Base.Type)
		}
		if c.Base.Policy != "" {
			b.be32(unix.NFTA_CHAIN_POLICY, uint32(verdictCodes()[c.Base.Policy]))
		}
	})
	return nil
}

// rule appends a new rule, and before it the sets within it.
func (b *nftBatch) rule(c nft.Command, program []nft.Expr) {
	b.family = nftFamilies()[c.Table.Family]
	ids := make([]uint32, len(program))
	for i, e := range program {
		if l, ok := e.(nft.Lookup); ok && l.Inner != nil {
			ids[i] = b.innerSet(c.Table.Name, l.Inner)
		}
	}
	flags := uint16(unix.NLM_F_CREATE)
	if c.Verb == nft.Add {
		flags |= unix.NLM_F_APPEND
	}
	b.nft(unix.NFT_MSG_NEWRULE, flags, func() {
		b.text(unix.NFTA_RULE_TABLE, c.Table.Name)
		b.text(unix.NFTA_RULE_CHAIN, c.Name)
		b.nest(unix.NFTA_RULE_EXPRESSIONS, func() {
			for i, e := range program {
				b.nest(unix.NFTA_LIST_ELEM, func() { b.expr(e, ids[i]) })
			}
		})
		if c.Handle != 0 {
			b.be64(unix.NFTA_RULE_POSITION, c.Handle)
		}
		if s := c.Rule.Comment; s != "" {
			b.attr(unix.NFTA_RULE_USERDATA, userdata(ruleComment, append([]byte(s), 0)))
		}
	})
}

// ruleComment is NFTNL_UDATA_RULE_COMMENT, and setByteOrder
// NFTNL_UDATA_SET_KEYBYTEORDER (libnftnl/udata.h): notes for nft that the kernel
// keeps.
const (
	ruleComment  = 0
	setByteOrder = 0
)

func userdata(typ byte, value []byte) []byte { return append([]byte{typ, byte(len(value))}, value...) }

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
				r.seq = h.seq
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

package kernel

import (
	"fmt"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/nft"
)

// Flags of sets and of elements (linux/netfilter/nf_tables.h).
const (
	setAnonymous = 0x1
	setConstant  = 0x2
	setInterval  = 0x4
	setMap       = 0x8
	elementEnd   = 0x1
	verdictType  = 0xffffff00 // NFT_DATA_VERDICT
)

// innerName is what the kernel makes names of for sets within rules.
func innerName(s *nft.InnerSet) string {
	if s.Verdicts {
		return "__map%d"
	}
	return "__set%d"
}

// innerSet makes a set within a rule and returns the number by which the
// transaction knows it.
func (b *nftBatch) innerSet(table string, s *nft.InnerSet) uint32 {
	flags := uint32(setAnonymous | setConstant)
	if s.Verdicts {
		flags |= setMap
	}
	b.newSet(table, innerName(s), flags, s)
	b.setElements(unix.NFT_MSG_NEWSETELEM, table, innerName(s), b.sets, s.Elements)
	return b.sets
}

func (b *nftBatch) newSet(table, name string, flags uint32, s *nft.InnerSet) {
	b.sets++
	if s.Interval {
		flags |= setInterval
	}
	b.nft(unix.NFT_MSG_NEWSET, unix.NLM_F_CREATE, func() {
		b.text(unix.NFTA_SET_TABLE, table)
		b.text(unix.NFTA_SET_NAME, name)
		b.be32(unix.NFTA_SET_FLAGS, flags)
		b.be32(unix.NFTA_SET_KEY_TYPE, uint32(s.TypeID))
		b.be32(unix.NFTA_SET_KEY_LEN, uint32(s.Size))
		if s.Verdicts {
			b.be32(unix.NFTA_SET_DATA_TYPE, verdictType)
		}
		b.be32(unix.NFTA_SET_ID, b.sets)
		if flags&setConstant != 0 {
			b.nest(unix.NFTA_SET_DESC, func() { b.be32(unix.NFTA_SET_DESC_SIZE, uint32(len(s.Elements))) })
		}
		b.attr(unix.NFTA_SET_USERDATA, userdata(setByteOrder, native.AppendUint32(nil, byteOrder(s))))
	})
}

// byteOrder is the byte order of a set's values for nft: 1 that of the machine, 2
// that of the wire.
func byteOrder(s *nft.InnerSet) uint32 {
	if s.Host {
		return 1
	}
	return 2
}

// elementsAtOnce is how many elements are put into one message, whose length
// has 16 bits.
const elementsAtOnce = 400

func (b *nftBatch) setElements(typ uint16, table, set string, id uint32, elements []nft.Element) {
	for len(elements) > 0 {
		some := elements[:min(elementsAtOnce, len(elements))]
		elements = elements[len(some):]
		b.nft(typ, unix.NLM_F_CREATE, func() {
			b.text(unix.NFTA_SET_ELEM_LIST_TABLE, table)
			b.text(unix.NFTA_SET_ELEM_LIST_SET, set)
			if id != 0 {
				b.be32(unix.NFTA_SET_ELEM_LIST_SET_ID, id)
			}
			b.nest(unix.NFTA_SET_ELEM_LIST_ELEMENTS, func() {
				for _, e := range some {
					b.nest(unix.NFTA_LIST_ELEM, func() { b.element(e) })
				}
			})
		})
	}
}

func (b *nftBatch) element(e nft.Element) {
	b.nest(unix.NFTA_SET_ELEM_KEY, func() { b.attr(unix.NFTA_DATA_VALUE, e.Key) })
	if e.End {
		b.be32(unix.NFTA_SET_ELEM_FLAGS, elementEnd)
	}
	if e.Verdict != (nft.Verdict{}) {
		b.nest(unix.NFTA_SET_ELEM_DATA, func() { b.verdict(e.Verdict) })
	}
}

// findSet notes the type of the set whose elements a command is about.
func (b *nftBatch) findSet(c *nft.Command) error {
	s, ok := b.named[setKey{c.Table, c.Name}]
	if !ok {
		rs, err := readNftables(nil)
		if err != nil {
			return err
		}
		t := rs.Table(c.Table)
		if t == nil || t.Set(c.Name) == nil {
			return fmt.Errorf("set %s not found in table %s", c.Name, c.Table)
		}
		s = *t.Set(c.Name)
	}
	c.Set.Name, c.Set.Type, c.Set.Interval = s.Name, s.Type, s.Interval
	return nil
}

// setCommand appends the messages of a command about a named set.
func (b *nftBatch) setCommand(c nft.Command) error {
	about := func(typ uint16) {
		b.nft(typ, 0, func() {
			b.text(unix.NFTA_SET_TABLE, c.Table.Name)
			b.text(unix.NFTA_SET_NAME, c.Name)
		})
	}
	switch {
	case c.Verb == nft.Delete && c.Object == nft.ASet:
		about(unix.NFT_MSG_DELSET)
		return nil
	case c.Verb == nft.Flush:
		b.nft(unix.NFT_MSG_DELSETELEM, 0, func() {
			b.text(unix.NFTA_SET_ELEM_LIST_TABLE, c.Table.Name)
			b.text(unix.NFTA_SET_ELEM_LIST_SET, c.Name)
		})
		return nil
	}
	inner, err := c.Set.Inner()
	if err != nil {
		return err
	}
	if c.Object == nft.ASet {
		if b.named == nil {
			b.named = map[setKey]nft.Set{}
		}
		b.named[setKey{c.Table, c.Name}] = c.Set
		b.newSet(c.Table.Name, c.Name, 0, inner)
	}
	typ := uint16(unix.NFT_MSG_NEWSETELEM)
	if c.Verb == nft.Delete {
		typ = unix.NFT_MSG_DELSETELEM
	}
	b.setElements(typ, c.Table.Name, c.Name, 0, inner.Elements)
	return nil
}

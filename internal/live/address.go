package live

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/vethlab/vethlab/internal/dump"
)

// AddressIs says what an address is like now.
func AddressIs(netns int32, a dump.Address) Update {
	return entryIs[addressKey, dump.Address]{addresses(), netns, a}
}

// AddressLost says that an address is no more.
func AddressLost(netns int32, a dump.Address) Update {
	return entryLost[addressKey, dump.Address]{addresses(), netns, a}
}

type addressKey struct {
	index  int
	prefix netip.Prefix
	peer   netip.Addr
}

func addresses() table[addressKey, dump.Address] {
	return table[addressKey, dump.Address]{
		of:     func(t *tables) map[addressKey]dump.Address { return t.addresses },
		key:    func(a dump.Address) addressKey { return addressKey{a.Index, a.Prefix, a.Peer} },
		wanted: func(dump.Address) bool { return true },
		order: func(a, b dump.Address) int {
			return cmp.Or(a.Index-b.Index, a.Prefix.Addr().Compare(b.Prefix.Addr()), a.Prefix.Bits()-b.Prefix.Bits())
		},
		added: AddressAdded, gone: AddressGone, changed: checked,
		event: func(p *Picture, netns int32, a dump.Address, e *Event) bool {
			l := p.link(netns, a.Index)
			if !p.counts(netns, l) {
				return false
			}
			e.Node, _ = p.node(netns)
			e.Interface, e.Address = l.Name, &a.Prefix
			e.Tentative = e.Kind == AddressAdded && a.Flags&flagTentative != 0
			return true
		},
	}
}

// Flags of addresses (linux/if_addr.h).
const (
	flagTentative = 0x40 // IFA_F_TENTATIVE
	flagDuplicate = 0x08 // IFA_F_DADFAILED
)

// checked tells how duplicate address detection ended.
func checked(old, now dump.Address) (Kind, string) {
	switch {
	case now.Flags&flagDuplicate > old.Flags&flagDuplicate:
		return AddressDuplicate, ""
	case old.Flags&flagTentative != 0 && now.Flags&flagTentative == 0:
		return AddressReady, ""
	}
	return "", ""
}

// addressesOf returns the addresses of a link.
func (t *tables) addressesOf(index int) []netip.Prefix {
	list := []netip.Prefix{}
	for _, a := range t.addresses {
		if a.Index == index {
			list = append(list, a.Prefix)
		}
	}
	slices.SortFunc(list, func(a, b netip.Prefix) int { return cmp.Or(a.Addr().Compare(b.Addr()), a.Bits()-b.Bits()) })
	return list
}

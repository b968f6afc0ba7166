package live

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/vethlab/vethlab/internal/dump"
)

// SetAddress returns the update that adds or changes an address.
func SetAddress(netns int32, a dump.Address) Update {
	return setEntry[addressKey, dump.Address]{addresses(), netns, a}
}

// DelAddress returns the update that deletes an address.
func DelAddress(netns int32, a dump.Address) Update {
	return delEntry[addressKey, dump.Address]{addresses(), netns, a}
}

type addressKey struct {
	index  int
	prefix netip.Prefix
	peer   netip.Addr
}

func addresses() table[addressKey, dump.Address] {
	return table[addressKey, dump.Address]{
		entries: func(t *tables) map[addressKey]dump.Address { return t.addresses },
		key:     func(a dump.Address) addressKey { return addressKey{a.Index, a.Prefix, a.Peer} },
		shown:   func(dump.Address) bool { return true },
		order: func(a, b dump.Address) int {
			return cmp.Or(a.Index-b.Index, a.Prefix.Addr().Compare(b.Prefix.Addr()), a.Prefix.Bits()-b.Prefix.Bits())
		},
		added: AddressAdded, deleted: AddressDeleted, changed: dadResult,
		event: func(v *View, netns int32, a dump.Address, e *Event) bool {
			l := v.link(netns, a.Index)
			if !v.inScope(netns, l) {
				return false
			}
			e.Node, _ = v.node(netns)
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

// dadResult returns the event of a finished duplicate address detection (RFC 4862).
func dadResult(old, now dump.Address) (Kind, string) {
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

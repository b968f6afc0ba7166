package dump

import (
	"net/netip"
	"slices"

	"github.com/vethlab/vethlab/internal/state"
)

// Numbers of linux/if_addr.h and linux/rtnetlink.h.
const (
	permanent = 0x80 // IFA_F_PERMANENT
	secondary = 0x01 // IFA_F_SECONDARY
	noDAD     = 0x02 // IFA_F_NODAD

	scopeGlobal = 0
	scopeLink   = 253
	scopeHost   = 254
)

// addresses returns the addresses of a link in the kernel's order.
func (m *model) addresses(l *state.Link) []Address {
	given := slices.Clone(l.Addresses)
	if l.Name == state.Lo && l.Up {
		given = append(state.Addresses{netip.MustParsePrefix("127.0.0.1/8"), netip.MustParsePrefix("::1/128")}, given...)
	}
	auto := netip.Prefix{}
	mac := m.state.LinkAddress(state.Endpoint{Namespace: m.name, Link: l.Name})
	if own := state.LinkLocal(mac); l.AutoLinkLocal && l.Name != state.Lo && !mac.IsZero() && l.Up && m.carrier(l) && !given.Contains(own) {
		auto, given = own, append(given, own)
	}
	var four, six []Address
	for _, p := range given {
		a := Address{Index: m.indexes(m.name)[l.Name], Prefix: p, Scope: scopeOf(p.Addr()), Flags: permanent, Valid: Forever, Preferred: Forever}
		if p.Addr().Is4() {
			a.Label = l.Name
			four = insertIPv4(four, a)
			continue
		}
		if a.Scope != scopeHost && p != auto {
			a.Flags |= noDAD
		}
		six = insertIPv6(six, a)
	}
	return append(four, six...)
}

// scopeOf returns the default scope of an address.
func scopeOf(a netip.Addr) uint8 {
	switch {
	case a.IsLoopback():
		return scopeHost
	case a.Is6() && a.IsLinkLocalUnicast():
		return scopeLink
	}
	return scopeGlobal
}

// insertIPv4 inserts an address after the primary ones of the same or a wider scope.
// Further addresses of a subnet are secondary and come last.
func insertIPv4(list []Address, a Address) []Address {
	if slices.ContainsFunc(list, func(b Address) bool { return b.Prefix.Masked() == a.Prefix.Masked() }) {
		a.Flags |= secondary
		return append(list, a)
	}
	at := 0
	for i, b := range list {
		if b.Flags&secondary == 0 && a.Scope <= b.Scope {
			at = i + 1
		}
	}
	return slices.Insert(list, at, a)
}

// insertIPv6 inserts an address: a wider scope comes first, then the newer address.
func insertIPv6(list []Address, a Address) []Address {
	at := slices.IndexFunc(list, func(b Address) bool { return a.Scope <= b.Scope })
	if at < 0 {
		at = len(list)
	}
	return slices.Insert(list, at, a)
}

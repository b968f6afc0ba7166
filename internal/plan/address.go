package plan

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/vethlab/vethlab/internal/state"
)

// AddAddress gives a link an address, ready for use: an IPv6 address skips
// duplicate address detection.
type AddAddress struct {
	Link    state.Endpoint
	Address netip.Prefix
	Replace bool // it may be there already
}

// At implements [Op].
func (op AddAddress) At() state.Endpoint { return op.Link }

// Traits implements [Op].
func (op AddAddress) Traits() Traits { return Traits{thing: &addresses, Network: op.Address.Masked()} }

// Apply implements [Op].
func (op AddAddress) Apply(s *state.State) error {
	l, err := linkOf(s, op.Link)
	if err != nil {
		return err
	}
	if err := checkFamily(op.Link, l, op.Address.Addr()); err != nil {
		return err
	}
	switch i := slices.IndexFunc(l.Addresses, func(a netip.Prefix) bool { return excludes(a, op.Address) }); {
	case i < 0:
		l.Addresses = append(l.Addresses, op.Address)
		pruneUnrouted(l)
	case !op.Replace:
		return fmt.Errorf("%s has %s already", op.Link, l.Addresses[i])
	}
	return nil
}

// excludes reports whether a link that has a cannot get b: an IPv6 address can be there
// once (ipv6_add_addr in net/ipv6/addrconf.c), an IPv4 address once for each prefix length.
func excludes(a, b netip.Prefix) bool { return a == b || IPv6Only.Has(a) && a.Addr() == b.Addr() }

// addresses are those of one link after the other.
var addresses = thing{
	stage:    onLink,
	converge: (*differ).setAddresses,
	restarts: restartsIPv6,
	onHost:   byLink,
	down:     dropIPv6Addresses,
	ipv6Off:  dropIPv6Addresses,
}

func dropIPv6Addresses(_ *state.Namespace, l *state.Link) {
	l.Addresses = slices.DeleteFunc(l.Addresses, IPv6Only.Has)
	pruneUnrouted(l)
}

// pruneUnrouted drops from the addresses that lack a route those that were deleted.
func pruneUnrouted(l *state.Link) {
	l.Unrouted = slices.DeleteFunc(l.Unrouted, func(a netip.Prefix) bool { return !l.Addresses.Contains(a) })
}

// unrouted returns the addresses of a link that lack a route, with all others of their
// subnets: deleted in reverse order and added again they have the same order.
func unrouted(l *state.Link) []netip.Prefix {
	var list []netip.Prefix
	for _, a := range l.Addresses {
		if l.Unrouted.Contains(a) || sharesSubnet(a, l.Unrouted) {
			list = append(list, a)
		}
	}
	return list
}

// restartsIPv6 reports whether a link that is up and stays up has to be set down for a
// while: the kernel makes an IPv6 link-local address when the link comes up, or gets IPv6
// back, and keeps it when that is switched off.
func restartsIPv6(now, want *state.Link) bool {
	return now.Name != state.Lo && !want.AutoLinkLocal && ipv6Fits(want) && (now.AutoLinkLocal || !ipv6Fits(now))
}

// DelAddress takes an address from a link. A link without any IPv4 address
// loses its IPv4 routes.
type DelAddress struct {
	Link    state.Endpoint
	Address netip.Prefix
}

// Traits implements [Op].
func (op DelAddress) Traits() Traits {
	return Traits{thing: &addresses, Removes: true, kernelMade: op.kernelMade}
}

// At implements [Op].
func (op DelAddress) At() state.Endpoint { return op.Link }

// Apply implements [Op].
func (op DelAddress) Apply(s *state.State) error {
	l, err := linkOf(s, op.Link)
	if err != nil {
		return err
	}
	if !l.Addresses.Contains(op.Address) {
		return fmt.Errorf("%s has no %s", op.Link, op.Address)
	}
	dropAddresses(s.Namespaces[op.Link.Namespace], l, func(a netip.Prefix) bool { return a == op.Address })
	return nil
}

// dropAddresses deletes the addresses of a link for which drop is true.
func dropAddresses(ns *state.Namespace, l *state.Link, drop func(netip.Prefix) bool) {
	for _, f := range []Family{IPv4Only, IPv6Only} {
		had := slices.ContainsFunc(l.Addresses, f.Has)
		l.Addresses = slices.DeleteFunc(l.Addresses, func(p netip.Prefix) bool { return f.Has(p) && drop(p) })
		pruneUnrouted(l)
		if had && !slices.ContainsFunc(l.Addresses, f.Has) {
			dropFamily(ns, l, f)
		}
	}
}

// FlushAddresses takes all addresses of a family from a link.
type FlushAddresses struct {
	Link   state.Endpoint
	Family Family
}

// A Family is a family of addresses, or all of them.
type Family int

// The families.
const (
	AllFamilies Family = iota
	IPv4Only
	IPv6Only
)

// Has reports whether an address is of the family.
func (f Family) Has(p netip.Prefix) bool { return f.HasAddr(p.Addr()) }

// HasAddr reports whether an address is of the family.
func (f Family) HasAddr(a netip.Addr) bool { return f == AllFamilies || a.Is4() == (f == IPv4Only) }

// Traits implements [Op].
func (op FlushAddresses) Traits() Traits {
	return Traits{thing: &addresses, Removes: true, kernelMade: op.kernelMade}
}

// At implements [Op].
func (op FlushAddresses) At() state.Endpoint { return op.Link }

// Apply implements [Op].
func (op FlushAddresses) Apply(s *state.State) error {
	l, err := linkOf(s, op.Link)
	if err != nil {
		return err
	}
	dropAddresses(s.Namespaces[op.Link.Namespace], l, op.Family.Has)
	return nil
}

// setAddresses adds before it deletes, so that the link is never without one, as far as
// the old and the new addresses can be on it together. Only those that lack a route of the
// kernel are deleted first, since the kernel adds it again with the address.
func (d *differ) setAddresses(ns *state.Namespace, link string) {
	e := state.Endpoint{Namespace: ns.Name, Link: link}
	want := d.want.Link(e).Addresses
	for _, a := range slices.Backward(unrouted(d.now.Link(e))) {
		d.emit(DelAddress{e, a})
	}
	for _, a := range want {
		if d.now.Link(e).Addresses.Contains(a) {
			continue
		}
		for _, old := range slices.Clone(d.now.Link(e).Addresses) {
			if excludes(old, a) {
				d.emit(DelAddress{e, old})
			}
		}
		d.emit(AddAddress{Link: e, Address: a})
	}
	promoted := false
	for _, a := range slices.Clone(d.now.Link(e).Addresses) {
		if want.Contains(a) {
			continue
		}
		if !promoted && sharesSubnet(a, d.now.Link(e).Addresses) {
			d.emit(PromoteSecondaries{e})
			promoted = true
		}
		d.emit(DelAddress{e, a})
	}
	key := promoteKey(link)
	if off, known := d.now.Namespaces[ns.Name].SysctlDefault(key); promoted && known && ns.Sysctls[key] == "" {
		d.emit(SetSysctl{ns.Name, key, off})
	}
}

func promoteKey(link string) string { return sysctlKey("net.ipv4.conf", link, "promote_secondaries") }

// sharesSubnet reports whether another IPv4 address is in the subnet of a, so
// that the kernel has one as the secondary of the other.
func sharesSubnet(a netip.Prefix, all state.Addresses) bool {
	return IPv4Only.Has(a) && slices.ContainsFunc(all, func(b netip.Prefix) bool {
		return a != b && a.Masked() == b.Masked()
	})
}

// PromoteSecondaries makes the kernel keep the other IPv4 addresses of a
// subnet when the first of them is deleted: without it they go too. It must
// come before such a [DelAddress]. A State does not hold it; [Diff] switches it off again
// where that is known to be the default.
type PromoteSecondaries struct{ Link state.Endpoint }

// At implements [Op].
func (op PromoteSecondaries) At() state.Endpoint { return op.Link }

// Traits implements [Op].
func (op PromoteSecondaries) Traits() Traits { return Traits{thing: &addresses} }

// Apply implements [Op].
func (op PromoteSecondaries) Apply(s *state.State) error {
	l, err := linkOf(s, op.Link)
	if err != nil {
		return err
	}
	delete(s.Namespaces[op.Link.Namespace].Sysctls, promoteKey(l.Name))
	return nil
}

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

// Play implements [Op].
func (op AddAddress) Play(s *state.State) error {
	l, err := linkOf(s, op.Link)
	if err != nil {
		return err
	}
	switch {
	case !l.Addresses.Contains(op.Address):
		l.Addresses = append(l.Addresses, op.Address)
	case !op.Replace:
		return fmt.Errorf("%s has %s already", op.Link, op.Address)
	}
	return nil
}

// DelAddress takes an address from a link. A link without any IPv4 address
// loses its IPv4 routes.
type DelAddress struct {
	Link    state.Endpoint
	Address netip.Prefix
}

// At implements [Op].
func (op DelAddress) At() state.Endpoint { return op.Link }

// Play implements [Op].
func (op DelAddress) Play(s *state.State) error {
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

// dropAddresses takes from a link the addresses for which gone is true. With the
// last IPv4 address go the IPv4 routes.
func dropAddresses(ns *state.Namespace, l *state.Link, gone func(netip.Prefix) bool) {
	had := slices.ContainsFunc(l.Addresses, isIPv4)
	l.Addresses = slices.DeleteFunc(l.Addresses, gone)
	if had && !slices.ContainsFunc(l.Addresses, isIPv4) {
		dropRoutes(ns, l.Name, func(r state.Route) bool { return isIPv4(r.To) })
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
func (f Family) Has(p netip.Prefix) bool {
	return f == AllFamilies || p.Addr().Is4() == (f == IPv4Only)
}

// At implements [Op].
func (op FlushAddresses) At() state.Endpoint { return op.Link }

// Play implements [Op].
func (op FlushAddresses) Play(s *state.State) error {
	l, err := linkOf(s, op.Link)
	if err != nil {
		return err
	}
	dropAddresses(s.Namespaces[op.Link.Namespace], l, op.Family.Has)
	return nil
}

func isIPv4(p netip.Prefix) bool { return p.Addr().Is4() }
func isIPv6(p netip.Prefix) bool { return p.Addr().Is6() }

// PromoteSecondaries makes the kernel keep the other IPv4 addresses of a
// subnet when the first of them is deleted: without it they go too. It must
// come before such a [DelAddress]. A State does not hold it.
type PromoteSecondaries struct{ Link state.Endpoint }

// At implements [Op].
func (op PromoteSecondaries) At() state.Endpoint { return op.Link }

// Play implements [Op].
func (op PromoteSecondaries) Play(s *state.State) error {
	_, err := linkOf(s, op.Link)
	return err
}

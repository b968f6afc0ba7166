package plan

import (
	"net/netip"
	"slices"

	"github.com/vethlab/vethlab/internal/state"
)

// KernelMade returns what an Op deletes that the kernel adds itself and no State holds, such
// as the connected route of an address; "" for other Ops. s is the State before the Op.
func KernelMade(op Op, s *state.State) string {
	if made := op.Traits().kernelMade; made != nil {
		return made(s)
	}
	return ""
}

func (op DelRoute) kernelMade(s *state.State) string {
	ns := s.Namespace(op.Namespace)
	if ns == nil || op.Route.Via.IsValid() || slices.ContainsFunc(ns.Routes, op.matches) {
		return ""
	}
	for name, l := range ns.Links {
		to := func(p netip.Prefix) bool { return p.Masked() == op.Route.To }
		if (op.Route.Dev == "" || op.Route.Dev == name) && l.Up && slices.ContainsFunc(l.Addresses, to) {
			return "the route of the address"
		}
	}
	return ""
}

func (op DelAddress) kernelMade(s *state.State) string {
	l := s.Link(op.Link)
	if l == nil || !l.Up || l.Addresses.Contains(op.Address) {
		return ""
	}
	loopback := op.Link.Link == state.Lo && op.Address.Addr().IsLoopback()
	if loopback || op.Address.Addr().Is6() && op.Address.Addr().IsLinkLocalUnicast() {
		return "the address"
	}
	return ""
}

func (op FlushAddresses) kernelMade(s *state.State) string {
	l := s.Link(op.Link)
	if l == nil || !l.Up || l.Master != "" || op.Link.Namespace == state.Host || op.Family == IPv4Only {
		return ""
	}
	return "the link-local address"
}

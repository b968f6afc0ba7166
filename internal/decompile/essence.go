package decompile

import (
	"net/netip"
	"slices"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// Essence returns the parts of a State that count when a lab is compared with its
// source. This is the list of the parts that do not:
//
//   - marks, which name the lab and the node;
//   - the link-local address that belongs to a link's MAC, whether the
//     kernel or the compiler adds it, unless a link that is up has no other address, see
//     [onlyLinkLocal];
//   - whether lo is up: in a lab it is;
//   - the forward delay of a bridge without STP, which has no effect;
//   - that IPv6 is forwarded where a namespace forwards IPv4 and has no IPv6 of its
//     own: a router forwards both;
//   - MACs that are not set, so that the kernel chooses them. They are zero in a
//     State made by a plan and not read from the kernel; see [KeepingMACs].
func Essence(s *state.State) *state.State {
	e := s.Normal()
	for _, ns := range e.Namespaces {
		for _, l := range ns.Links {
			strip(ns, l)
		}
		if ns.Sysctls[state.ForwardIPv4] == "1" && !hasIPv6(ns) {
			delete(ns.Sysctls, state.ForwardIPv6)
		}
	}
	return e.Normal()
}

func strip(ns *state.Namespace, l *state.Link) {
	l.AutoLinkLocal = onlyLinkLocal(ns, l)
	if _, ours := state.ParseMark(l.Alias); ours {
		l.Alias = ""
	}
	if l.Name == state.Lo {
		l.Up = true
		return
	}
	if essence := linkKinds()[l.KindName()].essence; essence != nil {
		l.Kind = essence(l.Kind)
	}
	if !l.MAC.IsZero() {
		l.Addresses = l.Addresses.Without(state.LinkLocal(l.MAC))
	}
}

func hasIPv6(ns *state.Namespace) bool {
	for _, l := range ns.Links {
		if slices.ContainsFunc(l.Addresses, func(p netip.Prefix) bool { return p.Addr().Is6() }) {
			return true
		}
	}
	return slices.ContainsFunc(ns.Routes, func(r state.Route) bool { return r.To.Addr().Is6() })
}

// KeepingMACs returns the [Essence] of a State in which only the links for which keep is
// true have a MAC. The others are as before the kernel has chosen their MACs, so the
// link-local addresses of these MACs are removed too.
func KeepingMACs(s *state.State, keep func(state.Endpoint) bool) *state.State {
	c := Essence(s)
	for _, ns := range c.Namespaces {
		for name, l := range ns.Links {
			if !keep(state.Endpoint{Namespace: ns.Name, Link: name}) {
				l.MAC = topo.MAC{}
			}
		}
	}
	return c.Normal()
}

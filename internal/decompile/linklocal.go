package decompile

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/state"
)

// onlyLinkLocal reports whether a link has the IPv6 link-local address that belongs to its
// MAC, whether the kernel or the compiler adds it, and no other address. That of a bridge
// does not count: without addresses a bridge is a switch, and in no lab do switches and
// their ports have one.
func onlyLinkLocal(ns *state.Namespace, l *state.Link) bool {
	if l.Kind == nil {
		return false
	}
	traits := l.Kind.Traits()
	if l.Name == state.Lo || l.Master != "" || !l.Up || traits.Forwards || traits.NoMAC || l.MTU < state.MinIPv6MTU || withoutIPv6(ns, l.Name) {
		return false
	}
	own := state.LinkLocal(l.MAC)
	others := slices.ContainsFunc(l.Addresses, func(a netip.Prefix) bool { return l.MAC.IsZero() || a != own })
	return !others && (l.AutoLinkLocal || len(l.Addresses) > 0)
}

// withoutIPv6 reports whether a sysctl disables IPv6 on a link.
func withoutIPv6(ns *state.Namespace, link string) bool {
	const setting = ".disable_ipv6"
	if own, ok := ns.Sysctls[ipv6Conf(link)+setting]; ok {
		return own == "1"
	}
	return ns.Sysctls[ipv6Conf("all")+setting] == "1" || ns.Sysctls[ipv6Conf("default")+setting] == "1"
}

// ipv6Conf returns the folder of a link's sysctls.
func ipv6Conf(link string) string { return "net.ipv6.conf." + strings.ReplaceAll(link, ".", "/") }

// keepLinkLocal adds to the State the sysctls by which links that have no other address
// get a link-local address in a lab too. It reports whether there were any.
func (w *writer) keepLinkLocal(got *state.State) bool {
	lab, added := Essence(got), false
	for _, name := range w.state.Names() {
		ns := w.state.Namespaces[name]
		for _, link := range ns.LinkNames() {
			at := state.Endpoint{Namespace: ns.Name, Link: link}
			l, other := ns.Links[link], lab.Link(at)
			if other == nil || !l.AutoLinkLocal || other.AutoLinkLocal {
				continue
			}
			if ns.Name == state.Host {
				w.lose(at, "link-local address", "in a lab, links of the host namespace without other addresses have none")
				l.AutoLinkLocal = false
				continue
			}
			if ns.Sysctls == nil {
				ns.Sysctls = map[string]string{}
			}
			key := ipv6Conf(link) + ".addr_gen_mode"
			if _, set := ns.Sysctls[key]; !set && !w.generated[at] { // topo may have refused it
				ns.Sysctls[key] = "0" // IN6_ADDR_GEN_MODE_EUI64
				w.generated[at], added = true, true
			}
		}
	}
	return added
}

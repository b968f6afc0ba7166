package importer

import (
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/state"
)

// Flags of addresses that a user sets (linux/if_addr.h): home, mngtmpaddr,
// noprefixroute, autojoin. The others are results of duplicate address detection and of
// lifetimes.
const decidedAddressFlags = 0x10 | 0x100 | noPrefixRoute | 0x400

const noPrefixRoute = 0x200

// fromRA is IFAPROT_KERNEL_RA: of a router's advertisement.
const fromRA = 2

func (s *surplus) addresses() {
	missing := slices.Clone(s.model.Addresses)
	for _, seen := range s.Addresses {
		i := slices.IndexFunc(missing, func(a dump.Address) bool { return a.Index == seen.Index && a.Prefix == seen.Prefix })
		model := dump.Address{}
		if i >= 0 {
			model = missing[i]
			missing = slices.Delete(missing, i, i+1)
		}
		l := s.imported(seen.Index)
		if l != nil && i < 0 && isOwnLinkLocal(l, seen) {
			missing = slices.DeleteFunc(missing, func(a dump.Address) bool { return a.Index == seen.Index && state.LinkLocalOfMAC(a.Prefix) })
			continue
		}
		if l == nil || i < 0 && seen.Protocol == fromRA {
			continue
		}
		for _, what := range addressDifferences(seen, model) {
			s.lose(s.LinkName(seen.Index), seen.Prefix.String()+" "+what, unsupported)
		}
	}
	for _, a := range missing {
		if s.imported(a.Index) != nil && (a.Prefix.Addr().Is4() || s.addsIPv6(a.Index)) {
			s.lose(s.LinkName(a.Index), a.Prefix.String(), "the kernel adds it, but it is missing: "+unsupported)
		}
	}
}

// isOwnLinkLocal reports whether the kernel itself has added a link-local address. A bridge
// gets it before its first port, too, without which it has no carrier in a State, and keeps it
// when it takes over the MAC of a port.
func isOwnLinkLocal(l *state.Link, a dump.Address) bool {
	const noDAD = 0x02 // IFA_F_NODAD: somebody added it
	return l.AutoLinkLocal && state.LinkLocalOfMAC(a.Prefix) && a.Flags&noDAD == 0 && addressDifferences(a, ownLinkLocal(a)) == nil
}

const scopeLink = 253 // RT_SCOPE_LINK

// ownLinkLocal is an address as the kernel adds it.
func ownLinkLocal(a dump.Address) dump.Address {
	return dump.Address{Index: a.Index, Prefix: a.Prefix, Scope: scopeLink, Valid: dump.Forever, Preferred: dump.Forever, Protocol: a.Protocol}
}

// addressDifferences compares an address with the model. A label that is the link's name
// and a protocol of the kernel's are added by the kernel.
func addressDifferences(seen, model dump.Address) []string {
	if seen.Protocol <= kernelsProtocols {
		seen.Protocol = model.Protocol
	}
	flags := seen.Flags & decidedAddressFlags
	seen.Flags, model.Flags = 0, 0
	list := dump.Differences(seen, model)
	for bit, word := range map[uint32]string{0x10: "home", 0x100: "mngtmpaddr", noPrefixRoute: "noprefixroute", 0x400: "autojoin"} {
		if flags&bit != 0 {
			list = append(list, word)
		}
	}
	slices.Sort(list)
	return list
}

// kernelsProtocols are IFAPROT_* up to which the kernel itself made an address.
const kernelsProtocols = 3

// addsIPv6 reports whether the kernel has added its IPv6 addresses to a link, unless
// a user deleted them: it waits for the carrier, and the operstate follows that late.
func (s *surplus) addsIPv6(index int) bool {
	l := s.Link(index)
	return l != nil && (l.OperState == "up" || l.OperState == "unknown") && !s.withoutIPv6(index)
}

// withoutIPv6 reports whether IPv6 is disabled for a link, so that the kernel adds no
// IPv6 addresses.
func (s *surplus) withoutIPv6(index int) bool {
	return slices.ContainsFunc(s.Sysctls, func(x dump.Setting) bool {
		rest, ok := strings.CutPrefix(x.Key, "net.ipv6.conf.")
		link, setting, _ := strings.Cut(rest, ".")
		name := strings.ReplaceAll(s.LinkName(index), ".", "/")
		return ok && setting == "disable_ipv6" && x.Value == "1" && slices.Contains([]string{"all", "default", name}, link)
	})
}

package dump

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/vethlab/vethlab/internal/state"
)

// Numbers of linux/rtnetlink.h and linux/fib_rules.h.
const (
	tableDefault = 253
	tableMain    = 254
	tableLocal   = 255

	fromKernel = 2 // RTPROT_KERNEL
	fromBoot   = 3 // RTPROT_BOOT, which ip writes

	unicast   = 1
	local     = 2
	broadcast = 3
	anycast   = 4
	multicast = 5

	linkDown    = 16   // RTNH_F_LINKDOWN
	ipv6Metric  = 1024 // the default of added routes
	ipv6Kernels = 256  // of routes that the kernel adds

	familyIPv4 = 2
	familyIPv6 = 10
	toTable    = 1 // FR_ACT_TO_TBL
)

// defaultRules are the rules of a new namespace.
func defaultRules() []Rule {
	return []Rule{
		{Family: familyIPv4, Priority: 0, Table: tableLocal, Action: toTable},
		{Family: familyIPv4, Priority: 32766, Table: tableMain, Action: toTable},
		{Family: familyIPv4, Priority: 32767, Table: tableDefault, Action: toTable},
		{Family: familyIPv6, Priority: 0, Table: tableLocal, Action: toTable},
		{Family: familyIPv6, Priority: 32766, Table: tableMain, Action: toTable},
	}
}

// LostRules returns the rules of a new namespace that are not among those that were seen. A
// kernel without a family has none of that family.
func LostRules(seen []Rule) []Rule {
	return slices.DeleteFunc(defaultRules(), func(r Rule) bool {
		family := func(o Rule) bool { return o.Family == r.Family }
		return !slices.ContainsFunc(seen, family) || slices.Contains(seen, r)
	})
}

// routes returns the routes of the State and those that the kernel adds.
func (m *model) routes(from *state.Namespace, ns *Namespace) []Route {
	var list []Route
	for _, name := range from.LinkNames() {
		l := ns.LinkNamed(name)
		list = append(list, madeRoutes(from, ns.AddressesOf(l.Index), l)...)
	}
	for _, r := range from.Routes {
		list = append(list, m.given(r, ns))
	}
	slices.SortStableFunc(list, compareRoutes)
	return list
}

// given returns a route of the State.
func (m *model) given(r state.Route, ns *Namespace) Route {
	d := Route{To: r.To, Via: r.Via, Index: m.indexes(m.name)[r.Dev], Table: tableMain, Protocol: m.protocol(r.Dev, fromBoot), Type: unicast, Metric: r.Metric}
	switch {
	case r.To.Addr().Is6():
		d.Metric = cmp.Or(r.Metric, ipv6Metric)
	case !r.Via.IsValid():
		d.Scope = scopeLink
	}
	if l := ns.Link(d.Index); l != nil {
		d.Flags = downFlag(l)
	}
	return d
}

func downFlag(l *Link) uint32 {
	if l.Flags.Has(Running) {
		return 0
	}
	return linkDown
}

// protocol returns the protocol number of a route or neighbour entry of a lab's link in the
// host namespace, and the default one in other namespaces.
func (m *model) protocol(dev string, byDefault uint8) uint8 {
	if l := m.state.Link(state.Endpoint{Namespace: m.name, Link: dev}); m.name == state.Host && l != nil {
		if _, ours := state.ParseMark(l.Alias); ours {
			return state.Protocol
		}
	}
	return byDefault
}

// madeRoutes returns the routes that the kernel adds for a link and its addresses.
func madeRoutes(from *state.Namespace, addresses []Address, l *Link) []Route {
	var list []Route
	six := l.Flags.Has(Running)
	for _, a := range addresses {
		if a.Prefix.Addr().Is4() {
			list = append(list, madeIPv4(a, primary(addresses, a), l)...)
			continue
		}
		six = true
		list = append(list, madeIPv6(a, from.Sysctls[state.ForwardIPv6] == "1", l)...)
	}
	if six && l.Flags.Has(Up) && !l.Flags.Has(Loopback) { // IPv6 is started on the link
		list = append(list, Route{
			To: netip.MustParsePrefix("ff00::/8"), Type: multicast, Table: tableLocal, Metric: ipv6Kernels, Flags: downFlag(l),
		})
	}
	for i := range list {
		list[i].Index, list[i].Protocol = l.Index, fromKernel
	}
	return list
}

// primary returns the first address of a's subnet, the source of packets.
func primary(addresses []Address, a Address) Address {
	return addresses[slices.IndexFunc(addresses, func(b Address) bool { return b.Prefix.Masked() == a.Prefix.Masked() })]
}

func madeIPv4(a, primary Address, l *Link) []Route {
	source := primary.Prefix.Addr()
	list := []Route{{To: single(a.Prefix.Addr()), Type: local, Table: tableLocal, Scope: scopeHost, Source: source}}
	if !l.Flags.Has(Up) || a.Flags&secondary != 0 || a.Prefix.IsSingleIP() {
		return list
	}
	subnet := Route{To: a.Prefix.Masked(), Type: unicast, Table: tableMain, Scope: scopeLink, Source: source, Flags: downFlag(l)}
	if l.Flags.Has(Loopback) {
		subnet.Type, subnet.Table, subnet.Scope = local, tableLocal, scopeHost
	}
	list = append(list, subnet)
	if a.Prefix.Bits() < 31 {
		list = append(list, Route{
			To: single(last(a.Prefix)), Type: broadcast, Table: tableLocal, Scope: scopeLink, Source: source, Flags: downFlag(l),
		})
	}
	return list
}

func madeIPv6(a Address, forwards bool, l *Link) []Route {
	list := []Route{{To: single(a.Prefix.Addr()), Type: local, Table: tableLocal}}
	if a.Scope == scopeHost {
		return list
	}
	if forwards && a.Prefix.Bits() < 127 {
		list = append(list, Route{To: single(a.Prefix.Masked().Addr()), Type: anycast, Table: tableLocal})
	}
	if l.Flags.Has(Up) {
		list = append(list, Route{To: a.Prefix.Masked(), Type: unicast, Table: tableMain, Metric: ipv6Kernels, Flags: downFlag(l)})
	}
	return list
}

func single(a netip.Addr) netip.Prefix { return netip.PrefixFrom(a, a.BitLen()) }

// last returns the last address of an IPv4 subnet.
func last(p netip.Prefix) netip.Addr {
	b := p.Addr().As4()
	for i := p.Bits(); i < 32; i++ {
		b[i/8] |= 1 << (7 - i%8)
	}
	return netip.AddrFrom4(b)
}

// compareRoutes orders routes as the kernel lists them: the main table first, then
// by destination. Of IPv4 the subnet that begins earlier comes first, and of two
// with the same first address the smaller; of IPv6 a prefix comes before those that contain it.
func compareRoutes(a, b Route) int {
	x, y := a.To, b.To
	order := cmp.Compare(a.Table, b.Table)
	if x.Addr().Is6() && y.Addr().Is6() && x.Overlaps(y) {
		return cmp.Or(order, y.Bits()-x.Bits(), a.Metric-b.Metric)
	}
	return cmp.Or(order, x.Addr().Compare(y.Addr()), y.Bits()-x.Bits(), a.Metric-b.Metric)
}

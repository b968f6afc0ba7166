package kernel

import (
	"net/netip"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/state"
)

// madeRoutes are those that the kernel added for addresses and links: to a subnet on the link
// of an address, and in the local table to the address itself and to groups.
type madeRoutes map[madeRoute]bool

type madeRoute struct {
	to    netip.Prefix
	index int // of the link
	local bool
}

func (made madeRoutes) add(r dump.Route) {
	if r.Protocol != unix.RTPROT_KERNEL && r.Type != unix.RTN_LOCAL {
		return
	}
	local := r.Table == unix.RT_TABLE_LOCAL && (r.Type == unix.RTN_LOCAL || r.Type == unix.RTN_MULTICAST)
	if local || r.Table == unix.RT_TABLE_MAIN && r.Type == unix.RTN_UNICAST && r.Protocol == unix.RTPROT_KERNEL && !r.Via.IsValid() {
		made[madeRoute{r.To, r.Index, local}] = true
	}
}

// complete reports whether there are all routes of an address of a link that is up, of an
// IPv6 address those in the main table. For IPv4 that to the subnet is not there for an
// address alone, and in the local table for lo (fib_add_ifaddr in net/ipv4/fib_frontend.c).
func (made madeRoutes) complete(l *state.Link, a netip.Prefix) bool {
	subnet := made[madeRoute{a.Masked(), l.Index, false}]
	if a.Addr().Is6() {
		return subnet
	}
	none := a.IsSingleIP() || l.Name == state.Lo || a.Masked().Addr().IsUnspecified()
	return (subnet || none) && made.local(l.Index, a.Addr())
}

// local reports whether the kernel takes packets to an address of a link.
func (made madeRoutes) local(index int, a netip.Addr) bool {
	return made[madeRoute{netip.PrefixFrom(a, a.BitLen()), index, true}]
}

// multicast6 is the destination of a route in the local table that each link with IPv6 has
// once it had a carrier (addrconf_add_mroute in net/ipv6/addrconf.c).
func multicast6() netip.Prefix { return netip.PrefixFrom(netip.AddrFrom16([16]byte{0xff}), 8) }

// A lostRoutes is what the local table lacks though the kernel adds it.
type lostRoutes struct {
	addresses []seenAddress
	links     []int // by index: those that get it back when they are set down and up
}

func (lost lostRoutes) any() bool { return len(lost.addresses)+len(lost.links) > 0 }

// hasLink reports whether a link lacks routes of its own.
func (lost lostRoutes) hasLink(l *state.Link) bool { return slices.Contains(lost.links, l.Index) }

// hasAddress reports whether an address of a link lacks its route.
func (lost lostRoutes) hasAddress(l *state.Link, p netip.Prefix) bool {
	return slices.ContainsFunc(lost.addresses, func(a seenAddress) bool { return a.index == l.Index && a.prefix == p })
}

// lost returns what the local table lacks: on links with wanted IPv6 addresses routes to
// these and to groups, and on lo those to its own addresses.
func (r reading) lost(made madeRoutes) (lost lostRoutes) {
	judged := map[int]*seenLink{}
	for _, l := range r.links {
		if l.Up && (l.loopback() || r.sysctls.addresses6[r.name][l.Name] && l.MTU >= state.MinIPv6MTU && !l.ipv6Disabled) {
			judged[l.Index] = l
		}
	}
	for _, a := range r.assigned {
		l := judged[a.index]
		switch {
		case l == nil || made.local(a.index, a.prefix.Addr()) || a.tentative:
		case l.loopback() && a.prefix.Addr().IsLoopback():
			lost.links = append(lost.links, a.index)
		case a.prefix.Addr().Is6():
			lost.addresses = append(lost.addresses, a)
		}
		if l != nil && !l.loopback() && l.carrier && a.prefix.Addr().Is6() && !made[madeRoute{multicast6(), a.index, true}] {
			lost.links = append(lost.links, a.index)
		}
	}
	return lost
}

// A work queue of the kernel adds the routes of the local table (addrconf_dad_work in
// net/ipv6/addrconf.c): they count as lost if they do not come for a while.
const (
	lostTries = 20
	lostPause = 20 * time.Millisecond
)

// routesAndLost reads the routes, and what the local table lacks of them for long.
func (r reading) routesAndLost() (routeDump, lostRoutes, error) {
	for i := 0; ; i++ {
		routes, err := r.routes()
		if err != nil {
			return routes, lostRoutes{}, err
		}
		lost := r.lost(routes.made)
		if !lost.any() || i == lostTries {
			return routes, lost, nil
		}
		time.Sleep(lostPause)
		if r.assigned, err = r.addresses(); err != nil {
			return routes, lost, err
		}
	}
}

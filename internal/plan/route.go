package plan

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"

	"github.com/vethlab/vethlab/internal/state"
)

// AddRoute adds a route to the main table. Without a link it uses the one to whose
// on-link subnet the gateway belongs.
type AddRoute struct {
	Namespace string
	Route     state.Route
	Replace   bool  // takes the place of the route with the same key
	Protocol  uint8 // rtm_protocol, which a State does not hold; 0: that of ip (RTPROT_BOOT)
}

// At implements [Op].
func (op AddRoute) At() state.Endpoint {
	return state.Endpoint{Namespace: op.Namespace, Link: op.Route.Dev}
}

// Traits implements [Op].
func (op AddRoute) Traits() Traits {
	return Traits{thing: &routes, Network: op.Route.To, Protocol: op.Protocol, Route: &op.Route}
}

// Apply implements [Op].
func (op AddRoute) Apply(s *state.State) error {
	ns, err := namespaceOf(s, op.Namespace)
	if err != nil {
		return err
	}
	if op.Route.Dev == "" {
		op.Route.Dev = onLinkDev(ns, op.Route.Via)
	}
	if op.Route.Dev == "" {
		return fmt.Errorf("route to %s: %s has no on-link route to the gateway %s", op.Route.To, ns.Name, op.Route.Via)
	}
	l, err := linkOf(s, op.At())
	if err != nil {
		return err
	}
	if !l.Up {
		return fmt.Errorf("route to %s: %s is down", op.Route.To, op.At())
	}
	if err := checkFamily(op.At(), l, op.Route.To.Addr()); err != nil {
		return err
	}
	sameKey := func(r state.Route) bool { return r.Key() == op.Route.Key() }
	if !op.Replace && (hasRoute(ns, op.Route.Key()) || slices.ContainsFunc(ns.Unmarked, sameKey)) {
		return fmt.Errorf("%s has a route to %s already", ns.Name, op.Route.To)
	}
	ns.Routes = ns.Routes.Set(op.Route)
	return nil
}

// routes are those of the main table. Each belongs to its link. In the host namespace
// others may add routes through links of the lab.
var routes = thing{
	stage:    afterLinks,
	converge: func(d *differ, want *state.Namespace, _ string) { d.setRoutes(want) },
	deleted:  func(ns *state.Namespace, l *state.Link) { dropRoutes(ns, l, AllFamilies) },
	down:     func(ns *state.Namespace, l *state.Link) { dropRoutes(ns, l, AllFamilies) },
	addressless: func(ns *state.Namespace, l *state.Link, f Family) {
		if f == IPv4Only { // without addresses IPv6 still has the link
			dropRoutes(ns, l, f)
		}
	},
	ipv6Off: func(ns *state.Namespace, l *state.Link) { dropRoutes(ns, l, IPv6Only) },
	renamed: func(ns *state.Namespace, l *state.Link, name string) {
		for _, list := range []state.Routes{ns.Routes, ns.Unmarked} {
			for i := range list {
				if list[i].Dev == l.Name {
					list[i].Dev = name
				}
			}
		}
	},
	restarts: func(now, _ *state.Link) bool { return now.LostRoutes },
	onHost:   byProtocol,
}

// dropRoutes removes the routes of a family through a link.
func dropRoutes(ns *state.Namespace, l *state.Link, f Family) {
	lost := func(r state.Route) bool { return r.Dev == l.Name && f.Has(r.To) }
	ns.Routes, ns.Unmarked = slices.DeleteFunc(ns.Routes, lost), slices.DeleteFunc(ns.Unmarked, lost)
}

// foreignRoutes are those through no single link of the State: to several gateways, to a
// nexthop object, to nowhere. They are deleted at first, since a State does not tell when the
// kernel deletes them, and with all others of their key, which a [DelRoute] may match too.
var foreignRoutes = thing{
	stage: beforeAll,
	converge: func(d *differ, want *state.Namespace, _ string) {
		for _, same := range routesByKey(d.now.Namespaces[want.Name].Routes) {
			if !slices.ContainsFunc(same, func(r state.Route) bool { return r.Dev == "" }) {
				continue
			}
			for _, r := range surplus(same, state.Route{}, false) {
				d.emit(d.delRoute(want.Name, r))
			}
		}
	},
	onHost: byProtocol,
}

// delRoute returns the Op that deletes a route of the lab.
func (d *differ) delRoute(namespace string, r state.Route) DelRoute {
	return DelRoute{Namespace: namespace, Route: r, Protocol: protocol(namespace)}
}

// hides reports whether the kernel may have a route that was not observed: a dump leaves
// out what was appended between the gateways of one IPv6 route (rt6_dump_route in
// net/ipv6/route.c goes on behind the last).
func (d *differ) hides(namespace string, key state.RouteKey) bool {
	ns := d.seen.Namespace(namespace)
	return key.To.Addr().Is6() && ns != nil && slices.ContainsFunc(ns.Routes, func(r state.Route) bool {
		return r.Dev == "" && r.Key() == key
	})
}

// setRoutes deletes before it adds, and adds routes without a gateway first: gateways may
// depend on them. In the host namespace it replaces none: the kernel replaces the first
// route with the same key, which may be that of somebody else.
func (d *differ) setRoutes(want *state.Namespace) {
	now := d.now.Namespaces[want.Name]
	for _, r := range slices.Clone(now.Unmarked) {
		d.emit(DelRoute{Namespace: want.Name, Route: r, Protocol: BootProtocol})
	}
	wanted := make(map[state.RouteKey]state.Route, len(want.Routes))
	for _, r := range want.Routes {
		wanted[r.Key()] = r
	}
	for _, same := range routesByKey(now.Routes) {
		w, ok := wanted[same[0].Key()]
		rest := surplus(same, w, ok)
		if want.Name == state.Host && len(same) == 1 && same[0] != w {
			rest = same
		}
		for _, r := range rest {
			d.emit(d.delRoute(want.Name, r))
		}
	}
	for _, direct := range []bool{true, false} {
		for _, r := range want.Routes {
			if r.Via.IsValid() != direct && !slices.Contains(now.Routes, r) {
				replace := hasRoute(now, r.Key()) || d.hides(want.Name, r.Key())
				d.emit(AddRoute{Namespace: want.Name, Route: r, Replace: replace, Protocol: protocol(want.Name)})
			}
		}
	}
}

// routesByKey groups the routes that have the same key, in order. A group has one route,
// unless a user has appended to it (ip route append).
func routesByKey(all state.Routes) [][]state.Route {
	var groups [][]state.Route
	at := make(map[state.RouteKey]int, len(all))
	for _, r := range all {
		i, ok := at[r.Key()]
		if !ok {
			i = len(groups)
			at[r.Key()] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], r)
	}
	return groups
}

// surplus returns which routes of a group are to be deleted where want, if it is wanted,
// is to be the only one. A single one is replaced.
func surplus(same []state.Route, want state.Route, wanted bool) []state.Route {
	if wanted && len(same) == 1 {
		return nil
	}
	// The kernel deletes the first route that matches, so the most specific go first.
	same = slices.SortedStableFunc(slices.Values(same), func(a, b state.Route) int {
		return cmp.Compare(specificity(b), specificity(a))
	})
	i := slices.Index(same, want)
	if !wanted || i < 0 {
		return same
	}
	others := slices.Delete(slices.Clone(same), i, i+1)
	if slices.ContainsFunc(others, func(r state.Route) bool { return r != want && DelRoute{Route: r}.matches(want) }) {
		return same
	}
	return others
}

// specificity ranks routes of one key by how few routes a [DelRoute] of them matches.
func specificity(r state.Route) int {
	rank := 0
	if r.Via.IsValid() {
		rank += 2
	}
	if r.Dev != "" {
		rank++
	}
	return rank
}

// onLinkDev returns the link on which an address is on-link, "" if there is none: by the
// longest prefix of the links' subnets and of routes without a gateway.
func onLinkDev(ns *state.Namespace, a netip.Addr) string {
	dev, bits := "", -1
	closer := func(p netip.Prefix, link string) {
		if p.Masked().Contains(a) && p.Bits() > bits {
			dev, bits = link, p.Bits()
		}
	}
	for _, name := range ns.LinkNames() {
		for _, p := range ns.Links[name].Addresses {
			if ns.Links[name].Up {
				closer(p, name)
			}
		}
	}
	for _, r := range ns.Routes {
		if !r.Via.IsValid() {
			closer(r.To, r.Dev)
		}
	}
	return dev
}

// DelRoute deletes a route from the main table: the first to that destination that has
// all attributes of the Op.
type DelRoute struct {
	Namespace string
	Route     state.Route
	Protocol  uint8 // 0: any
}

// BootProtocol is RTPROT_BOOT, the protocol number of routes that ip adds.
const BootProtocol = 3

// Traits implements [Op].
func (op DelRoute) Traits() Traits {
	return Traits{thing: &routes, Removes: true, Protocol: op.Protocol, kernelMade: op.kernelMade}
}

// At implements [Op].
func (op DelRoute) At() state.Endpoint {
	return state.Endpoint{Namespace: op.Namespace, Link: op.Route.Dev}
}

// Apply implements [Op].
func (op DelRoute) Apply(s *state.State) error {
	ns, err := namespaceOf(s, op.Namespace)
	if err != nil {
		return err
	}
	if i := slices.Index(ns.Unmarked, op.Route); i >= 0 && op.Protocol == BootProtocol {
		ns.Unmarked = slices.Delete(slices.Clone(ns.Unmarked), i, i+1)
		return nil
	}
	i := slices.Index(ns.Routes, op.Route)
	if i < 0 {
		i = slices.IndexFunc(ns.Routes, op.matches)
	}
	if i < 0 {
		return fmt.Errorf("%s has no route to %s", ns.Name, op.Route.To)
	}
	ns.Routes = slices.Delete(slices.Clone(ns.Routes), i, i+1)
	return nil
}

func (op DelRoute) matches(r state.Route) bool {
	o := op.Route
	return o.To == r.To && (!o.Via.IsValid() || o.Via == r.Via) &&
		(o.Dev == "" || o.Dev == r.Dev) && (o.Metric == 0 || o.Metric == r.Metric)
}

func hasRoute(ns *state.Namespace, k state.RouteKey) bool {
	return slices.ContainsFunc(ns.Routes, func(r state.Route) bool { return r.Key() == k })
}

package live

import (
	"cmp"
	"fmt"
	"net/netip"

	"github.com/vethlab/vethlab/internal/dump"
)

// A Route is an entry of a routing table as people know it.
type Route struct {
	Type     string       `json:"type,omitempty"` // blackhole, unreachable, …; "": to somewhere
	To       netip.Prefix `json:"to"`
	Via      *netip.Addr  `json:"via,omitempty"`
	Dev      string       `json:"dev,omitempty"`
	Hops     []Hop        `json:"nexthops,omitempty"` // where there are several
	Source   *netip.Addr  `json:"src,omitempty"`
	Metric   int          `json:"metric,omitempty"`
	Table    uint32       `json:"table"`
	Protocol uint8        `json:"protocol"` // 2 the kernel, 3 ip, 4 static, others: routing daemons
}

// A Hop is one of several ways of a route.
type Hop struct {
	Via    *netip.Addr `json:"via,omitempty"`
	Dev    string      `json:"dev,omitempty"`
	Weight int         `json:"weight"`
}

// RouteIs says that a route is there.
func RouteIs(netns int32, r dump.Route) Update {
	return entryIs[routeKey, dump.Route]{routes(), netns, r}
}

// RouteLost says that a route is no more.
func RouteLost(netns int32, r dump.Route) Update {
	return entryLost[routeKey, dump.Route]{routes(), netns, r}
}

// RoutesAre says all routes of a namespace.
func RoutesAre(netns int32, list []dump.Route) Update {
	return entriesAre[routeKey, dump.Route]{routes(), netns, list}
}

type routeKey struct {
	to, from                 netip.Prefix
	via, source              netip.Addr
	index, metric            int
	table                    uint32
	routeType, tos, protocol uint8
	hops                     string
}

func keyOfRoute(r dump.Route) routeKey {
	k := routeKey{
		to: r.To, from: r.From, via: r.Via, source: r.Source, index: r.Index, metric: r.Metric, table: r.Table,
		routeType: r.Type, tos: r.TOS, protocol: r.Protocol,
	}
	for _, h := range r.Hops {
		k.hops += fmt.Sprintln(h.Via, h.Index, h.Weight)
	}
	return k
}

func routes() table[routeKey, dump.Route] {
	return table[routeKey, dump.Route]{
		of:     func(t *tables) map[routeKey]dump.Route { return t.routes },
		key:    keyOfRoute,
		wanted: wantedRoute,
		order: func(a, b dump.Route) int {
			return cmp.Or(cmp.Compare(a.Table, b.Table), a.To.Addr().Compare(b.To.Addr()), a.To.Bits()-b.To.Bits(),
				a.Metric-b.Metric, a.Index-b.Index, a.Via.Compare(b.Via))
		},
		added: RouteAdded, gone: RouteGone, changed: never[dump.Route],
		event: func(p *Picture, netns int32, r dump.Route, e *Event) bool {
			if !p.countsAll(netns) {
				return false
			}
			d := describeRoute(p.wiring.Namespaces[netns], r)
			e.Node, _ = p.node(netns)
			e.Interface, e.Route = d.Dev, &d
			return true
		},
	}
}

// Numbers of routes (linux/rtnetlink.h).
const (
	tableLocal    = 255
	typeLocal     = 2
	typeBlackhole = 6
)

// wantedRoute reports whether anybody asks for a route: those to the own addresses
// and to groups are there because the addresses are.
func wantedRoute(r dump.Route) bool {
	return r.Table != tableLocal && (r.Type < typeLocal || r.Type >= typeBlackhole) && !r.To.Addr().IsMulticast()
}

func describeRoute(ns *dump.Namespace, r dump.Route) Route {
	d := Route{
		To: r.To, Via: given(r.Via), Dev: ns.LinkName(r.Index), Source: given(r.Source),
		Metric: r.Metric, Table: r.Table, Protocol: r.Protocol,
	}
	switch r.Type { // RTN_*
	case typeBlackhole:
		d.Type = "blackhole"
	case 7:
		d.Type = "unreachable"
	case 8:
		d.Type = "prohibit"
	case 9:
		d.Type = "throw"
	}
	for _, h := range r.Hops {
		d.Hops = append(d.Hops, Hop{Via: given(h.Via), Dev: ns.LinkName(h.Index), Weight: h.Weight})
	}
	return d
}

// given returns an address, nil if it is none.
func given(a netip.Addr) *netip.Addr {
	if !a.IsValid() {
		return nil
	}
	return &a
}

package live

import (
	"cmp"
	"fmt"
	"net/netip"

	"github.com/vethlab/vethlab/internal/dump"
)

// A Route is a routing table entry with names in place of indexes.
type Route struct {
	Type     string       `json:"type,omitempty"` // blackhole, unreachable, prohibit, throw; "": unicast
	To       netip.Prefix `json:"to"`
	Via      *netip.Addr  `json:"via,omitempty"`
	Dev      string       `json:"dev,omitempty"`
	Hops     []Hop        `json:"nexthops,omitempty"` // of a multipath route
	Source   *netip.Addr  `json:"src,omitempty"`
	Metric   int          `json:"metric,omitempty"`
	Table    uint32       `json:"table"`
	Protocol uint8        `json:"protocol"` // RTPROT_*: 2 kernel, 3 boot (ip), 4 static, others: routing daemons
}

// A Hop is a next hop of a multipath route.
type Hop struct {
	Via    *netip.Addr `json:"via,omitempty"`
	Dev    string      `json:"dev,omitempty"`
	Weight int         `json:"weight"`
}

// SetRoute returns the update that adds a route.
func SetRoute(netns int32, r dump.Route) Update {
	return setEntry[routeKey, dump.Route]{routes(), netns, r}
}

// DelRoute returns the update that deletes a route.
func DelRoute(netns int32, r dump.Route) Update {
	return delEntry[routeKey, dump.Route]{routes(), netns, r}
}

// SetRoutes returns the update that replaces all routes of a namespace.
func SetRoutes(netns int32, list []dump.Route) Update {
	return setEntries[routeKey, dump.Route]{routes(), netns, list}
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
		entries: func(t *tables) map[routeKey]dump.Route { return t.routes },
		key:     keyOfRoute,
		shown:   shownRoute,
		order: func(a, b dump.Route) int {
			return cmp.Or(cmp.Compare(a.Table, b.Table), a.To.Addr().Compare(b.To.Addr()), a.To.Bits()-b.To.Bits(),
				a.Metric-b.Metric, a.Index-b.Index, a.Via.Compare(b.Via))
		},
		added: RouteAdded, deleted: RouteDeleted, changed: unchanged[dump.Route],
		event: func(v *View, netns int32, r dump.Route, e *Event) bool {
			if !v.allInScope(netns) {
				return false
			}
			d := describeRoute(v.wiring.Namespaces[netns], r)
			e.Node, _ = v.node(netns)
			e.Interface, e.Route = d.Dev, &d
			return true
		},
	}
}

// RT_TABLE_* and RTN_* (linux/rtnetlink.h).
const (
	tableLocal    = 255
	typeLocal     = 2
	typeBlackhole = 6
)

// shownRoute reports whether a route is shown. Local, broadcast and multicast routes
// are not: the kernel adds them with each address.
func shownRoute(r dump.Route) bool {
	return r.Table != tableLocal && (r.Type < typeLocal || r.Type >= typeBlackhole) && !r.To.Addr().IsMulticast()
}

func describeRoute(ns *dump.Namespace, r dump.Route) Route {
	d := Route{
		To: r.To, Via: addrOrNil(r.Via), Dev: ns.LinkName(r.Index), Source: addrOrNil(r.Source),
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
		d.Hops = append(d.Hops, Hop{Via: addrOrNil(h.Via), Dev: ns.LinkName(h.Index), Weight: h.Weight})
	}
	return d
}

// addrOrNil returns nil for the zero address.
func addrOrNil(a netip.Addr) *netip.Addr {
	if !a.IsValid() {
		return nil
	}
	return &a
}

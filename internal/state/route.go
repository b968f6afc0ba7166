package state

import (
	"cmp"
	"net/netip"
	"slices"
)

// A Route is an entry of the main routing table that the kernel did not add.
type Route struct {
	To     netip.Prefix `json:"to"`
	Via    netip.Addr   `json:"via,omitzero"` // invalid: To is on the link itself
	Dev    string       `json:"dev"`
	Metric int          `json:"metric,omitempty"` // 0: the kernel's default (IPv4 0, IPv6 1024)
}

// RouteKey is what no two routes of a wanted State share, and what `ip route add` refuses
// to add twice. `ip route append` adds a second route with the same key.
type RouteKey struct {
	To     netip.Prefix
	Metric int
}

// Key returns what identifies the route, except for appended ones (ip route append).
func (r Route) Key() RouteKey { return RouteKey{r.To, r.Metric} }

// Compare orders routes by destination, most general first, then metric.
func (r Route) Compare(o Route) int {
	return cmp.Or(
		ComparePrefixes(r.To, o.To),
		cmp.Compare(r.Metric, o.Metric),
		r.Via.Compare(o.Via),
		cmp.Compare(r.Dev, o.Dev),
	)
}

// Routes is a list of routes. In a State it is sorted.
type Routes []Route

// Set returns rs with r in it, in place of a route with the same key.
func (rs Routes) Set(r Route) Routes {
	rs = rs.Without(r.Key())
	i, _ := slices.BinarySearchFunc(rs, r, Route.Compare)
	return slices.Insert(rs, i, r)
}

// Without returns rs less the route with that key.
func (rs Routes) Without(k RouteKey) Routes {
	return slices.DeleteFunc(slices.Clone(rs), func(r Route) bool { return r.Key() == k })
}

// Egress returns the link by which the main table sends packets to an address: that of
// the longest prefix among the routes and the on-link prefixes of links that are up,
// then of the lowest metric; nil if there is none.
func (ns *Namespace) Egress(to netip.Addr) *Link {
	var best Route
	try := func(r Route) {
		longer := r.To.Bits() - best.To.Bits()
		if l := ns.Links[r.Dev]; l != nil && l.Up && r.To.Contains(to) && (best.Dev == "" || longer > 0 || longer == 0 && r.Metric < best.Metric) {
			best = r
		}
	}
	for _, name := range ns.LinkNames() {
		for _, p := range ns.Links[name].Addresses {
			try(Route{To: p.Masked(), Dev: name})
		}
	}
	for _, r := range ns.Routes {
		try(r)
	}
	return ns.Links[best.Dev]
}

package state

import (
	"cmp"
	"net/netip"
	"slices"
)

// A Route is an entry of the main routing table that somebody wrote there.
type Route struct {
	To     netip.Prefix `json:"to"`
	Via    netip.Addr   `json:"via,omitzero"` // invalid: To is on the link itself
	Dev    string       `json:"dev"`
	Metric int          `json:"metric,omitempty"` // 0: the kernel's default (IPv4 0, IPv6 1024)
}

// RouteKey is what two routes of one table cannot share.
type RouteKey struct {
	To     netip.Prefix
	Metric int
}

// Key returns what no other route of the namespace has.
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

package compile

import (
	"cmp"
	"net/netip"
	"slices"
	"sync"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// setRoutes gives each node the routes of the file and, unless routing is
// none, what it needs to reach every subnet by the shortest path.
func (c *compiler) setRoutes() {
	automatic := [2][]state.Routes{}
	var families sync.WaitGroup
	for family := range c.networks {
		families.Go(func() {
			n := c.newNetwork(family == 1)
			c.networks[family] = n
			if c.topo.Routing != topo.RoutingNone {
				automatic[family] = n.routes(c.nodes)
			}
		})
	}
	families.Wait()
	for i, n := range c.nodes {
		n.routes = c.writtenRoutes(n)
		for _, byNode := range automatic {
			if byNode != nil {
				n.routes = appendOthers(n.routes, byNode[i])
			}
		}
		slices.SortFunc(n.routes, state.Route.Compare)
	}
}

// appendOthers appends the automatic routes but those to a destination for
// which the file has one.
func appendOthers(routes, automatic state.Routes) state.Routes {
	written := routes
	routes = slices.Grow(routes, len(automatic))
	for _, r := range automatic {
		if !slices.ContainsFunc(written, func(w state.Route) bool { return w.To == r.To }) {
			routes = append(routes, r)
		}
	}
	return routes
}

// routes returns the automatic routes of one family, by node.
func (n *network) routes(nodes []*node) []state.Routes {
	all := make([]state.Routes, len(nodes))
	w, s := newSearch(n), &summary{trie: n.trie}
	for i, node := range nodes {
		if len(n.attached[i]) == 0 {
			continue
		}
		w.start(node)
		if len(w.hops) == 0 {
			continue
		}
		switch {
		case node.IsHost():
			all[i] = n.exactRoutes(w)
		case node.Kind == topo.Router:
			all[i] = n.routerRoutes(w, s)
		default:
			all[i] = n.hostRoutes(w, s)
		}
	}
	return all
}

// routerRoutes returns the fewest routes that lead to all subnets.
func (n *network) routerRoutes(w *search, s *summary) state.Routes {
	w.finish()
	var rs state.Routes
	s.routes(w.nextHop, len(w.hops), unreachable, func(to netip.Prefix, hop int) {
		rs = append(rs, w.route(to, hop))
	})
	return rs
}

// hostRoutes returns a default route to the first router, and the routes through
// others.
func (n *network) hostRoutes(w *search, s *summary) state.Routes {
	rs := state.Routes{w.route(everything(n.ipv6), 0)}
	if len(w.hops) == 1 {
		return rs // there is no other router
	}
	w.finish()
	s.routes(w.nextHop, len(w.hops), 0, func(to netip.Prefix, hop int) {
		rs = append(rs, w.route(to, hop))
	})
	return rs
}

// exactRoutes returns one route per subnet: in the host namespace the route to an
// address outside the lab must not change.
func (n *network) exactRoutes(w *search) state.Routes {
	w.finish()
	var rs state.Routes
	for _, node := range n.trie {
		if hop := hopOf(&node, w.nextHop); hop >= 0 {
			rs = append(rs, w.route(node.prefix, hop))
		}
	}
	return rs
}

func (w *search) route(to netip.Prefix, hop int) state.Route {
	return state.Route{To: to, Via: w.hops[hop].via, Dev: w.hops[hop].dev}
}

// everything returns the destination of a default route.
func everything(ipv6 bool) netip.Prefix {
	if ipv6 {
		return netip.PrefixFrom(netip.IPv6Unspecified(), 0)
	}
	return netip.PrefixFrom(netip.IPv4Unspecified(), 0)
}

// defaultMetricIPv6 is the metric that the kernel gives an IPv6 route without
// one. A State says 0 for it.
const defaultMetricIPv6 = 1024

// writtenRoutes returns the routes that the file gives a node.
func (c *compiler) writtenRoutes(n *node) state.Routes {
	var rs state.Routes
	for _, r := range c.checked.Routes(n.Decl) {
		pos := cmp.Or(r.Pos, n.Pos)
		if r.Dev == "" {
			r.Dev = n.devTo(r.Via)
		}
		switch {
		case r.Dev == "" && n.lacksAddresses: // it may have one in the subnet of the gateway
		case r.Dev == "":
			c.fail(pos, "add dev and an interface, or write a gateway in a subnet of "+n.Name,
				"gateway %s is not in a subnet of node %s", r.Via, n.Name)
		case r.Metric == 0 && n.isConnected(r.To.Masked()):
			c.fail(pos, "leave it out, or give it a metric",
				"the kernel has a route to %s already, since node %s has an address in it", r.To, n.Name)
		}
		if r.To.Addr().Is6() && r.Metric == defaultMetricIPv6 {
			r.Metric = 0
		}
		rs = append(rs, state.Route{To: r.To.Masked(), Via: r.Via, Dev: r.Dev, Metric: r.Metric})
	}
	return rs
}

// isConnected reports whether the kernel makes a route to p with metric 0.
func (n *node) isConnected(p netip.Prefix) bool {
	return slices.ContainsFunc(n.ifaces, func(i *iface) bool { return i.Connects(i.addresses, p) })
}

// devTo returns the interface with the longest prefix that contains an address; "" if
// there is none, or the address is link-local.
func (n *node) devTo(a netip.Addr) string {
	dev, bits := "", -1
	for _, i := range n.ifaces {
		for _, p := range i.addresses {
			if isGlobal(p) && p.Contains(a) && p.Bits() > bits {
				dev, bits = i.Name, p.Bits()
			}
		}
	}
	return dev
}

package topo

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
)

func (c *checker) routes(n *Node) {
	seen := make(map[Route]bool, len(n.Routes))
	for i, r := range n.Routes {
		path := routePath(n, i)
		c.part(path, func() { c.route(n, r, path, seen) })
	}
}

func routePath(n *Node, i int) string { return fmt.Sprintf("nodes.%s.routes[%d]", n.Name, i) }

// route checks one route; seen has the destinations and metrics of those before it.
func (c *checker) route(n *Node, r Route, path string, seen map[Route]bool) {
	if c.unread.has(path) {
		return
	}
	if fault, hint := c.routeFault(n, r, path); fault != "" {
		c.fail(r.Pos, path, hint, "%s", fault)
	}
	twin := Route{To: r.To, Metric: r.Metric}
	if seen[twin] {
		c.fail(r.Pos, path, "give one of them a metric", "node %s has two routes to %s", n.Name, r.To)
	}
	seen[twin] = true
}

// routeFault returns the first thing that is wrong with a route.
func (c *checker) routeFault(n *Node, r Route, path string) (fault, hint string) {
	missing := false
	if r.Dev != "" {
		hint, missing = c.missing(n.Name, r.Dev)
	}
	switch {
	case !r.To.IsValid():
		return "a route needs a destination", ""
	case r.To != r.To.Masked():
		return fmt.Sprintf("%s is an address within a subnet, not a destination", r.To), ""
	case r.Metric < 0 || int64(r.Metric) > math.MaxUint32:
		return fmt.Sprintf("metric %d is out of range", r.Metric), ""
	case !r.Via.IsValid() && r.Dev == "" && c.unread.partly(path):
		return "", ""
	case !r.Via.IsValid() && r.Dev == "":
		return fmt.Sprintf("the route to %s has neither a gateway nor an interface", r.To), "write via and an address, or dev and an interface"
	case missing:
		return fmt.Sprintf("node %s has no interface %q", n.Name, r.Dev), hint
	case c.isDown(n, r.Dev):
		return fmt.Sprintf("interface %s of node %s is down and can't have routes", r.Dev, n.Name), ""
	case r.Metric == 0 && c.isConnected(n, r.To):
		return fmt.Sprintf("the kernel has a route to %s already, since node %s has an address in it", r.To, n.Name), "leave it out, or give it a metric"
	case r.Via.IsValid():
		return c.viaFault(n, r)
	}
	return "", ""
}

// isConnected reports whether the kernel makes a route to p for an address in the file.
func (c *checker) isConnected(n *Node, p netip.Prefix) bool {
	return slices.ContainsFunc(c.wiring.Node(n.Name).Interfaces, func(i *WiredInterface) bool {
		return i.Connects(i.Decl.Addresses, p)
	})
}

// Connects reports whether the kernel makes a route to p with metric 0 for one of the
// addresses of the interface. Those of IPv6 have the metric 256.
func (i *WiredInterface) Connects(addresses []netip.Prefix, p netip.Prefix) bool {
	return p.Addr().Is4() && !p.IsSingleIP() && !i.Decl.Down &&
		slices.ContainsFunc(addresses, func(a netip.Prefix) bool { return a.Masked() == p })
}

func (c *checker) viaFault(n *Node, r Route) (fault, hint string) {
	switch {
	case r.Via.Is4() != r.To.Addr().Is4():
		return fmt.Sprintf("the route to %s can't go via %s, which is of the other address family", r.To, r.Via), ""
	case rangeFault(r.Via) != "":
		return fmt.Sprintf("gateway %s %s", r.Via, rangeFault(r.Via)), ""
	case r.Via.IsLinkLocalUnicast() && r.Via.Is6() && r.Dev == "":
		return fmt.Sprintf("gateway %s is link-local, so the route needs dev", r.Via), ""
	}
	prefixes, complete := c.prefixesOf(n, r.Dev)
	if slices.ContainsFunc(prefixes, func(p netip.Prefix) bool { return p.Addr() == r.Via }) {
		return fmt.Sprintf("gateway %s is an address of node %s itself", r.Via, n.Name), ""
	}
	onLink := slices.ContainsFunc(prefixes, func(p netip.Prefix) bool { return p.Contains(r.Via) }) || n.routesOnLink(r)
	if complete && !onLink && !r.Via.IsLinkLocalUnicast() {
		return fmt.Sprintf("gateway %s is not in a subnet of node %s", r.Via, n.Name), ""
	}
	return "", ""
}

// routesOnLink reports whether another route without gateway covers the gateway of r.
func (n *Node) routesOnLink(r Route) bool {
	return slices.ContainsFunc(n.Routes, func(o Route) bool {
		return !o.Via.IsValid() && o.To.Contains(r.Via) && (r.Dev == "" || o.Dev == r.Dev)
	})
}

func (c *checker) isDown(n *Node, dev string) bool {
	i := c.wiring.Interface(n.Name, dev)
	return i != nil && i.Decl.Down
}

// prefixesOf returns the addresses in the file for a node's interfaces, or for dev
// only. It reports false if compile will assign others.
func (c *checker) prefixesOf(n *Node, dev string) (prefixes []netip.Prefix, complete bool) {
	complete = !c.unread.has("nodes."+n.Name) && !c.unread.partly("nodes."+n.Name+".interfaces") && !c.unread.names[n.Name]
	for _, i := range c.wiring.Node(n.Name).Interfaces {
		switch {
		case dev != "" && i.Name != dev:
		case i.Decl.Addresses == nil:
			// compile assigns none to the bridge of a switch and lo.
			complete = complete && (n.Kind == Switch || i.IsLoopback())
		default:
			prefixes = append(prefixes, i.Decl.Addresses...)
		}
	}
	return prefixes, complete
}

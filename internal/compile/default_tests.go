package compile

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/vethlab/vethlab/topo"
)

// maxHops is the longest path, in routers, of a default test. A packet passes at most
// 63 with the default TTL of 64.
const maxHops = 60

// defaultTests returns the tests of a file without any: in each connected part of the
// lab every host and router must reach the next, and the last the first. Where that is
// too far, or there is no path, a node must reach a neighbour instead.
func (c *compiler) defaultTests() []Test {
	searches := [2]*search{newSearch(c.networks[0]), newSearch(c.networks[1])}
	var tests []Test
	for _, part := range c.parts() {
		for at, from := range part {
			to := part[(at+1)%len(part)]
			addrs := reachable(searches, from, to)
			if len(addrs) == 0 {
				to, addrs = c.neighbour(from)
			}
			if len(addrs) > 0 && to != from {
				tests = append(tests, NewTest(from.Name, to.Name, addrs...))
			}
		}
	}
	return tests
}

// parts returns the hosts and routers that have addresses, grouped by the
// subnets that join them, all in the order of nodes.
func (c *compiler) parts() [][]*node {
	f := &traversal{nodes: make([]bool, len(c.nodes))}
	for family, n := range c.networks {
		f.subnets[family] = make([]bool, len(n.subnets))
	}
	var parts [][]*node
	for _, n := range c.nodes {
		if f.nodes[n.Number] {
			continue
		}
		part := slices.DeleteFunc(f.from(n, c.networks), func(n *node) bool { return n.Kind == topo.Switch })
		slices.SortFunc(part, func(a, b *node) int { return cmp.Compare(a.Number, b.Number) })
		parts = append(parts, part)
	}
	return parts
}

// A traversal is the set of nodes and subnets that were visited.
type traversal struct {
	nodes   []bool
	subnets [2][]bool
}

// from returns n and all nodes that subnets connect with it.
func (f *traversal) from(n *node, networks [2]*network) []*node {
	f.nodes[n.Number] = true
	found := []*node{n}
	for head := 0; head < len(found); head++ {
		for family, net := range networks {
			for _, a := range net.attached[found[head].Number] {
				if f.subnets[family][a.subnet] {
					continue
				}
				f.subnets[family][a.subnet] = true
				for _, m := range net.subnets[a.subnet].members {
					if !f.nodes[m.node.Number] {
						f.nodes[m.node.Number] = true
						found = append(found, m.node)
					}
				}
			}
		}
	}
	return found
}

// reachable returns the first address of each family of to, if the path from from is
// not too long.
func reachable(searches [2]*search, from, to *node) []netip.Addr {
	var addrs []netip.Addr
	for _, w := range searches {
		attached := w.net.attached[to.Number]
		if len(attached) == 0 {
			continue
		}
		target := attached[0].subnet // that of the first address
		w.start(from)
		if w.nextHop[target] == unreachable {
			w.finish()
		}
		if w.nextHop[target] != unreachable && w.distance[target] <= maxHops {
			addrs = append(addrs, firstAddr(w.net.ipv6, to.ifaces...))
		}
	}
	return addrs
}

// neighbour returns the first node that shares a subnet with n, and its
// addresses in shared subnets, at most one of each family; n itself if there
// is none.
func (c *compiler) neighbour(n *node) (*node, []netip.Addr) {
	found := n
	var addrs []netip.Addr
	for _, net := range c.networks {
		for _, m := range net.neighbours(n) {
			if found == n || found == m.node {
				found, addrs = m.node, append(addrs, m.addr)
				break
			}
		}
	}
	return found, addrs
}

// neighbours returns those that share a subnet with a node.
func (n *network) neighbours(of *node) []neighbour {
	var all []neighbour
	for _, a := range n.attached[of.Number] {
		for _, m := range n.subnets[a.subnet].members {
			if m.node != of {
				all = append(all, m)
			}
		}
	}
	return all
}

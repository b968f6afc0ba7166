package compile

import (
	"net/netip"

	"github.com/vethlab/vethlab/topo"
)

// A network is the routing graph of one family: nodes that are attached to subnets,
// and routers that forward between them.
type network struct {
	ipv6     bool
	subnets  []routedSubnet
	attached [][]attachment // by number of node, in the order of its interfaces
	trie     trie           // of the subnets
}

// A routedSubnet is a prefix in which a node has an address.
type routedSubnet struct {
	prefix  netip.Prefix
	members []neighbour // in the order of nodes
	routers []neighbour // those of the members that forward
}

// A neighbour is a node as others in a subnet see it.
type neighbour struct {
	node *node
	addr netip.Addr
}

// An attachment is an interface of a node in a subnet.
type attachment struct {
	subnet int // its place in subnets
	dev    string
}

// newNetwork finds the attachments of all nodes. With routing: none it has no routers.
func (c *compiler) newNetwork(ipv6 bool) *network {
	type key struct {
		segment *topo.WiredSegment
		prefix  netip.Prefix
	}
	n := &network{ipv6: ipv6, attached: make([][]attachment, len(c.nodes))}
	numbers := make(map[key]int)
	for _, i := range c.routedIfaces() {
		if i.Decl.Down {
			continue
		}
		seen := -1 // a second address in a subnet adds nothing
		for _, p := range i.addresses {
			if p.Addr().Is6() != ipv6 || !isGlobal(p) {
				continue
			}
			k := key{i.Segment, p.Masked()}
			number, ok := numbers[k]
			if !ok {
				number = len(n.subnets)
				numbers[k] = number
				n.subnets = append(n.subnets, routedSubnet{prefix: k.prefix})
			}
			if number != seen {
				n.attach(i, number, p.Addr(), c.topo.Routing != topo.RoutingNone)
			}
			seen = number
		}
	}
	n.trie = newTrie(n.subnets)
	return n
}

// routedIfaces returns the interfaces in the order of nodes.
func (c *compiler) routedIfaces() []*iface {
	all := make([]*iface, 0, 2*len(c.wiring.Links))
	for _, n := range c.nodes {
		all = append(all, n.ifaces...)
	}
	return all
}

func (n *network) attach(i *iface, subnet int, addr netip.Addr, routing bool) {
	s := &n.subnets[subnet]
	s.members = append(s.members, neighbour{i.node, addr})
	if routing && i.node.Kind == topo.Router {
		s.routers = append(s.routers, neighbour{i.node, addr})
	}
	n.attached[i.node.Number] = append(n.attached[i.node.Number], attachment{subnet, i.Name})
}

// Next hops of a subnet that are not an index of hops.
const (
	unreachable = -1
	connected   = -2 // the node has an address in it
)

// A hop is a next hop: a gateway and the interface that it is behind.
type hop struct {
	via netip.Addr
	dev string
}

// A search finds the shortest paths from one node to all subnets, breadth first. It is
// used for one node after the other, to save memory.
type search struct {
	net      *network
	hops     []hop  // the routers in the node's subnets: first interface first
	nextHop  []int  // by subnet: an index of hops, unreachable or connected
	distance []int  // by subnet: the number of routers on the path
	seen     []bool // by node: it is the start, or a router on a path
	queue    []int  // subnets, nearest first
}

func newSearch(n *network) *search {
	return &search{
		net:      n,
		nextHop:  make([]int, len(n.subnets)),
		distance: make([]int, len(n.subnets)),
		seen:     make([]bool, len(n.attached)),
	}
}

// start searches from a node up to the subnets behind its first routers.
func (w *search) start(from *node) {
	for i := range w.nextHop {
		w.nextHop[i] = unreachable
	}
	clear(w.seen)
	w.hops, w.queue = w.hops[:0], w.queue[:0]
	w.seen[from.Number] = true
	attached := w.net.attached[from.Number]
	for _, a := range attached {
		w.nextHop[a.subnet], w.distance[a.subnet] = connected, 0
	}
	for _, a := range attached {
		for _, r := range w.net.subnets[a.subnet].routers {
			if !w.seen[r.node.Number] {
				w.hops = append(w.hops, hop{r.addr, a.dev})
				w.pass(r.node, len(w.hops)-1, 1)
			}
		}
	}
}

// finish searches all further subnets.
func (w *search) finish() {
	for head := 0; head < len(w.queue); head++ {
		s := w.queue[head]
		for _, r := range w.net.subnets[s].routers {
			if !w.seen[r.node.Number] {
				w.pass(r.node, w.nextHop[s], w.distance[s]+1)
			}
		}
	}
}

// pass adds the subnets of a router.
func (w *search) pass(r *node, nextHop, distance int) {
	w.seen[r.Number] = true
	for _, a := range w.net.attached[r.Number] {
		if w.nextHop[a.subnet] == unreachable {
			w.nextHop[a.subnet], w.distance[a.subnet] = nextHop, distance
			w.queue = append(w.queue, a.subnet)
		}
	}
}

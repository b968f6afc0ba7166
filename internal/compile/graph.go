package compile

import (
	"net/netip"

	"github.com/vethlab/vethlab/topo"
)

// A network is the lab as the routes of one family see it: nodes that are
// attached to subnets, and routers that carry packets from one to another.
type network struct {
	ipv6     bool
	subnets  []routedSubnet
	attached [][]attachment // by number of node, in the order of its interfaces
	trie     trie           // of the subnets
}

// A routedSubnet is a prefix in which somebody has an address.
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

// newNetwork finds who is attached to what. Without routing nobody forwards,
// as far as is known.
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

// Ways to a subnet that are not the number of a hop.
const (
	noWay  = -1 // it cannot be reached
	direct = -2 // the node is in it
)

// A hop is where a node sends what it does not deliver itself.
type hop struct {
	via netip.Addr
	dev string
}

// A walk finds the shortest ways from one node to all subnets. It is used for
// one node after the other, to save memory.
type walk struct {
	net   *network
	hops  []hop  // the routers beside the node: first interface first
	way   []int  // by subnet: the number of a hop, noWay or direct
	far   []int  // by subnet: how many routers are on the way
	seen  []bool // by node: it is the start, or a router the walk came by
	queue []int  // subnets, nearest first
}

func newWalk(n *network) *walk {
	return &walk{
		net:  n,
		way:  make([]int, len(n.subnets)),
		far:  make([]int, len(n.subnets)),
		seen: make([]bool, len(n.attached)),
	}
}

// start goes from a node to the subnets it is in, and to those one router
// further on.
func (w *walk) start(from *node) {
	for i := range w.way {
		w.way[i] = noWay
	}
	clear(w.seen)
	w.hops, w.queue = w.hops[:0], w.queue[:0]
	w.seen[from.Number] = true
	attached := w.net.attached[from.Number]
	for _, a := range attached {
		w.way[a.subnet], w.far[a.subnet] = direct, 0
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

// finish goes on to all that can be reached.
func (w *walk) finish() {
	for head := 0; head < len(w.queue); head++ {
		s := w.queue[head]
		for _, r := range w.net.subnets[s].routers {
			if !w.seen[r.node.Number] {
				w.pass(r.node, w.way[s], w.far[s]+1)
			}
		}
	}
}

// pass goes through a router to the subnets beyond it.
func (w *walk) pass(r *node, way, far int) {
	w.seen[r.Number] = true
	for _, a := range w.net.attached[r.Number] {
		if w.way[a.subnet] == noWay {
			w.way[a.subnet], w.far[a.subnet] = way, far
			w.queue = append(w.queue, a.subnet)
		}
	}
}

package compile_test

import (
	"net/netip"
	"slices"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// A network forwards packets in a compiled lab. It uses the State only, and none of the
// code under test.
type network struct {
	lab    *compile.Lab
	joined map[state.Endpoint]state.Endpoint // a forest: the interfaces of one segment have one root
}

func newNetwork(lab *compile.Lab) *network {
	w := &network{lab: lab, joined: map[state.Endpoint]state.Endpoint{}}
	for name, ns := range lab.State.Namespaces {
		for _, l := range ns.Links {
			e := state.Endpoint{Namespace: name, Link: l.Name}
			if peer, ok := l.Peer(); ok {
				w.join(e, peer)
			}
			if l.Master != "" {
				w.join(e, state.Endpoint{Namespace: name, Link: l.Master})
			}
			for _, lower := range l.Kind.Lower() {
				if inOneSegment(lab, e, lower) {
					w.join(e, lower)
				}
			}
		}
	}
	return w
}

// inOneSegment reports whether the lab says so of a link and its lower device: kinds differ
// in that, which no State shows. Of a port it says it of the bridge.
func inOneSegment(lab *compile.Lab, upper, lower state.Endpoint) bool {
	if l := lab.State.Link(lower); l.Master != "" {
		lower.Link = l.Master
	}
	return slices.ContainsFunc(lab.Segments, func(s compile.Segment) bool {
		has := func(e state.Endpoint) bool {
			return slices.ContainsFunc(s.Interfaces, func(i topo.Endpoint) bool {
				n, _ := lab.Node(i.Node)
				return n.Namespace == e.Namespace && i.Interface == e.Link
			})
		}
		return has(upper) && has(lower)
	})
}

func (w *network) join(a, b state.Endpoint) {
	if a, b = w.segment(a), w.segment(b); a != b {
		w.joined[a] = b
	}
}

// segment returns the root of the segment of e.
func (w *network) segment(e state.Endpoint) state.Endpoint {
	for {
		up, ok := w.joined[e]
		if !ok {
			return e
		}
		e = up
	}
}

// A target is an address of a node.
type target struct {
	node string
	at   state.Endpoint
	p    netip.Prefix
}

// targets returns all routable addresses.
func (w *network) targets() []target {
	var all []target
	for _, n := range w.lab.Nodes {
		for _, name := range n.Interfaces {
			e := state.Endpoint{Namespace: n.Namespace, Link: name}
			for _, p := range w.lab.State.Link(e).Addresses {
				if !p.Addr().IsLinkLocalUnicast() {
					all = append(all, target{n.Name, e, p})
				}
			}
		}
	}
	return all
}

// A segmentSubnet is a subnet of a segment.
type segmentSubnet struct {
	segment state.Endpoint
	prefix  netip.Prefix
}

func (w *network) subnetOf(p target) segmentSubnet {
	return segmentSubnet{w.segment(p.at), p.p.Masked()}
}

// distances returns how many routers are between a node and the subnets of
// one family that it can reach.
func (w *network) distances(from string, ipv6 bool) map[segmentSubnet]int {
	places := w.targets()
	far := map[segmentSubnet]int{}
	for _, p := range places {
		if p.node == from && p.p.Addr().Is6() == ipv6 {
			far[w.subnetOf(p)] = 0
		}
	}
	for changed := true; changed; {
		changed = false
		for _, in := range places {
			d, reached := far[w.subnetOf(in)]
			if n, _ := w.lab.Node(in.node); !reached || n.Kind != topo.Router || in.node == from {
				continue
			}
			for _, out := range places {
				if out.node != in.node || out.p.Addr().Is6() != ipv6 {
					continue
				}
				if old, ok := far[w.subnetOf(out)]; !ok || old > d+1 {
					far[w.subnetOf(out)] = d + 1
					changed = true
				}
			}
		}
	}
	return far
}

// send follows a packet as kernels would forward it. It returns how many
// routers it passed, or false if it is lost.
func (w *network) send(from string, to netip.Addr) (int, bool) {
	n, _ := w.lab.Node(from)
	ns := w.lab.State.Namespaces[n.Namespace]
	for hops := -1; hops < 100; hops++ {
		if hasAddress(ns, to) {
			return max(hops, 0), true
		}
		forward := state.ForwardIPv4
		if to.Is6() {
			forward = state.ForwardIPv6
		}
		if hops >= 0 && ns.Sysctls[forward] != "1" {
			return 0, false
		}
		r, ok := lookup(ns, to)
		if !ok {
			return 0, false
		}
		next := to
		if r.Via.IsValid() {
			next = r.Via
		}
		if ns = w.owner(state.Endpoint{Namespace: ns.Name, Link: r.Dev}, next); ns == nil {
			return 0, false
		}
	}
	return 0, false
}

func hasAddress(ns *state.Namespace, a netip.Addr) bool {
	for _, l := range ns.Links {
		for _, p := range l.Addresses {
			if p.Addr() == a {
				return true
			}
		}
	}
	return false
}

// lookup returns the route with the longest prefix, connected ones first.
func lookup(ns *state.Namespace, to netip.Addr) (state.Route, bool) {
	best, found := state.Route{}, false
	for _, l := range ns.Links {
		for _, p := range l.Addresses {
			if p.Contains(to) && !p.IsSingleIP() && (!found || p.Bits() > best.To.Bits()) {
				best, found = state.Route{To: p.Masked(), Dev: l.Name}, true
			}
		}
	}
	for _, r := range ns.Routes {
		if r.To.Contains(to) && (!found || r.To.Bits() > best.To.Bits()) {
			best, found = r, true
		}
	}
	return best, found
}

// owner returns the namespace that answers for an address on the segment of e.
func (w *network) owner(e state.Endpoint, a netip.Addr) *state.Namespace {
	for _, p := range w.targets() {
		if p.p.Addr() == a && w.segment(p.at) == w.segment(e) && p.at != e {
			return w.lab.State.Namespaces[p.at.Namespace]
		}
	}
	return nil
}

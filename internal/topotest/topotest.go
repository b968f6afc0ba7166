// Package topotest draws random labs for property tests.
//
// Labs are small, valid by construction, and diverse rather than likely: parallel
// links, chained switches, unlinked nodes, partial addresses. [Edit] makes one change
// to a lab.
package topotest

import (
	"fmt"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/topo"
)

// Options bound the labs of [Draw]. The zero value gives the defaults.
type Options struct {
	MaxNodes   int  // at least 2; default 7
	ExtraLinks int  // links beyond those that join the nodes; default 3
	HostLinks  bool // also draw links to the host namespace

	// Without are kinds of interface that are not drawn, such as those that a kernel
	// lacks.
	Without []string
}

// Topology draws a valid lab of the default size.
func Topology(t *rapid.T) *topo.Topology { return Draw(t, Options{}) }

// Draw draws a valid lab of the size in o.
func Draw(t *rapid.T, o Options) *topo.Topology {
	if o.MaxNodes == 0 {
		o.MaxNodes = 7
	}
	if o.ExtraLinks == 0 {
		o.ExtraLinks = 3
	}
	b := &builder{t: t, top: &topo.Topology{Name: pick(t, "name", "lab", "a-b_c", "x.y", "net1")}}
	b.header()
	b.nodes(o.MaxNodes)
	b.groups()
	b.links(o)
	b.kinds(o)
	b.segments()
	b.loopbacks()
	b.neighbours()
	b.routes()
	b.downs()
	b.tests()
	return b.topology()
}

// A builder draws a lab. It declares all nodes; at the end some without settings are
// left out.
type builder struct {
	t     *rapid.T
	top   *topo.Topology
	named map[string]bool // nodes all of whose links name their interface
	slots []*slotInterface
	macs  int
}

// A slotInterface is an interface with a slot of its segment's subnets.
type slotInterface struct {
	*topo.WiredInterface
	slot    int          // index of its address within the subnets of the segment
	subnets []slotPrefix // of its declared addresses; nil: none
}

func (b *builder) header() {
	if b.chance("has prefix", 2) {
		prefix := pick(b.t, "prefix", "", "p-", "lab.")
		b.top.Prefix = &prefix
	}
	if b.chance("routing none", 4) {
		b.top.Routing = pick(b.t, "routing", topo.RoutingAuto, topo.RoutingNone)
	}
	if b.chance("addressing", 3) {
		b.top.Addressing.IPv4 = pick(b.t, "ipv4 pool", topo.Pool{}, topo.Pool{None: true}, pool("10.64.0.0/10"))
		b.top.Addressing.IPv6 = pick(b.t, "ipv6 pool", topo.Pool{}, topo.Pool{None: true}, pool("fd12:3456::/32"))
	}
}

func (b *builder) nodes(limit int) {
	b.named = make(map[string]bool)
	for i := range rapid.IntRange(2, limit).Draw(b.t, "nodes") {
		kind := pick(b.t, "kind", "", topo.Host, topo.Router, topo.Router, topo.Switch)
		n := topo.Node{Kind: kind, Name: fmt.Sprintf("%s%d", pick(b.t, "base", "n", "h-", "w_"), i+1)}
		if b.chance("sysctl", 5) {
			n.Sysctls = map[string]string{}
			for range rapid.IntRange(1, 2).Draw(b.t, "sysctls") {
				key, value := drawSysctl(b.t)
				n.Sysctls[key] = value
			}
		}
		if b.chance("nftables", 6) {
			n.Nftables = Nftables(b.t)
		}
		b.named[n.Name] = rapid.Bool().Draw(b.t, "names its interfaces")
		b.top.Nodes = append(b.top.Nodes, n)
	}
}

// topology returns the lab without some of the linked nodes that have no settings.
func (b *builder) topology() *topo.Topology {
	linked := make(map[string]bool)
	for _, l := range b.top.Links {
		linked[l.Endpoints[0].Node], linked[l.Endpoints[1].Node] = true, true
	}
	var kept topo.Nodes
	for _, n := range b.top.Nodes {
		plain := n.Kind == "" && n.Interfaces == nil && n.Routes == nil && n.Sysctls == nil && n.Nftables == "" && n.Group == nil
		if plain && linked[n.Name] && b.chance("leave out", 2) {
			continue
		}
		kept = append(kept, n)
	}
	b.top.Nodes = kept
	return b.top
}

func (b *builder) anyNode(label string) *topo.Node {
	return &b.top.Nodes[rapid.IntRange(0, len(b.top.Nodes)-1).Draw(b.t, label)]
}

// chance is true in one of n draws.
func (b *builder) chance(label string, n int) bool { return chance(b.t, label, n) }

func chance(t *rapid.T, label string, n int) bool {
	return rapid.IntRange(1, n).Draw(t, label) == n
}

func pick[T any](t *rapid.T, label string, values ...T) T {
	return rapid.SampledFrom(values).Draw(t, label)
}

// drawSysctl draws a sysctl without side effects that each namespace has.
func drawSysctl(t *rapid.T) (key, value string) {
	key = pick(t, "sysctl key", "net.ipv4.ip_default_ttl", "net.ipv4.tcp_fin_timeout", "net.core.somaxconn")
	return key, fmt.Sprint(rapid.IntRange(30, 200).Draw(t, "sysctl value"))
}

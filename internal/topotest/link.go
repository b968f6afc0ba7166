package topotest

import (
	"fmt"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/topo"
)

// links links most nodes to an earlier one, then draws more links.
func (b *builder) links(o Options) {
	for i := 1; i < len(b.top.Nodes); i++ {
		if b.chance("lone", 6) {
			continue
		}
		j := rapid.IntRange(0, i-1).Draw(b.t, "joins")
		b.link(b.top.Nodes[j].Name, b.top.Nodes[i].Name)
	}
	for range rapid.IntRange(0, o.ExtraLinks).Draw(b.t, "extra links") {
		b.link(b.anyNode("one end").Name, b.anyNode("other end").Name)
	}
	if o.HostLinks && b.chance("host link", 2) {
		b.link(topo.HostNode, b.anyNode("beside the host").Name)
	}
}

// link links two different nodes, unless that makes a loop of switches.
func (b *builder) link(x, y string) {
	if x == y {
		return
	}
	l := topo.Link{Endpoints: [2]topo.Endpoint{b.endpoint(x), b.endpoint(y)}}
	if b.chance("link mtu", 4) {
		l.MTU = drawMTU(b.t)
	}
	b.top.Links = append(b.top.Links, l)
	if isSwitch(b.top, x) && isSwitch(b.top, y) && b.top.Validate() != nil {
		b.top.Links = b.top.Links[:len(b.top.Links)-1]
	}
}

// endpoint returns a new end of a link at a node. The links of a node name either all
// its interfaces or none: a later name could clash with a default one.
func (b *builder) endpoint(node string) topo.Endpoint {
	e := topo.Endpoint{Node: node}
	switch {
	case node == topo.HostNode:
		e.Interface = fmt.Sprintf("vthost%d", len(b.top.Links))
	case b.named[node]:
		e.Interface = fmt.Sprintf("%s%d", pick(b.t, "interface", "eth", "veth", "p."), len(b.top.Links))
	}
	return e
}

func drawMTU(t *rapid.T) int { return pick(t, "mtu", 1280, 1400, 1500, 9000, 65535) }

func isSwitch(t *topo.Topology, node string) bool {
	n := t.Node(node)
	return n != nil && n.Kind == topo.Switch
}

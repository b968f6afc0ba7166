package topotest

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/topo"
)

// Edit returns a copy of a lab with one thing changed. The copy is valid; it
// equals the lab only if no drawn edit is valid.
func Edit(t *rapid.T, lab *topo.Topology) *topo.Topology {
	for range 8 {
		edited := lab.Clone()
		pick(t, "edit", edits...)(t, edited)
		if edited.Validate() == nil {
			return edited
		}
	}
	return lab.Clone()
}

// edits are the edits that Edit draws from. Each may leave the lab invalid, or
// unchanged if nothing matches.
var edits = []func(*rapid.T, *topo.Topology){
	addNode, addLink, removeLink, removeNode, editKind, editSysctl, editNftables, editLinkMTU, editInterface, editAddress, removeRoute, editNeighbour,
}

func addNode(t *rapid.T, lab *topo.Topology) {
	name := fmt.Sprintf("new%d", rapid.IntRange(1, 99).Draw(t, "new node"))
	if lab.Node(name) != nil {
		return
	}
	peer := drawNode(t, lab)
	kind := pick(t, "new kind", "", topo.Router, topo.Switch)
	lab.Nodes = append(lab.Nodes, topo.Node{Name: name, Kind: kind})
	if peer != "" {
		join(t, lab, name, peer)
	}
}

func addLink(t *rapid.T, lab *topo.Topology) {
	join(t, lab, drawNode(t, lab), drawNode(t, lab))
}

// join links two nodes, by interfaces with names that no drawn lab has.
func join(t *rapid.T, lab *topo.Topology, x, y string) {
	name := fmt.Sprintf("new%d", rapid.IntRange(1, 999).Draw(t, "new interface"))
	lab.Links = append(lab.Links, topo.Link{Endpoints: [2]topo.Endpoint{{Node: x, Interface: name}, {Node: y, Interface: name}}})
}

func removeLink(t *rapid.T, lab *topo.Topology) {
	if i := drawIndex(t, "link", len(lab.Links)); i >= 0 {
		l := lab.Links[i]
		lab.Links = slices.Delete(lab.Links, i, i+1)
		removeEnds(lab, l)
	}
}

// removeEnds removes the interfaces of a removed link, and the routes and tests of
// their nodes.
func removeEnds(lab *topo.Topology, l topo.Link) {
	for _, e := range l.Endpoints {
		n := lab.Node(e.Node)
		if n == nil {
			continue
		}
		n.Interfaces = slices.DeleteFunc(n.Interfaces, func(i topo.Interface) bool { return i.Name == e.Interface })
		n.Routes = nil
		if len(n.Interfaces) == 0 {
			n.Interfaces = nil
		}
	}
	dropTests(lab, l.Endpoints[0].Node)
	dropTests(lab, l.Endpoints[1].Node)
}

func dropTests(lab *topo.Topology, node string) {
	lab.Tests = slices.DeleteFunc(lab.Tests, func(t topo.Test) bool {
		return slices.ContainsFunc(slices.Concat(t.From, t.To, t.Path, t.On), func(name string) bool {
			return name == node || strings.HasPrefix(name, node+":")
		})
	})
}

func removeNode(t *rapid.T, lab *topo.Topology) {
	name := drawNode(t, lab)
	for i := range slices.Backward(lab.Links) {
		l := lab.Links[i]
		if l.Endpoints[0].Node == name || l.Endpoints[1].Node == name {
			lab.Links = slices.Delete(lab.Links, i, i+1)
			removeEnds(lab, l)
		}
	}
	lab.Nodes = slices.DeleteFunc(lab.Nodes, func(n topo.Node) bool { return n.Name == name })
	dropTests(lab, name)
}

func editKind(t *rapid.T, lab *topo.Topology) {
	name := drawNode(t, lab)
	kind := pick(t, "other kind", "", topo.Host, topo.Router, topo.Switch)
	if n := lab.Node(name); n != nil {
		n.Kind = kind
	} else if name != "" {
		lab.Nodes = append(lab.Nodes, topo.Node{Name: name, Kind: kind})
	}
}

func editSysctl(t *rapid.T, lab *topo.Topology) {
	i := drawIndex(t, "node with sysctls", len(lab.Nodes))
	if i < 0 {
		return
	}
	key, value := drawSysctl(t)
	if lab.Nodes[i].Sysctls == nil {
		lab.Nodes[i].Sysctls = map[string]string{}
	}
	lab.Nodes[i].Sysctls[key] = value
}

// editNftables gives a node another ruleset, or none.
func editNftables(t *rapid.T, lab *topo.Topology) {
	i := drawIndex(t, "node with nftables", len(lab.Nodes))
	if i < 0 {
		return
	}
	lab.Nodes[i].Nftables = ""
	if rapid.Bool().Draw(t, "filters") {
		lab.Nodes[i].Nftables = Nftables(t)
	}
}

func editLinkMTU(t *rapid.T, lab *topo.Topology) {
	if i := drawIndex(t, "link", len(lab.Links)); i >= 0 {
		lab.Links[i].MTU = drawMTU(t)
	}
}

func editInterface(t *rapid.T, lab *topo.Topology) {
	i := drawInterface(t, lab)
	if i == nil {
		return
	}
	if i.HasMAC() && rapid.Bool().Draw(t, "mac, not mtu") {
		i.MAC = topo.MAC{2, 0x78, 0, 0, 0, rapid.Byte().Draw(t, "last byte")}
		return
	}
	i.MTU = drawMTU(t)
}

// editAddress increments an address within its subnet, or removes it.
func editAddress(t *rapid.T, lab *topo.Topology) {
	i := drawInterface(t, lab)
	if i == nil || len(i.Addresses) == 0 {
		return
	}
	n := drawIndex(t, "address", len(i.Addresses))
	if rapid.Bool().Draw(t, "remove it") {
		i.Addresses = slices.Delete(i.Addresses, n, n+1)
		return
	}
	a := i.Addresses[n].Addr()
	for range rapid.IntRange(1, 9).Draw(t, "steps") {
		a = a.Next()
	}
	if i.Addresses[n].Contains(a) {
		i.Addresses[n] = netip.PrefixFrom(a, i.Addresses[n].Bits())
	}
}

func removeRoute(t *rapid.T, lab *topo.Topology) {
	for i := range lab.Nodes {
		if n := &lab.Nodes[i]; len(n.Routes) > 0 {
			n.Routes = n.Routes[:len(n.Routes)-1]
			return
		}
	}
}

func drawInterface(t *rapid.T, lab *topo.Topology) *topo.Interface {
	var all []*topo.Interface
	for i := range lab.Nodes {
		for j := range lab.Nodes[i].Interfaces {
			all = append(all, &lab.Nodes[i].Interfaces[j])
		}
	}
	if len(all) == 0 {
		return nil
	}
	return pick(t, "interface", all...)
}

// drawNode draws any node of the lab, declared or not, or "" if there is none.
func drawNode(t *rapid.T, lab *topo.Topology) string {
	names := make(map[string]bool)
	for _, n := range lab.Nodes {
		names[n.Name] = true
	}
	for _, l := range lab.Links {
		for _, e := range l.Endpoints {
			names[e.Node] = e.Node != topo.HostNode
		}
	}
	delete(names, topo.HostNode)
	if len(names) == 0 {
		return ""
	}
	return pick(t, "node", slices.Sorted(maps.Keys(names))...)
}

// drawIndex draws an index into a list of n, or -1 if it is empty.
func drawIndex(t *rapid.T, label string, n int) int {
	if n == 0 {
		return -1
	}
	return rapid.IntRange(0, n-1).Draw(t, label)
}

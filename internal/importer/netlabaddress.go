package importer

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/vethlab/vethlab/topo"
)

// plug adds an interface to each of the attached nodes, with an address in each subnet in
// which the file assigns none.
func (n *netlab) plug(attachments []attachment, subnets []netip.Prefix, p2p bool) []topo.Endpoint {
	numbers := map[netip.Prefix][]int{}
	for _, s := range subnets {
		numbers[s] = n.hostNumbers(attachments, s, p2p)
	}
	var ends []topo.Endpoint
	for position, p := range attachments {
		n.ends[p.node]++
		i := topo.Interface{Name: "eth" + strconv.Itoa(n.ends[p.node]), Addresses: p.addresses}
		for _, s := range subnets {
			if !p.hasFamily(s) {
				i.Addresses = append(i.Addresses, netip.PrefixFrom(plus(s.Addr(), numbers[s][position], 0), s.Bits()))
			}
		}
		if i.Addresses == nil {
			i.Addresses = []netip.Prefix{}
		}
		node := n.node(p.node)
		node.Interfaces = append(node.Interfaces, i)
		ends = append(ends, topo.Endpoint{Node: p.node, Interface: i.Name})
	}
	return ends
}

// hasFamily reports whether the file assigns an address of the family of s.
func (p attachment) hasFamily(s netip.Prefix) bool {
	return slices.ContainsFunc(p.addresses, func(a netip.Prefix) bool { return a.Addr().Is4() == s.Addr().Is4() })
}

// hostNumbers returns the number of each attachment in a subnet: on a link of type p2p in
// the order of the nodes' names, else the id of the node. In a subnet too small for the ids
// they count in the order of the file. Numbers begin with 1, in a subnet of two addresses
// with 0.
func (n *netlab) hostNumbers(attachments []attachment, subnet netip.Prefix, p2p bool) []int {
	bits := min(subnet.Addr().BitLen()-subnet.Bits(), 30)
	numbers, largest := make([]int, len(attachments)), 0
	for i, p := range attachments {
		numbers[i] = n.ids[p.node]
		largest = max(largest, numbers[i])
	}
	if !p2p && largest <= 1<<bits-2 {
		return numbers
	}
	first := 1
	if bits <= 1 {
		first = 0
	}
	order := make([]int, len(attachments))
	for i := range order {
		order[i] = i
	}
	if p2p {
		slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(attachments[a].node, attachments[b].node) })
	}
	for position, i := range order {
		numbers[i] = first + position
	}
	return numbers
}

// loopbacks gives the attached nodes the addresses of a link of type loopback: the first of
// each subnet. They are addresses of lo here.
func (n *netlab) loopbacks(l value, attachments []attachment) {
	subnets := n.subnets(l, false)
	for _, p := range attachments {
		addresses := p.addresses
		for _, s := range subnets {
			if !p.hasFamily(s) {
				addresses = append(addresses, netip.PrefixFrom(s.Addr(), s.Addr().BitLen()))
			}
		}
		node := n.node(p.node)
		i := slices.IndexFunc(node.Interfaces, func(i topo.Interface) bool { return i.Name == topo.Loopback })
		if i < 0 {
			i = 0
			node.Interfaces = slices.Insert(node.Interfaces, 0, topo.Interface{Name: topo.Loopback})
		}
		node.Interfaces[i].Addresses = append(node.Interfaces[i].Addresses, addresses...)
	}
}

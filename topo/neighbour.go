package topo

import (
	"fmt"
	"net/netip"
	"slices"
)

// A Neighbour is a permanent entry of an interface's neighbour table: the kernel does
// not resolve the address by ARP or ND. In a file neighbours are a mapping from
// addresses to MAC addresses.
type Neighbour struct {
	Address netip.Addr
	MAC     MAC
}

// neighbourAttribute is the row of neighbours in attributes.
var neighbourAttribute = attribute{
	key:  "neighbours",
	read: func(d *decoder, i *Interface, v value) { i.Neighbours = d.neighbours(v) },
	value: func(i *Interface) any {
		if len(i.Neighbours) == 0 {
			return nil
		}
		var l settingList
		for _, n := range i.Neighbours {
			l = append(l, setting{n.Address.String(), n.MAC})
		}
		return l
	},
	check: (*checker).neighbours,
	clone: func(i *Interface) { i.Neighbours = slices.Clone(i.Neighbours) },
	last:  true,
}

func (d *decoder) neighbours(v value) []Neighbour {
	var list []Neighbour
	for _, e := range d.entries(v, "a mapping from addresses to MAC addresses") {
		a, err := netip.ParseAddr(e.key)
		if err != nil || a.Zone() != "" {
			d.unread.add(e.value.path)
			d.fail(e.pos, "", "%q is not an address such as 10.0.0.1", e.key)
			continue
		}
		list = append(list, Neighbour{a, d.mac(e.value)})
	}
	return list
}

// neighbours checks the neighbours of an interface.
func (c *checker) neighbours(n *Node, i *Interface, path string) {
	if wired := c.wiring.Interface(n.Name, i.Name); len(i.Neighbours) > 0 && wired != nil && wired.IsBridged() {
		c.fail(i.Pos, path, "give them to "+wired.Master.Name, "interface %s is a port of %s and has no neighbours", i.Name, wired.Master.Name)
	}
	for k, neighbour := range i.Neighbours {
		fault := ""
		switch a := neighbour.Address; {
		case !a.IsValid():
			fault = "is invalid"
		case rangeFault(a) != "":
			fault = rangeFault(a)
		case slices.ContainsFunc(i.Neighbours[:k], func(o Neighbour) bool { return o.Address == a }):
			fault = "is listed twice"
		case slices.ContainsFunc(i.Addresses, func(p netip.Prefix) bool { return p.Addr() == a }):
			fault = "is the interface's own address"
		case neighbour.MAC.IsZero():
			fault = "has no MAC address"
		case neighbour.MAC[0]&1 != 0:
			fault = fmt.Sprintf("can't have %s, a multicast address", neighbour.MAC)
		}
		if unread := !neighbour.Address.IsValid() || neighbour.MAC.IsZero(); fault != "" && (!unread || !c.unread.partly(path)) {
			c.fail(i.Pos, path+"."+neighbour.Address.String(), "", "neighbour %s %s", neighbour.Address, fault)
		}
	}
}

package topo

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// ipv6 reports an IPv6 address of an interface, or of a neighbour, if the kernel has no IPv6
// on the interface.
func (c *checker) ipv6(n *Node, d *Interface, path string) {
	i := c.wiring.Interface(n.Name, d.Name)
	if i == nil || i.Decl != d {
		return
	}
	what, at := d.ipv6Use(path)
	if what == "" {
		return
	}
	if key := i.IPv6DisabledBy(); key != "" && isSysctlValue(n.Sysctls[key]) && !c.unread.partly("nodes."+n.Name+".sysctls") {
		c.fail(d.Pos, at, "leave out one of them", "interface %s has the %s, but the sysctl %s disables IPv6", i, what, key)
	} else if mtu := i.MTU(); mtu >= minMTU && mtu < ipv6MTU {
		c.fail(d.Pos, at, "give it an mtu of 1280 or more, or no IPv6 address", "interface %s has the %s and mtu %d, but IPv6 needs %d", i, what, mtu, ipv6MTU)
	}
}

// ipv6Use returns the first IPv6 address in an interface's declaration, and its path.
func (d *Interface) ipv6Use(path string) (what, at string) {
	if k := slices.IndexFunc(d.Addresses, func(p netip.Prefix) bool { return p.Addr().Is6() }); k >= 0 {
		return fmt.Sprintf("IPv6 address %s", d.Addresses[k]), path
	}
	if k := slices.IndexFunc(d.Neighbours, func(n Neighbour) bool { return n.Address.Is6() }); k >= 0 {
		a := d.Neighbours[k].Address
		return fmt.Sprintf("IPv6 neighbour %s", a), path + ".neighbours." + a.String()
	}
	return "", ""
}

// IPv6DisabledBy returns the sysctl by which the file disables IPv6 on an interface, "" if it
// does not. A new interface gets that of default, which writing that of all sets too.
func (i *WiredInterface) IPv6DisabledBy() string {
	for _, name := range []string{strings.ReplaceAll(i.Name, ".", "/"), "default", "all"} {
		key := "net.ipv6.conf." + name + ".disable_ipv6"
		if value, ok := i.Node.Decl.Sysctls[key]; ok && value != "0" {
			return key
		} else if ok {
			return ""
		}
	}
	return ""
}

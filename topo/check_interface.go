package topo

import (
	"fmt"
	"net/netip"
	"slices"
)

// interfaces checks the interfaces in the file's entry of a node.
func (c *checker) interfaces(n *Node) {
	for i := range n.Interfaces {
		d := &n.Interfaces[i]
		path := interfacePath(n, d)
		if d.Name == Loopback {
			c.loopback(n, d, path)
		} else if fault := interfaceFault(d.Name); fault != "" {
			c.fail(d.Pos, path, "", "the interface's name %q %s", d.Name, fault)
		} else if slices.ContainsFunc(n.Interfaces[:i], func(o Interface) bool { return o.Name == d.Name }) {
			c.fail(d.Pos, path, "", "node %s has two interfaces %s", n.Name, d.Name)
		} else {
			c.wired(n, d, path)
		}
		c.checkKind(n, d)
		c.checkAttributes(n, d, path)
		c.ipv6(n, d, path)
	}
}

// loopback checks the settings of lo.
func (c *checker) loopback(n *Node, d *Interface, path string) {
	switch {
	case n.Name == HostNode:
		c.fail(d.Pos, path, "", "a lab can't change lo of the host namespace")
	case d.beyondLoopback():
		c.fail(d.Pos, path, "", "lo can have addresses and nothing else")
	}
}

func interfacePath(n *Node, d *Interface) string {
	return fmt.Sprintf("nodes.%s.interfaces.%s", n.Name, d.Name)
}

// wired checks that a link or a kind makes a declared interface, and its addresses.
func (c *checker) wired(n *Node, d *Interface, path string) {
	i := c.wiring.Interface(n.Name, d.Name)
	if i == nil {
		if hint, missing := c.missing(n.Name, d.Name); missing {
			c.fail(d.Pos, path, hint, "no link uses interface %s of node %s", d.Name, n.Name)
		}
		return
	}
	if i.IsBridged() && len(d.Addresses) > 0 {
		whole, owner := "bridge "+i.Master.Name, "node"
		if n.Kind == Switch {
			whole, owner = "switch "+n.Name, "switch"
		}
		c.fail(d.Pos, path, "give them to "+i.Master.Name+", the interface of the "+owner+" on this segment",
			"interface %s is a port of %s and has no addresses", d.Name, whole)
	}
}

// HasMAC reports whether the interface has a MAC of its own, which a file can set.
func (i *Interface) HasMAC() bool {
	return i.Name != Loopback && (i.Kind == nil || !i.Kind.traits().noMAC)
}

func (c *checker) mac(n *Node, d *Interface, path string) {
	if d.MAC.IsZero() {
		return
	}
	owner := n.Name + ":" + d.Name
	switch first := c.macs[d.MAC]; {
	case d.Kind != nil && !d.HasMAC():
		c.fail(d.Pos, path, "leave it out", "interface %s is %s, which has no MAC address of its own", owner, withArticle(d.Kind))
	case d.MAC == MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}:
		c.fail(d.Pos, path, "", "MAC address %s is the broadcast address", d.MAC)
	case d.MAC[0]&1 != 0:
		c.fail(d.Pos, path, "the first byte must be even", "MAC address %s is a multicast address", d.MAC)
	case first != "":
		c.fail(d.Pos, path, "", "MAC address %s of %s is already used by %s", d.MAC, owner, first)
	default:
		c.macs[d.MAC] = owner
	}
}

// address checks the i-th address without regard to other interfaces.
func (c *checker) address(d *Interface, i int, path string) {
	p := d.Addresses[i]
	fault, hint := "", ""
	switch {
	case !p.IsValid() && c.unread.has(path):
	case !p.IsValid():
		fault = "is invalid"
	case p.Bits() == 0:
		fault = "has prefix length 0"
	case rangeFault(p.Addr()) != "":
		fault = rangeFault(p.Addr())
	case slices.Contains(d.Addresses[:i], p):
		fault = "is listed twice"
	case p.Addr().BitLen()-p.Bits() > 1 && p == p.Masked():
		fault = "is the network address of its subnet"
		hint = fmt.Sprintf("did you mean \"%s/%d\"?", p.Addr().Next(), p.Bits())
	case isBroadcast(p):
		fault = "is the broadcast address of its subnet"
	}
	if fault != "" {
		c.fail(d.Pos, path, hint, "address %s %s", p, fault)
	}
}

// isBroadcast reports whether all host bits of an IPv4 address are set. Subnets
// of one or two addresses have no broadcasts (RFC 3021).
func isBroadcast(p netip.Prefix) bool {
	return p.Addr().Is4() && p.Bits() < 31 && !p.Contains(p.Addr().Next())
}

// itemPath returns the path of the i-th item of a list, which may be a single value.
func (c *checker) itemPath(list string, i int) string {
	item := fmt.Sprintf("%s[%d]", list, i)
	if c.places[list].IsValid() && !c.places[item].IsValid() {
		return list
	}
	return item
}

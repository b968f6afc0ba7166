package topo

// Limits and defaults of MTUs, in bytes: those of the kernel for a veth and for lo, and of
// RFC 8200 for IPv6.
const (
	minMTU      = 68
	maxMTU      = 65535
	defaultMTU  = 1500
	loopbackMTU = 65536
	ipv6MTU     = 1280
)

// MTU returns the MTU of an interface, in bytes: that of the file, or the default of its kind.
func (i *WiredInterface) MTU() int {
	t := i.Kind.traits()
	switch {
	case i.Decl.MTU != 0:
		return i.Decl.MTU
	case t.mtuOfLower && len(i.Lower) > 0:
		return i.Lower[0].MTU()
	case t.mtu != nil:
		return t.mtu(i)
	}
	return defaultMTU
}

// mtu checks an MTU; 0 means none is given.
func (c *checker) mtu(mtu int, pos Pos, path string) {
	if mtu != 0 && (mtu < minMTU || mtu > maxMTU) {
		c.fail(pos, path, "", "mtu %d is out of range, which is %d to %d", mtu, minMTU, maxMTU)
	}
}

// interfaceMTU checks the MTU of an interface, also against that of its lower device.
func (c *checker) interfaceMTU(n *Node, d *Interface, path string) {
	c.mtu(d.MTU, d.Pos, path)
	i := c.wiring.Interface(n.Name, d.Name)
	if i == nil || i.Decl != d || d.MTU < minMTU || d.MTU > maxMTU || !i.Kind.traits().mtuOfLower || len(i.Lower) == 0 {
		return
	}
	if lower := i.Lower[0]; lower.MTU() < d.MTU && lower.MTU() >= minMTU {
		c.fail(d.Pos, path, "", "mtu %d of %s is more than the %d of its lower device %s", d.MTU, i, lower.MTU(), lower)
	}
}

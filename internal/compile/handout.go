package compile

import "net/netip"

// A handout gives the interfaces of a segment addresses of one of its subnets.
//
// Each interface has a slot of the subnet, in the order of the file, also if the file
// gives it other addresses. Interfaces that are there by a lower device count from the last
// slot down: they come after all links, also those that are appended. So an address in the file changes that of at most one other
// interface, and appending to the file changes none.
type handout struct {
	subnet *subnet
	ifaces []*iface       // those with a slot, in order
	uppers int            // how many of them count from the last slot down
	slots  map[*iface]int // from 0

	written map[netip.Addr]bool // all written addresses of the lab
	used    map[netip.Addr]bool // those of displaced interfaces
	end     int                 // no slot from here on is free

	// owners are the interfaces with a slot that have an address of the subnet
	// written, by the first of them.
	owners map[netip.Addr]*iface
}

func newHandout(s *segment, sub *subnet, written map[netip.Addr]bool) *handout {
	h := &handout{
		subnet: sub, slots: make(map[*iface]int, len(s.ifaces)), written: written,
		used: map[netip.Addr]bool{}, owners: map[netip.Addr]*iface{}, end: sub.size(),
	}
	for _, i := range s.ifaces {
		if !i.needsAddresses() {
			continue
		}
		if i.InLowerSegment() {
			h.uppers++
			h.slots[i] = sub.size() - h.uppers
		} else {
			h.slots[i] = len(h.ifaces) - h.uppers
		}
		h.ifaces = append(h.ifaces, i)
		for _, p := range i.Decl.Addresses {
			if sub.prefix.Contains(p.Addr()) {
				h.owners[p.Addr()] = i
				break
			}
		}
	}
	h.end -= h.uppers
	return h
}

// lowest returns the number of interfaces that count from the first slot.
func (h *handout) lowest() int { return len(h.ifaces) - h.uppers }

// handOut gives each interface that needs one an address of the subnet.
func (c *compiler) handOut(h *handout) {
	if h.subnet.prefix.IsSingleIP() {
		return
	}
	var displaced []*iface
	for _, i := range h.ifaces {
		if !h.gets(i) {
			continue
		}
		if a, ok := h.free(i); ok {
			h.give(i, a)
		} else {
			displaced = append(displaced, i)
		}
	}
	for k, i := range displaced {
		a, ok := h.substitute(i)
		if !ok {
			for _, other := range displaced[k:] {
				other.node.lacksAddresses = true
			}
			c.fail(i.Pos, "use a shorter prefix, or give the interface addresses of its own, or [] for none",
				"%s: no address is left in its subnet %s", i, h.subnet.prefix)
			return
		}
		h.used[a] = true
		h.give(i, a)
	}
}

// gets reports whether an interface gets an address of the subnet.
func (h *handout) gets(i *iface) bool {
	return i.Decl.Addresses == nil && (h.subnet.prefix.Addr().Is4() || i.hasIPv6())
}

func (h *handout) give(i *iface, a netip.Addr) {
	i.addresses = append(i.addresses, netip.PrefixFrom(a, h.subnet.prefix.Bits()))
}

// free returns the address of an interface's slot. It reports false if that is
// another's, or outside of the subnet.
func (h *handout) free(i *iface) (netip.Addr, bool) {
	slot := h.slots[i]
	if i.InLowerSegment() && slot < h.lowest() {
		return netip.Addr{}, false // the slot of another one
	}
	a, ok := h.subnet.slot(slot)
	return a, ok && !h.written[a] && !h.used[a]
}

// substitute returns an address for an interface whose slot is taken: the slot of the
// interface that took it; if that has none, the last free address of the subnet;
// otherwise any slot that its interface does not use.
func (h *handout) substitute(i *iface) (netip.Addr, bool) {
	for at := i; at != nil; {
		a, ok := h.free(at)
		if ok {
			return a, true
		}
		at = h.owners[a]
	}
	for h.end > h.lowest() {
		h.end--
		if a, ok := h.subnet.slot(h.end); ok && !h.written[a] {
			return a, true
		}
	}
	for _, other := range h.ifaces {
		if a, ok := h.free(other); ok && !h.gets(other) {
			return a, true
		}
	}
	return netip.Addr{}, false
}

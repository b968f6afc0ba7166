package compile

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/topo"
)

// A Test says that one node must, or must not, reach another.
type Test struct {
	From string // a node; topo.HostNode need not be part of the lab
	To   string // as the file has it: a node, "node:interface" or an address

	// Addresses that To stands for, at most one of each family: those of a
	// family that From has too, if there are any. Empty: To has no address.
	Addresses []netip.Addr

	Expect topo.Expect // never empty
	Pos    topo.Pos    // not known: the test follows from the cabling
}

// tests returns the tests of the file, or if it has none those of the ring.
func (c *compiler) tests() []Test {
	if len(c.topo.Tests) == 0 {
		return c.ring()
	}
	tests := make([]Test, 0, len(c.topo.Tests))
	for _, t := range c.topo.Tests {
		if t.Expect == "" {
			t.Expect = topo.Reachable
		}
		to, ok := c.target(t.To)
		if !ok {
			c.fail(t.Pos, "link it to a node first", "test: %s is not part of this lab", t.To)
			continue
		}
		tests = append(tests, Test{t.From, t.To, spokenBy(c.byName[t.From], to), t.Expect, t.Pos})
	}
	return tests
}

// target returns the addresses that the word stands for, the first of each
// family. It reports false if the lab has no such node, which can only be
// the machine's own namespace.
func (c *compiler) target(to string) ([]netip.Addr, bool) {
	if a, err := netip.ParseAddr(to); err == nil {
		return []netip.Addr{a}, true
	}
	if n := c.byName[to]; n != nil {
		return firstAddrs(n.ifaces...), true
	}
	name, dev, _ := strings.Cut(to, ":")
	if n := c.byName[name]; n != nil {
		for _, i := range n.ifaces {
			if i.name == dev {
				return firstAddrs(i), true
			}
		}
	}
	return nil, false
}

// firstAddrs returns the first address of each family that can be routed, IPv4
// first.
func firstAddrs(ifaces ...*iface) []netip.Addr {
	var addrs []netip.Addr
	for _, ipv6 := range []bool{false, true} {
		if a := firstAddr(ipv6, ifaces...); a.IsValid() {
			addrs = append(addrs, a)
		}
	}
	return addrs
}

func firstAddr(ipv6 bool, ifaces ...*iface) netip.Addr {
	for _, i := range ifaces {
		for _, p := range i.addresses {
			if p.Addr().Is6() == ipv6 && isGlobal(p) {
				return p.Addr()
			}
		}
	}
	return netip.Addr{}
}

// spokenBy returns those addresses whose family a node has too; all if that
// leaves none, or if it is not known what the node has.
func spokenBy(n *node, addrs []netip.Addr) []netip.Addr {
	if n == nil {
		return addrs
	}
	spoken := slices.DeleteFunc(slices.Clone(addrs), func(a netip.Addr) bool {
		return !firstAddr(a.Is6(), n.ifaces...).IsValid()
	})
	if len(spoken) == 0 {
		return addrs
	}
	return spoken
}

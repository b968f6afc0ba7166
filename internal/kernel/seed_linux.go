package kernel

import (
	"net/netip"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// seedBatch is how many neighbour entries are collected before they are sent, some
// 50 KiB.
const seedBatch = 1000

// SeedNeighbours adds to the neighbour table of each link the other addresses of its
// subnets, as if all had been resolved. The entries do not count towards gc_thresh3,
// the limit of the whole machine. The kernel still verifies one when it is used, and
// resolves it again if its MAC has changed.
func SeedNeighbours(s *state.State) error {
	subnets := neighboursBySubnet(s)
	names := s.Names()
	return netns.Each(names, func(i int) error {
		return inside(func(c *conn) error { return c.seed(s, names[i], subnets) })
	})
}

// A neighbour is an address of a link with its MAC.
type neighbour struct {
	address netip.Addr
	mac     topo.MAC
}

// neighboursBySubnet returns the addresses in each subnet.
func neighboursBySubnet(s *state.State) map[netip.Prefix][]neighbour {
	subnets := map[netip.Prefix][]neighbour{}
	for _, name := range s.Names() {
		ns := s.Namespaces[name]
		for _, link := range ns.LinkNames() {
			l := ns.Links[link]
			mac := s.LinkAddress(state.Endpoint{Namespace: name, Link: link})
			if mac.IsZero() || !l.Up {
				continue
			}
			for _, p := range l.Addresses {
				if !p.Addr().IsLinkLocalUnicast() {
					subnets[p.Masked()] = append(subnets[p.Masked()], neighbour{p.Addr(), mac})
				}
			}
		}
	}
	return subnets
}

// seed adds the neighbour entries of a namespace.
func (c *conn) seed(s *state.State, name string, subnets map[netip.Prefix][]neighbour) error {
	seen := &seenNamespace{name: name}
	if err := c.links(seen, managed); err != nil {
		return err
	}
	var b batch
	for _, l := range seen.links {
		wanted := s.Link(state.Endpoint{Namespace: name, Link: l.Name})
		if wanted == nil {
			continue
		}
		for _, p := range wanted.Addresses {
			for _, n := range subnets[p.Masked()] {
				if n.address == p.Addr() {
					continue
				}
				b.op++
				b.neighbour(l.Index, n)
				if len(b.ops) == seedBatch {
					if err := c.do(&b); err != nil {
						return err
					}
				}
			}
		}
	}
	return c.do(&b)
}

// neighbour appends a message that adds a neighbour entry. NTF_EXT_LEARNED keeps it
// from being counted; NUD_STALE makes the kernel probe the neighbour soon after its
// first use (RFC 4861, section 7.3.3, and the same for ARP).
func (b *batch) neighbour(index int, n neighbour) {
	b.message(unix.RTM_NEWNEIGH, unix.NLM_F_CREATE|unix.NLM_F_REPLACE, func() {
		h := b.zeros(unix.SizeofNdMsg)
		h[0] = familyOf(n.address)
		native.PutUint32(h[4:], uint32(index))
		native.PutUint16(h[8:], unix.NUD_STALE)
		h[10] = unix.NTF_EXT_LEARNED
		b.attr(unix.NDA_DST, n.address.AsSlice())
		b.attr(unix.NDA_LLADDR, n.mac[:])
	})
}

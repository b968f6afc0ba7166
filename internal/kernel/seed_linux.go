package kernel

import (
	"net/netip"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// introduceBatch is how many neighbours are added with one message to the
// kernel, which takes 200 KiB at a time.
const introduceBatch = 1000

// SeedNeighbours makes all links of a subnet known to each other, as if they had
// looked for each other already: by entries of their neighbour tables that do
// not count towards the machine's limit (gc_thresh3). The kernel still makes sure
// of a neighbour when it is used, and looks for it as always where it has moved.
func SeedNeighbours(s *state.State) error {
	subnets := neighbourhoods(s)
	names := s.Names()
	return netns.Each(names, func(i int) error {
		return inside(func(c *conn) error { return c.introduce(s, names[i], subnets) })
	})
}

// A neighbour is somebody's address on a link.
type neighbour struct {
	address netip.Addr
	mac     topo.MAC
}

// neighbourhoods returns who has an address in each subnet.
func neighbourhoods(s *state.State) map[netip.Prefix][]neighbour {
	subnets := map[netip.Prefix][]neighbour{}
	for _, name := range s.Names() {
		ns := s.Namespaces[name]
		for _, link := range ns.LinkNames() {
			l := ns.Links[link]
			if l.MAC.IsZero() || !l.Up {
				continue
			}
			for _, p := range l.Addresses {
				if !p.Addr().IsLinkLocalUnicast() {
					subnets[p.Masked()] = append(subnets[p.Masked()], neighbour{p.Addr(), l.MAC})
				}
			}
		}
	}
	return subnets
}

// introduce adds the neighbours of a namespace.
func (c *conn) introduce(s *state.State, name string, subnets map[netip.Prefix][]neighbour) error {
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
				b.neighbour(l.Index, n)
				if len(b.ops) == introduceBatch {
					if err := c.do(&b); err != nil {
						return err
					}
				}
			}
		}
	}
	return c.do(&b)
}

// neighbour appends a message that adds a neighbour. That it was learned
// outside of the kernel keeps it from being counted, that it is stale makes the
// kernel ask the neighbour itself soon after its first use (RFC 4861, section
// 7.3.3, and the same for ARP).
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

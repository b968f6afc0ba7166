package plan

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// Stale is what a namespace has learned from packets and what contradicts a State. The
// kernel keeps it for half a minute (neighbours, /proc/sys/net/ipv4/neigh), five (bridges)
// or as long as packets come (connections), and sends packets to the wrong place meanwhile.
type Stale struct {
	Neighbours []StaleNeighbour
	Bridges    []int // by index: all that they have learned of where MACs are
	Conntrack  bool  // all tracked connections: their translation is the old one
}

// A StaleNeighbour is an entry of a neighbour table. It need not exist.
type StaleNeighbour struct {
	Index   int // of the link
	Address netip.Addr
}

// StaleAfter returns what may be stale once before, which was observed, has become
// after, by namespace. Namespaces and links that before does not have have learned
// nothing.
func StaleAfter(before, after *state.State) map[string]Stale {
	all := map[string]Stale{}
	if len(before.Namespaces) == 0 {
		return all
	}
	s := staleness{before, after, movedAddresses(before, after), !sameWiring(before, after)}
	for name, now := range before.Namespaces {
		if want := after.Namespaces[name]; want != nil {
			s.add(all, now, want)
		}
	}
	return all
}

// StaleLearned adds to all the neighbour entries that contradict a State among those
// that were observed, by namespace: the address is that of a node, the MAC is not.
// What no node has is not judged: programs in nodes may have addresses of their own.
func StaleLearned(all map[string]Stale, learned map[string]state.Neighbours, before, after *state.State) {
	if len(learned) == 0 {
		return
	}
	owners := addressOwners(after)
	for name, list := range learned {
		for _, n := range list {
			at := state.Endpoint{Namespace: name, Link: n.Dev}
			l := before.Link(at)
			if l == nil || after.Link(at) == nil || answersFor(after, owners[n.Address], n.MAC) {
				continue
			}
			stale := all[name]
			stale.Neighbours = append(stale.Neighbours, StaleNeighbour{l.Index, n.Address})
			all[name] = stale
		}
	}
}

// answersFor reports whether a MAC is one of those that a node with one of the
// addresses has, on whichever link: the kernel answers on each for all addresses of
// the namespace (arp_ignore 0). True if the address has no owner.
func answersFor(s *state.State, owners []owner, mac topo.MAC) bool {
	if len(owners) == 0 {
		return true
	}
	return slices.ContainsFunc(owners, func(o owner) bool {
		for link := range s.Namespaces[o.namespace].Links {
			if s.LinkAddress(state.Endpoint{Namespace: o.namespace, Link: link}) == mac && !mac.IsZero() {
				return true
			}
		}
		return false
	})
}

type staleness struct {
	before, after *state.State
	moved         []netip.Addr // sorted
	rewired       bool
}

func (s *staleness) add(all map[string]Stale, now, want *state.Namespace) {
	var stale Stale
	for name, l := range now.Links {
		w := want.Links[name]
		if w == nil || l.Kind == nil {
			continue
		}
		if s.rewired && l.Kind.Traits().Forwards {
			stale.Bridges = append(stale.Bridges, l.Index)
		}
		if len(s.moved) > 0 && !s.before.LinkAddress(state.Endpoint{Namespace: now.Name, Link: name}).IsZero() {
			for _, a := range s.near(now, want, name) {
				stale.Neighbours = append(stale.Neighbours, StaleNeighbour{l.Index, a})
			}
		}
	}
	stale.Conntrack = translationChanged(now, want)
	if len(stale.Neighbours) > 0 || len(stale.Bridges) > 0 || stale.Conntrack {
		slices.Sort(stale.Bridges)
		all[now.Name] = stale
	}
}

// near returns the moved addresses for which a link may have neighbour entries, but
// for those to which it has a permanent one.
func (s *staleness) near(now, want *state.Namespace, link string) []netip.Addr {
	var list []netip.Addr
	for _, ns := range []*state.Namespace{now, want} {
		for _, p := range ns.Links[link].Addresses {
			list = s.within(list, p.Masked())
		}
		for _, r := range ns.Routes {
			switch {
			case r.Dev != link:
			case r.Via.IsValid():
				list = s.within(list, netip.PrefixFrom(r.Via, r.Via.BitLen()))
			default:
				list = s.within(list, r.To)
			}
		}
	}
	if now.Links[link].HasIPv6() || want.Links[link].HasIPv6() {
		list = s.within(list, linkLocals())
	}
	slices.SortFunc(list, netip.Addr.Compare)
	return slices.DeleteFunc(slices.Compact(list), func(a netip.Addr) bool {
		_, permanent := want.Neighbours.Find(state.NeighbourKey{Address: a, Dev: link})
		return permanent
	})
}

// linkLocals returns fe80::/64.
func linkLocals() netip.Prefix { return netip.PrefixFrom(netip.AddrFrom16([16]byte{0xfe, 0x80}), 64) }

// within appends the moved addresses that lie in a prefix.
func (s *staleness) within(list []netip.Addr, p netip.Prefix) []netip.Addr {
	i, _ := slices.BinarySearchFunc(s.moved, p.Masked().Addr(), netip.Addr.Compare)
	for ; i < len(s.moved) && p.Contains(s.moved[i]); i++ {
		list = append(list, s.moved[i])
	}
	return list
}

// An owner of an address is a link that has it and is up.
type owner struct {
	namespace string
	mac       topo.MAC
}

func (o owner) compare(p owner) int {
	return cmp.Or(cmp.Compare(o.namespace, p.namespace), slices.Compare(o.mac[:], p.mac[:]))
}

// addressOwners returns who owns each address, in order.
func addressOwners(s *state.State) map[netip.Addr][]owner {
	owners := map[netip.Addr][]owner{}
	for name, ns := range s.Namespaces {
		for link, l := range ns.Links {
			if !l.Up {
				continue
			}
			mac := s.LinkAddress(state.Endpoint{Namespace: name, Link: link})
			for _, p := range l.Addresses {
				owners[p.Addr()] = append(owners[p.Addr()], owner{name, mac})
			}
		}
	}
	for _, list := range owners {
		slices.SortFunc(list, owner.compare)
	}
	return owners
}

// movedAddresses returns, in order, the addresses that have other owners in after than
// in before. A link-local address that is made of its owner's MAC never has another.
func movedAddresses(before, after *state.State) []netip.Addr {
	then, now := addressOwners(before), addressOwners(after)
	var moved []netip.Addr
	compare := func(a, b map[netip.Addr][]owner) {
		for addr, owners := range a {
			if !slices.Equal(owners, b[addr]) && !ofMAC(addr, owners) {
				moved = append(moved, addr)
			}
		}
	}
	compare(then, now)
	compare(now, then)
	slices.SortFunc(moved, netip.Addr.Compare)
	return slices.Compact(moved)
}

func ofMAC(a netip.Addr, owners []owner) bool {
	return a.IsLinkLocalUnicast() && a.Is6() && !slices.ContainsFunc(owners, func(o owner) bool {
		return o.mac.IsZero() || state.LinkLocal(o.mac).Addr() != a
	})
}

// sameWiring reports whether all links that before has are wired in after as they were,
// and no other ones have come.
func sameWiring(before, after *state.State) bool {
	for name, ns := range after.Namespaces {
		old := before.Namespaces[name]
		if old == nil || len(old.Links) != len(ns.Links) {
			return false
		}
		for link, l := range ns.Links {
			was := old.Links[link]
			if was == nil || was.MAC != l.MAC || was.Master != l.Master || was.Up != l.Up || was.Kind == nil || !was.Kind.Equal(l.Kind) {
				return false
			}
		}
	}
	return len(before.Namespaces) == len(after.Namespaces)
}

// translationChanged reports whether a namespace translates addresses in another way,
// or with other addresses of its own, than before.
func translationChanged(now, want *state.Namespace) bool {
	then, next := translation(now.Nftables), translation(want.Nftables)
	if !slices.EqualFunc(then, next, nft.Table.Equal) {
		return true
	}
	return len(next) > 0 && !slices.Equal(ownAddresses(now), ownAddresses(want))
}

// translation returns the tables with a chain of type nat.
func translation(rs nft.Ruleset) []nft.Table {
	return slices.DeleteFunc(slices.Clone(rs.Normal()), func(t nft.Table) bool {
		return !slices.ContainsFunc(t.Chains, func(c nft.Chain) bool { return c.Base != nil && c.Base.Type == "nat" })
	})
}

func ownAddresses(ns *state.Namespace) []netip.Prefix {
	var list []netip.Prefix
	for _, l := range ns.Links {
		list = append(list, l.Addresses...)
	}
	slices.SortFunc(list, state.ComparePrefixes)
	return list
}

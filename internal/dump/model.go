package dump

import (
	"net/netip"
	"slices"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// Model returns what a namespace of a State would show if the State were there: with
// what the kernel makes by itself, as far as a State decides it. Numbers that the
// State leaves to the kernel are the next free ones in the order of names; what the
// kernel draws at random, such as a MAC, is zero. A namespace that is not there is
// empty.
func Model(s *state.State, name string) *Namespace {
	m := model{state: s, name: name, index: map[string]map[string]int{}, ids: map[string]int32{}}
	ns := &Namespace{Name: name, Peers: map[int32]string{}}
	from := s.Namespace(name)
	if from == nil {
		return ns
	}
	m.number(name)
	for _, link := range m.byIndex(from) {
		ns.Links = append(ns.Links, m.link(link))
		ns.Addresses = append(ns.Addresses, m.addresses(link)...)
	}
	ns.Routes = m.routes(from, ns)
	for other, id := range m.ids {
		if other != state.Host {
			ns.Peers[id] = other
		}
	}
	return ns
}

// model makes one namespace.
type model struct {
	state *state.State
	name  string
	index map[string]map[string]int // of links, by namespace and name
	ids   map[string]int32          // of other namespaces, as this one numbers them
}

// number gives all links of a namespace numbers.
func (m *model) number(namespace string) map[string]int {
	if known := m.index[namespace]; known != nil {
		return known
	}
	numbers := map[string]int{}
	m.index[namespace] = numbers
	ns := m.state.Namespace(namespace)
	if ns == nil {
		return numbers
	}
	taken := map[int]bool{1: true}
	for name, l := range ns.Links {
		if l.Index != 0 {
			numbers[name], taken[l.Index] = l.Index, true
		}
	}
	next := 2
	for _, name := range ns.LinkNames() {
		switch {
		case numbers[name] != 0:
		case name == state.Lo:
			numbers[name] = 1
		default:
			for taken[next] {
				next++
			}
			numbers[name], taken[next] = next, true
		}
	}
	return numbers
}

func (m *model) byIndex(ns *state.Namespace) []*state.Link {
	numbers := m.number(ns.Name)
	list := make([]*state.Link, 0, len(ns.Links))
	for _, l := range ns.Links {
		list = append(list, l)
	}
	slices.SortFunc(list, func(a, b *state.Link) int { return numbers[a.Name] - numbers[b.Name] })
	return list
}

// id returns the number by which this namespace knows another.
func (m *model) id(other string) *int32 {
	if other == m.name {
		return nil
	}
	id, known := m.ids[other]
	if !known {
		id = int32(len(m.ids))
		m.ids[other] = id
	}
	return &id
}

// Hardware types (linux/if_arp.h) and what Ethernet sends to all with.
const (
	arphrdEther    = 1
	arphrdLoopback = 772
)

func (m *model) link(l *state.Link) Link {
	d := Link{
		Index: m.number(m.name)[l.Name], Name: l.Name, MTU: l.MTU, Alias: l.Alias,
		Type: arphrdEther, Flags: Broadcast | Multicast, Address: hardware(l.MAC), Broadcast: HWAddr{255, 255, 255, 255, 255, 255},
		OperState: "down", Qdisc: "noop", TxQueueLen: 1000,
	}
	if !l.AutoLinkLocal {
		d.AddrGenMode = 1
	}
	switch kind := l.Kind.(type) {
	case state.Loopback:
		d.Type, d.Flags, d.Broadcast = arphrdLoopback, Loopback, make(HWAddr, 6)
	case state.Veth:
		d.Kind = kind.Kind()
		d.Parent, d.ParentNetns = m.number(kind.Peer.Namespace)[kind.Peer.Link], m.id(kind.Peer.Namespace)
	case state.Bridge:
		d.Kind, d.Info = kind.Kind(), Bridge{STP: kind.STP, ForwardDelay: kind.ForwardDelay}
	}
	if l.Master != "" {
		d.Master = m.number(m.name)[l.Master]
	}
	if l.Up {
		m.up(l, &d)
	}
	return d
}

func hardware(mac topo.MAC) HWAddr { return HWAddr(slices.Clone(mac[:])) }

// up makes a link one that is up.
func (m *model) up(l *state.Link, d *Link) {
	d.Flags |= Up
	d.Qdisc = "noqueue"
	switch {
	case l.Name == state.Lo:
		d.Flags |= Running | LowerUp
		d.OperState = "unknown"
	case m.carrier(l):
		d.Flags |= Running | LowerUp
		d.OperState = "up"
	case d.Kind == state.Veth{}.Kind():
		d.OperState = "lowerlayerdown"
	}
}

// carrier reports whether a link that is up gets a signal: from the other end of
// its cable or, if it is a bridge, from one of its ports.
func (m *model) carrier(l *state.Link) bool {
	switch kind := l.Kind.(type) {
	case state.Veth:
		peer := m.state.Link(kind.Peer)
		return peer != nil && peer.Up
	case state.Bridge:
		for _, port := range m.state.Namespaces[m.name].Links {
			if port.Master == l.Name && port.Up && m.carrier(port) {
				return true
			}
		}
		return false
	}
	return true
}

// Numbers of linux/if_addr.h and linux/rtnetlink.h.
const (
	permanent = 0x80 // IFA_F_PERMANENT
	secondary = 0x01 // IFA_F_SECONDARY
	noDAD     = 0x02 // IFA_F_NODAD

	scopeGlobal = 0
	scopeLink   = 253
	scopeHost   = 254

	tableMain   = 254
	fromKernel  = 2 // RTPROT_KERNEL
	fromBoot    = 3 // RTPROT_BOOT, which ip writes
	unicast     = 1
	linkDown    = 16 // RTNH_F_LINKDOWN
	ipv6Metric  = 1024
	ipv6Kernels = 256 // metric of the routes that the kernel makes
)

func (m *model) addresses(l *state.Link) []Address {
	var list []Address
	index := m.number(m.name)[l.Name]
	add := func(p netip.Prefix, scope uint8, flags uint32) {
		a := Address{Index: index, Prefix: p, Scope: scope, Flags: permanent | flags, Valid: Forever, Preferred: Forever}
		if p.Addr().Is4() {
			a.Label = l.Name
		}
		list = append(list, a)
	}
	if l.Name == state.Lo && l.Up {
		add(netip.MustParsePrefix("127.0.0.1/8"), scopeHost, 0)
	}
	subnets := map[netip.Prefix]bool{}
	for _, p := range l.Addresses {
		switch {
		case p.Addr().Is4() && subnets[p.Masked()]:
			add(p, scopeGlobal, secondary)
		case p.Addr().Is4():
			subnets[p.Masked()] = true
			add(p, scopeGlobal, 0)
		case p.Addr().IsLinkLocalUnicast():
			add(p, scopeLink, noDAD)
		default:
			add(p, scopeGlobal, noDAD)
		}
	}
	switch {
	case l.Name == state.Lo && l.Up:
		add(netip.MustParsePrefix("::1/128"), scopeHost, 0)
	case l.AutoLinkLocal && l.Up && !l.MAC.IsZero() && m.carrier(l):
		add(state.LinkLocal(l.MAC), scopeLink, 0)
	}
	slices.SortStableFunc(list, func(a, b Address) int { return family(a.Prefix) - family(b.Prefix) })
	return list
}

func family(p netip.Prefix) int {
	if p.Addr().Is4() {
		return 4
	}
	return 6
}

// routes are those somebody wrote, and those that the kernel makes of addresses.
func (m *model) routes(from *state.Namespace, ns *Namespace) []Route {
	var list []Route
	for _, a := range ns.Addresses {
		l := ns.Link(a.Index)
		if !l.Flags.Has(Up) || a.Prefix.IsSingleIP() || a.Flags&secondary != 0 || l.Name == state.Lo {
			continue
		}
		list = append(list, connected(a, l))
	}
	for _, r := range from.Routes {
		index := m.number(m.name)[r.Dev]
		d := Route{To: r.To, Via: r.Via, Index: index, Table: tableMain, Protocol: fromBoot, Type: unicast, Metric: r.Metric}
		switch {
		case r.To.Addr().Is6() && r.Metric == 0:
			d.Metric = ipv6Metric
		case r.To.Addr().Is4() && !r.Via.IsValid():
			d.Scope = scopeLink
		}
		if l := ns.Link(index); l != nil && !l.Flags.Has(Running) {
			d.Flags = linkDown
		}
		list = append(list, d)
	}
	slices.SortStableFunc(list, func(a, b Route) int { return state.ComparePrefixes(a.To, b.To) })
	return list
}

// connected is the route that an address brings along.
func connected(a Address, l *Link) Route {
	r := Route{To: a.Prefix.Masked(), Index: l.Index, Table: tableMain, Protocol: fromKernel, Type: unicast}
	if a.Prefix.Addr().Is4() {
		r.Scope, r.Source = scopeLink, a.Prefix.Addr()
	} else {
		r.Metric = ipv6Kernels
	}
	if !l.Flags.Has(Running) {
		r.Flags = linkDown
	}
	return r
}

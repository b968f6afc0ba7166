package dump

import (
	"slices"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// Model returns the dump of a namespace of a State at rest, with the routes, addresses
// and flags that the kernel adds as far as the State determines them. Indexes left to
// the kernel are the next free ones in the order of names; what the kernel chooses at
// random, such as a MAC, is zero. Times, counters, queues, offloads and the effects of
// earlier states are left out. The dump of an unknown namespace is empty.
func Model(s *state.State, name string) *Namespace {
	m := model{state: s, name: name, links: map[string]map[string]int{}, ids: map[string]int32{}}
	ns := &Namespace{Name: name, Peers: map[int32]string{}}
	from := s.Namespace(name)
	if from == nil {
		return ns
	}
	m.indexes(name)
	for _, show := range modelObjects {
		show(&m, from, ns)
	}
	for other, id := range m.ids {
		if other != state.Host {
			ns.Peers[id] = other
		}
	}
	return ns
}

// modelObjects has one row per kind of object, in this order: a row may use the objects
// that earlier rows added to ns.
var modelObjects = []func(m *model, from *state.Namespace, ns *Namespace){
	func(m *model, from *state.Namespace, ns *Namespace) {
		for _, link := range m.byIndex(from) {
			ns.Links = append(ns.Links, m.link(link))
		}
	},
	func(m *model, from *state.Namespace, ns *Namespace) {
		for _, link := range m.byIndex(from) {
			ns.Addresses = append(ns.Addresses, m.addresses(link)...)
		}
	},
	func(m *model, from *state.Namespace, ns *Namespace) { ns.Routes = m.routes(from, ns) },
	func(_ *model, _ *state.Namespace, ns *Namespace) { ns.Rules = defaultRules() },
	(*model).neighbours,
}

// model builds the dump of one namespace.
type model struct {
	state *state.State
	name  string
	links map[string]map[string]int // indexes, by namespace and name
	ids   map[string]int32          // nsids of other namespaces in this one
}

// indexes returns the indexes of all links of a namespace.
func (m *model) indexes(namespace string) map[string]int {
	if known := m.links[namespace]; known != nil {
		return known
	}
	indexes := map[string]int{}
	m.links[namespace] = indexes
	ns := m.state.Namespace(namespace)
	if ns == nil {
		return indexes
	}
	taken := map[int]bool{1: true}
	for name, l := range ns.Links {
		if l.Index != 0 {
			indexes[name], taken[l.Index] = l.Index, true
		}
	}
	next := 2
	for _, name := range ns.LinkNames() {
		switch {
		case indexes[name] != 0:
		case name == state.Lo:
			indexes[name] = 1
		default:
			for taken[next] {
				next++
			}
			indexes[name], taken[next] = next, true
		}
	}
	return indexes
}

func (m *model) byIndex(ns *state.Namespace) []*state.Link {
	indexes := m.indexes(ns.Name)
	list := make([]*state.Link, 0, len(ns.Links))
	for _, l := range ns.Links {
		list = append(list, l)
	}
	slices.SortFunc(list, func(a, b *state.Link) int { return indexes[a.Name] - indexes[b.Name] })
	return list
}

// id returns the nsid of another namespace in this one.
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

// Hardware types (linux/if_arp.h).
const (
	arphrdEther    = 1
	arphrdLoopback = 772
)

func (m *model) link(l *state.Link) Link {
	d := Link{
		Index: m.indexes(m.name)[l.Name], Name: l.Name, MTU: l.MTU, Alias: l.Alias,
		Type: arphrdEther, Flags: Broadcast | Multicast, Address: hardware(m.state.LinkAddress(state.Endpoint{Namespace: m.name, Link: l.Name})), Broadcast: HWAddr{255, 255, 255, 255, 255, 255},
		OperState: "down", Qdisc: "noop", TxQueueLen: 1000,
	}
	if !l.AutoLinkLocal {
		d.AddrGenMode = 1
	}
	m.kind(l, &d)
	if l.Master != "" {
		d.Master = m.indexes(m.name)[l.Master]
	}
	if l.Up {
		m.up(l, &d)
	}
	return d
}

func hardware(mac topo.MAC) HWAddr { return HWAddr(slices.Clone(mac[:])) }

// up sets the flags, qdisc and operstate of a link that is up.
func (m *model) up(l *state.Link, d *Link) {
	d.Flags |= Up
	d.Qdisc = "noqueue"
	switch {
	case m.carrier(l):
		d.Flags |= Running | LowerUp
		if d.OperState = "up"; l.Kind.Traits().NoOperState {
			d.OperState = "unknown"
		}
	case d.Parent != 0:
		d.OperState = "lowerlayerdown"
	}
}

// carrier reports whether a link that is up has a carrier.
func (m *model) carrier(l *state.Link) bool {
	return m.state.Carrier(state.Endpoint{Namespace: m.name, Link: l.Name})
}

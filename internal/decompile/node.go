package decompile

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// names finds out what the nodes are called. If all namespaces are those of one
// lab of ours, their names are as before.
func (w *writer) names() {
	w.nodes = map[string]string{state.Host: topo.HostNode}
	w.prefix = new("")
	taken := map[string]bool{}
	for _, name := range w.state.Names() {
		if name == state.Host {
			continue
		}
		node := name
		for node == topo.HostNode || node == topo.AllNodes || taken[node] {
			node += "-ns"
		}
		if node != name {
			w.rename(name, node)
		}
		taken[node] = true
	}
	for _, name := range w.state.Names() {
		if name != state.Host {
			w.nodes[name] = name
		}
	}
	w.cutPrefix()
}

// rename gives a namespace a name that a node can have.
func (w *writer) rename(name, node string) {
	w.lose(state.Endpoint{Namespace: name}, "", fmt.Sprintf("%q has a meaning of its own in a lab file: the namespace is called %q there", name, node))
	ns := w.state.Namespaces[name]
	delete(w.state.Namespaces, name)
	ns.Name = node
	w.state.Namespaces[node] = ns
	for _, other := range w.state.Namespaces {
		for _, l := range other.Links {
			if peer, ok := l.Peer(); ok && peer.Namespace == name {
				l.Kind = l.Kind.Renamed(peer, state.Endpoint{Namespace: node, Link: peer.Link})
			}
		}
	}
	for i, e := range w.options.Order {
		if e.Namespace == name {
			w.options.Order[i].Namespace = node
		}
	}
}

// cutPrefix leaves to the prefix what goes before all names, if it is the one that
// a lab of that name has anyway.
func (w *writer) cutPrefix() {
	if !w.prefixed() {
		return
	}
	w.prefix = nil
	for _, name := range w.state.Names() {
		if name != state.Host {
			w.nodes[name] = strings.TrimPrefix(name, w.options.Name+".")
		}
	}
}

// prefixed reports whether all namespaces are called as those of the lab are.
func (w *writer) prefixed() bool {
	prefix, any := w.options.Name+".", false
	for _, name := range w.state.Names() {
		if name == state.Host {
			continue
		}
		any = true
		rest, ok := strings.CutPrefix(name, prefix)
		if !ok || rest == "" || rest == topo.HostNode || rest == topo.AllNodes {
			return false
		}
	}
	return any
}

// node writes a namespace. It reports false if there is nothing to say.
func (w *writer) node(ns *state.Namespace) (topo.Node, bool) {
	n := topo.Node{Name: w.nodes[ns.Name], Pos: w.at(place{at: state.Endpoint{Namespace: ns.Name}})}
	if ns.Name == state.Host {
		w.hostSettings(ns)
	}
	n.Kind, n.Sysctls = kindOf(ns)
	n.Nftables = w.filter(ns)
	for _, link := range w.linkOrder(ns) {
		if i, ok := w.iface(ns, ns.Links[link]); ok {
			n.Interfaces = append(n.Interfaces, i)
		}
	}
	for _, r := range ns.Routes {
		n.Routes = append(n.Routes, topo.Route{
			To: r.To, Via: r.Via, Dev: r.Dev, Metric: r.Metric,
			Pos: w.at(place{state.Endpoint{Namespace: ns.Name}, r}),
		})
	}
	return n, ns.Name != state.Host || len(n.Interfaces)+len(n.Routes) > 0
}

// hostSettings takes out of the State what is the machine's own.
func (w *writer) hostSettings(ns *state.Namespace) {
	at := state.Endpoint{Namespace: ns.Name}
	for _, key := range slices.Sorted(maps.Keys(ns.Sysctls)) {
		w.lose(at, key, "it is a setting of the machine itself, which a lab does not change")
		delete(ns.Sysctls, key)
	}
	if lo := ns.Links[state.Lo]; lo != nil {
		for _, a := range lo.Addresses {
			w.lose(state.Endpoint{Namespace: ns.Name, Link: lo.Name}, a.String(), "lo is the machine's own, which a lab does not change")
		}
		delete(ns.Links, state.Lo)
	}
}

// kindOf returns what a namespace does with packets that are not for it, and the
// settings that this does not say.
func kindOf(ns *state.Namespace) (topo.Kind, map[string]string) {
	sysctls := maps.Clone(ns.Sysctls)
	four, six := sysctls[state.ForwardIPv4] == "1", sysctls[state.ForwardIPv6] == "1"
	kind := topo.Kind("")
	switch {
	case four && !six && hasIPv6(ns):
		sysctls[state.ForwardIPv6] = "0"
		fallthrough
	case four:
		kind = topo.Router
		delete(sysctls, state.ForwardIPv4)
		if six {
			delete(sysctls, state.ForwardIPv6)
		}
	}
	if len(sysctls) == 0 {
		return kind, nil
	}
	return kind, sysctls
}

// linkOrder returns the names of a namespace's links in the order of the file.
func (w *writer) linkOrder(ns *state.Namespace) []string {
	names := ns.LinkNames()
	rank := func(link string) int {
		i := slices.Index(w.options.Order, state.Endpoint{Namespace: ns.Name, Link: link})
		if i < 0 {
			return len(w.options.Order)
		}
		return i
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
	return names
}

// iface writes a link. It reports false if there is nothing to say.
func (w *writer) iface(ns *state.Namespace, l *state.Link) (topo.Interface, bool) {
	at := state.Endpoint{Namespace: ns.Name, Link: l.Name}
	w.unsayable(at, l)
	i := topo.Interface{Name: l.Name, MAC: l.MAC, Down: !l.Up, Pos: w.at(place{at: at}), Addresses: slices.Clone(l.Addresses)}
	if l.Name == state.Lo {
		i.Down = false
		return i, len(i.Addresses) > 0
	}
	peer, paired := l.Peer()
	write := linkKinds()[l.KindName()].write
	switch {
	case paired:
		if s := w.state.Link(peer); s == nil || s.MTU != l.MTU {
			i.MTU = w.mtu(l.MTU, state.DefaultMTU)
		}
	case write != nil:
		write(w, ns, l, &i)
	default:
		return i, false
	}
	for _, put := range linkParts {
		put(w, ns, l, &i)
	}
	if l.Master != "" && paired { // a port has no addresses anyway
		return i, !i.SaysNothing()
	}
	if i.Addresses == nil {
		i.Addresses = []netip.Prefix{}
	}
	return i, true
}

// linkParts has one row per sort of what a file says of a link beside what it is.
var linkParts = []func(w *writer, ns *state.Namespace, l *state.Link, i *topo.Interface){
	putNeighbours,
}

// unsayable takes out of the State what a file has no words for.
func (w *writer) unsayable(at state.Endpoint, l *state.Link) {
	if l.Alias != "" {
		w.lose(at, l.Alias, "a lab file has no aliases")
		l.Alias = ""
	}
	if l.Master != "" {
		for _, a := range l.Addresses {
			w.lose(at, a.String(), fmt.Sprintf("%s is a port of %s, and in a lab file ports have no addresses", l.Name, l.Master))
		}
		l.Addresses = nil
	}
	if l.Name == state.Lo {
		if l.MTU != state.LoMTU {
			w.lose(at, fmt.Sprint("mtu ", l.MTU), "in a lab file lo can have addresses and nothing else")
			l.MTU = state.LoMTU
		}
		l.MAC = topo.MAC{}
	}
}

// mtu returns what is to be written for an MTU that would be another by itself.
func (w *writer) mtu(mtu, byItself int) int {
	if mtu == byItself {
		return 0
	}
	return mtu
}

// ports returns the names of a bridge's ports.
func ports(ns *state.Namespace, bridge string) []string {
	names := []string{}
	for _, link := range ns.LinkNames() {
		if ns.Links[link].Master == bridge {
			names = append(names, link)
		}
	}
	return names
}

// bridgeMTU returns the MTU that a bridge takes over from its ports.
func bridgeMTU(ns *state.Namespace, bridge string) int {
	least := 0
	for _, port := range ports(ns, bridge) {
		if mtu := ns.Links[port].MTU; least == 0 || mtu < least {
			least = mtu
		}
	}
	return cmp.Or(least, state.DefaultMTU)
}

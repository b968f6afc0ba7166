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

// names chooses the names of nodes. If all namespaces have the prefix of the lab, nodes
// are named without it.
func (w *writer) names() {
	w.nodes = map[string]string{state.Host: topo.HostNode}
	w.prefix = new("")
	for _, name := range w.state.Names() {
		if name != topo.HostNode && name != topo.AllNodes {
			continue
		}
		node := name + "-ns"
		for w.state.Namespace(node) != nil {
			node += "-ns"
		}
		w.rename(name, node)
	}
	for _, name := range w.state.Names() {
		if name != state.Host {
			w.nodes[name] = name
		}
	}
	w.cutPrefix()
}

// rename gives a namespace another name, since its own is reserved in lab files.
func (w *writer) rename(name, node string) {
	w.lose(state.Endpoint{Namespace: name}, "", fmt.Sprintf("%q is reserved in a lab file: the namespace is called %q there", name, node))
	ns := w.state.Namespaces[name]
	delete(w.state.Namespaces, name)
	ns.Name = node
	w.state.Namespaces[node] = ns
	for _, other := range w.state.Namespaces {
		for _, l := range other.Links {
			for _, e := range l.Related() {
				if e.Namespace == name {
					l.Kind = l.Kind.Renamed(e, state.Endpoint{Namespace: node, Link: e.Link})
				}
			}
		}
	}
	for i, e := range w.options.Order {
		if e.Namespace == name {
			w.options.Order[i].Namespace = node
		}
	}
}

// cutPrefix removes the lab's default prefix from the names of nodes, if all namespaces
// have it.
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

// prefixed reports whether all namespaces have the lab's default prefix.
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

// node writes a namespace. It returns false for a host namespace without interfaces and
// routes.
func (w *writer) node(ns *state.Namespace) (topo.Node, bool) {
	n := topo.Node{Name: w.nodes[ns.Name], Pos: w.at(origin{at: state.Endpoint{Namespace: ns.Name}})}
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
			Pos: w.at(origin{state.Endpoint{Namespace: ns.Name}, r}),
		})
	}
	return n, ns.Name != state.Host || len(n.Interfaces)+len(n.Routes) > 0
}

// hostSettings removes sysctls of the host namespace and its lo, which labs do not
// change.
func (w *writer) hostSettings(ns *state.Namespace) {
	at := state.Endpoint{Namespace: ns.Name}
	for _, key := range slices.Sorted(maps.Keys(ns.Sysctls)) {
		w.lose(at, key, "it is a sysctl of the host namespace, which a lab does not change")
		delete(ns.Sysctls, key)
	}
	if lo := ns.Links[state.Lo]; lo != nil {
		for _, a := range lo.Addresses {
			w.lose(state.Endpoint{Namespace: ns.Name, Link: lo.Name}, a.String(), "it is on lo of the host namespace, which a lab does not change")
		}
		delete(ns.Links, state.Lo)
	}
}

// kindOf returns the kind of a node by its forwarding sysctls, and the sysctls that the
// kind does not imply.
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
	rank := func(link string) int { return w.rank(state.Endpoint{Namespace: ns.Name, Link: link}) }
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
	return names
}

// iface writes a link. It returns false if the link needs no entry.
func (w *writer) iface(ns *state.Namespace, l *state.Link) (topo.Interface, bool) {
	at := state.Endpoint{Namespace: ns.Name, Link: l.Name}
	w.dropUnwritable(at, l)
	i := topo.Interface{Name: l.Name, MAC: l.MAC, Down: !l.Up, Pos: w.at(origin{at: at}), Addresses: slices.Clone(l.Addresses)}
	if l.Name == state.Lo {
		i.Down = false
		return i, len(i.Addresses) > 0
	}
	peer, paired := l.Peer()
	kind := linkKinds()[l.KindName()]
	switch {
	case paired:
		if s := w.state.Link(peer); s == nil || s.MTU != l.MTU {
			i.MTU = w.mtu(l.MTU, state.DefaultMTU)
		}
	case kind.write != nil:
		byDefault := w.state.DefaultMTU(l.Kind)
		if kind.mtu != nil {
			byDefault = kind.mtu(ns, l.Name)
		}
		i.MTU = w.mtu(l.MTU, byDefault)
		kind.write(w, ns, l, &i)
	default:
		return i, false
	}
	for _, put := range linkParts {
		put(w, ns, l, &i)
	}
	if l.Master != "" && paired { // ports have no addresses
		return i, !i.IsEmpty()
	}
	if i.Addresses == nil {
		i.Addresses = []netip.Prefix{}
	}
	return i, true
}

// linkParts has one row per attribute of links of all kinds.
var linkParts = []func(w *writer, ns *state.Namespace, l *state.Link, i *topo.Interface){
	putNeighbours,
}

// dropUnwritable removes attributes of a link that a lab file cannot express.
func (w *writer) dropUnwritable(at state.Endpoint, l *state.Link) {
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

// mtu returns the MTU to write: 0 if mtu is the default.
func (w *writer) mtu(mtu, byDefault int) int {
	if mtu == byDefault {
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

// bridgeMTU returns the default MTU of a bridge: the smallest of its ports.
func bridgeMTU(ns *state.Namespace, bridge string) int {
	least := 0
	for _, port := range ports(ns, bridge) {
		if mtu := ns.Links[port].MTU; least == 0 || mtu < least {
			least = mtu
		}
	}
	return cmp.Or(least, state.DefaultMTU)
}

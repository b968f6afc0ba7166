package decompile

import (
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// dropAt removes from the State the part that an error refers to: a route, the
// addresses that the error names, else other settings of the link or namespace, else
// the whole part. It reports whether it removed anything.
func (w *writer) dropAt(p origin, e *topo.Error) bool {
	ns := w.state.Namespace(p.at.Namespace)
	switch {
	case ns == nil:
		return false
	case p.route.To.IsValid():
		return w.dropRoute(ns, p, e)
	case p.at.Link == "":
		return w.dropSettings(ns, p.at, e)
	case ns.Links[p.at.Link] == nil:
		return false
	}
	l := ns.Links[p.at.Link]
	if w.dropAddresses(p.at, l, e) || w.dropDetails(p.at, l, e) {
		return true
	}
	w.dropLink(p.at, e.Msg)
	return true
}

func (w *writer) dropRoute(ns *state.Namespace, p origin, e *topo.Error) bool {
	before := len(ns.Routes)
	ns.Routes = slices.DeleteFunc(slices.Clone(ns.Routes), func(r state.Route) bool { return r == p.route })
	if len(ns.Routes) == before {
		return false
	}
	w.lose(state.Endpoint{Namespace: ns.Name, Link: p.route.Dev}, p.route.To.String(), e.Msg)
	return true
}

// dropAddresses removes the addresses of a link that an error names.
func (w *writer) dropAddresses(at state.Endpoint, l *state.Link, e *topo.Error) bool {
	named := func(p netip.Prefix) bool {
		return slices.Contains(strings.FieldsFunc(e.Msg, func(r rune) bool { return strings.ContainsRune(" ,;()", r) }), p.String())
	}
	dropped := false
	l.Addresses = slices.DeleteFunc(slices.Clone(l.Addresses), func(p netip.Prefix) bool {
		if named(p) {
			w.lose(at, p.String(), e.Msg)
			dropped = true
		}
		return named(p)
	})
	return dropped
}

// dropDetails removes the MAC or MTU of a link if the error is about it.
func (w *writer) dropDetails(at state.Endpoint, l *state.Link, e *topo.Error) bool {
	switch {
	case strings.Contains(e.Msg, "MAC"), !l.MAC.IsZero() && strings.Contains(e.Msg, l.MAC.String()):
		if l.MAC.IsZero() {
			return false
		}
		w.lose(at, l.MAC.String(), e.Msg)
		l.MAC = topo.MAC{}
	case strings.HasPrefix(e.Msg, "mtu ") && l.MTU != state.DefaultMTU:
		w.lose(at, "mtu", e.Msg)
		l.MTU = state.DefaultMTU
	default:
		return false
	}
	return true
}

// dropSettings removes the sysctls that an error names, else the whole namespace.
func (w *writer) dropSettings(ns *state.Namespace, at state.Endpoint, e *topo.Error) bool {
	dropped := false
	for _, key := range slices.Sorted(maps.Keys(ns.Sysctls)) {
		if strings.Contains(e.Msg, key) {
			w.lose(at, key, e.Msg)
			delete(ns.Sysctls, key)
			dropped = true
		}
	}
	if dropped {
		return true
	}
	w.lose(at, "", e.Msg)
	for _, link := range ns.LinkNames() {
		if link == state.Lo {
			continue // every namespace has lo
		}
		w.dropLink(state.Endpoint{Namespace: ns.Name, Link: link}, e.Msg)
	}
	delete(w.state.Namespaces, ns.Name)
	return true
}

package plan

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// DelLink deletes a link. If it is a veth its peer goes with it.
type DelLink struct{ Link state.Endpoint }

// At implements [Op].
func (op DelLink) At() state.Endpoint { return op.Link }

// Play implements [Op].
func (op DelLink) Play(s *state.State) error {
	l, err := linkOf(s, op.Link)
	if err != nil {
		return err
	}
	if l.Name == state.Lo {
		return fmt.Errorf("%s cannot be deleted", op.Link)
	}
	dropLink(s, op.Link)
	return nil
}

// dropLink removes a link and what goes with it: its peer, the routes through
// it, and its ports' membership if it is a bridge.
func dropLink(s *state.State, e state.Endpoint) {
	ends := []state.Endpoint{e}
	if peer, ok := s.Link(e).Peer(); ok && s.Link(peer) != nil {
		ends = append(ends, peer)
	}
	for _, e := range ends {
		ns := s.Namespaces[e.Namespace]
		forgetLink(ns, ns.Links[e.Link])
	}
}

// forgetLink takes a link out of a namespace, and all that was about it.
func forgetLink(ns *state.Namespace, l *state.Link) {
	ns.Nftables.RenameLink(l.Name, strconv.Itoa(l.Index)) // rules go on naming its number
	delete(ns.Links, l.Name)
	maps.DeleteFunc(ns.Sysctls, func(key, _ string) bool { return state.SysctlLink(key) == l.Name })
	dropRoutes(ns, l.Name, func(state.Route) bool { return true })
	for _, port := range ns.Links {
		if port.Master == l.Name {
			port.Master = ""
		}
	}
}

// dropRoutes removes the routes through a link for which gone is true.
func dropRoutes(ns *state.Namespace, dev string, gone func(state.Route) bool) {
	ns.Routes = slices.DeleteFunc(ns.Routes, func(r state.Route) bool { return r.Dev == dev && gone(r) })
}

// SetLink changes what a link has had since it was made. A nil or zero field
// leaves a thing as it is.
type SetLink struct {
	Link          state.Endpoint
	Alias         *string
	Master        *string // "" takes the link out of its bridge
	AutoLinkLocal *bool   // takes effect when the link next comes up
	MAC           topo.MAC
	MTU           int // bytes
	Up            *bool
}

// At implements [Op].
func (op SetLink) At() state.Endpoint { return op.Link }

// Play implements [Op].
func (op SetLink) Play(s *state.State) error {
	l, err := linkOf(s, op.Link)
	if err != nil {
		return err
	}
	ns := s.Namespaces[op.Link.Namespace]
	if op.Master != nil {
		if bridge := ns.Links[*op.Master]; *op.Master != "" && (bridge == nil || bridge.KindName() != state.Bridge{}.Kind()) {
			return fmt.Errorf("no bridge %s for %s", state.Endpoint{Namespace: ns.Name, Link: *op.Master}, op.Link)
		}
	}
	set(&l.Alias, op.Alias)
	set(&l.Master, op.Master)
	set(&l.AutoLinkLocal, op.AutoLinkLocal)
	if !op.MAC.IsZero() {
		l.MAC = op.MAC
	}
	if op.MTU != 0 {
		l.MTU = op.MTU
	}
	if op.Up != nil && l.Up && !*op.Up {
		goDown(ns, l)
	}
	set(&l.Up, op.Up)
	return nil
}

func set[T any](dst, value *T) {
	if value != nil {
		*dst = *value
	}
}

// goDown does what the kernel does to a link that is set down: it keeps the
// IPv4 addresses, forgets the IPv6 ones and the routes.
func goDown(ns *state.Namespace, l *state.Link) {
	l.Addresses = slices.DeleteFunc(l.Addresses, isIPv6)
	dropRoutes(ns, l.Name, func(state.Route) bool { return true })
}

package plan

import (
	"cmp"
	"fmt"
	"net/netip"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// AddLink creates a link of any kind but pairs. It is down. If it has a lower link, it is
// created in its own namespace through that of the lower link.
type AddLink struct {
	Link  state.Endpoint
	Index int      // 0: the kernel's choice
	MAC   topo.MAC // zero: the kernel's choice
	MTU   int      // bytes; 0: the kernel's choice
	Alias string   // "": none; only of a link that is created in its own namespace
	Kind  state.Kind
}

// At implements [Op].
func (op AddLink) At() state.Endpoint { return op.Link }

// From returns the namespace through which the link is created.
func (op AddLink) From() string {
	if lower := op.Kind.Lower(); len(lower) > 0 {
		return lower[0].Namespace
	}
	return op.Link.Namespace
}

// Traits implements [Op].
func (op AddLink) Traits() Traits {
	t := Traits{
		NewLinks: []NewLink{{op.Link, op.Index, op.Alias}}, From: new(op.From()), Kind: op.Kind.Kind(), MTU: op.MTU,
		tutorial: op.addToTutorial,
	}
	t.Section = OtherLinks
	if op.Kind.Traits().Forwards {
		t.Section = Bridges
	}
	return t
}

// Apply implements [Op].
func (op AddLink) Apply(s *state.State) error {
	if err := mayAdd(s, op.Link, op.Index); err != nil {
		return err
	}
	if err := op.Kind.Check(); err != nil {
		return fmt.Errorf("%s: %w", op.Link, err)
	}
	kind, err := onLower(s, op.Link, op.Kind)
	if err != nil {
		return fmt.Errorf("%s: %w", op.Link, err)
	}
	mtu := cmp.Or(op.MTU, s.DefaultMTU(kind))
	if err := mtuFits(s, op.Link, kind, mtu); err != nil {
		return err
	}
	l := newLink(op.Link.Link, op.Index, op.MAC, mtu)
	l.Kind, l.Alias = kind, op.Alias
	s.Flat = s.Flat && len(kind.Lower()) == 0
	s.Namespaces[op.Link.Namespace].Links[l.Name] = l
	shareSettings(s, kind)
	return nil
}

// SetKind changes the settings of a link's kind in place.
type SetKind struct {
	Link   state.Endpoint
	Change state.Change
}

// At implements [Op].
func (op SetKind) At() state.Endpoint { return op.Link }

// Traits implements [Op].
func (op SetKind) Traits() Traits { return Traits{} }

// Apply implements [Op].
func (op SetKind) Apply(s *state.State) error {
	l, err := linkOf(s, op.Link)
	if err != nil {
		return err
	}
	next, err := op.Change.Apply(l.Kind)
	if err != nil {
		return fmt.Errorf("%s: %w", op.Link, err)
	}
	l.Kind = next
	shareSettings(s, next)
	return nil
}

// DelLink deletes a link, with its peer and all its upper links.
type DelLink struct{ Link state.Endpoint }

// At implements [Op].
func (op DelLink) At() state.Endpoint { return op.Link }

// Traits implements [Op].
func (op DelLink) Traits() Traits { return Traits{Removes: true, Deletes: true} }

// Apply implements [Op].
func (op DelLink) Apply(s *state.State) error {
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

// dropLink removes a link with its peer, its upper links, and all that belongs to them.
func dropLink(s *state.State, e state.Endpoint) {
	l := s.Link(e)
	if l == nil { // deleted with another
		return
	}
	removeLink(s.Namespaces[e.Namespace], l)
	if peer, ok := l.Peer(); ok {
		dropLink(s, peer)
	}
	for _, upper := range s.Uppers(e) {
		dropLink(s, upper)
	}
}

// SetLink changes attributes of a link. Nil and zero fields are not changed.
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

// Traits implements [Op].
func (op SetLink) Traits() Traits {
	t := Traits{
		Removes: op.Up != nil && !*op.Up || op.Master != nil && *op.Master == "",
		SetsUp:  op.Up != nil, Alias: op.Alias, MTU: op.MTU,
	}
	switch {
	case op.Link.Link == state.Lo:
		t.Section = Namespaces
	case op == SetLink{Link: op.Link, MTU: op.MTU}: // in a new lab only of a bridge below others
		t.Section, t.OnlyMTU = Bridges, true
	}
	return t
}

// Apply implements [Op].
func (op SetLink) Apply(s *state.State) error {
	l, err := linkOf(s, op.Link)
	if err != nil {
		return err
	}
	ns := s.Namespaces[op.Link.Namespace]
	if op.Master != nil && *op.Master != "" && *op.Master != l.Master {
		if err := mayEnslave(s, op.Link, *op.Master); err != nil {
			return fmt.Errorf("%s: %w", op.Link, err)
		}
	}
	if op.AutoLinkLocal != nil && !ipv6Fits(l) { // inet6_validate_link_af
		return fmt.Errorf("%s: no IPv6 with an MTU of %d", op.Link, l.MTU)
	}
	if err := mtuFits(s, op.Link, l.Kind, op.MTU); err != nil {
		return err
	}
	set(&l.Alias, op.Alias)
	set(&l.Master, op.Master)
	set(&l.AutoLinkLocal, op.AutoLinkLocal)
	if !op.MAC.IsZero() && op.MAC != l.MAC {
		changeMAC(ns, l, op.MAC)
	}
	if op.MTU != 0 {
		changeMTU(ns, l, op.MTU)
		resizeUppers(s, op.Link)
	}
	if op.Up != nil && !l.Up && *op.Up {
		resized(ns, l)
	}
	if op.Up != nil && l.Up && !*op.Up {
		dropOnDown(ns, l)
		l.LostRoutes = false
	}
	set(&l.Up, op.Up)
	return nil
}

// ipv6Fits reports whether a link can have IPv6 at all. lo always can.
func ipv6Fits(l *state.Link) bool { return l.Name == state.Lo || l.MTU >= state.MinIPv6MTU }

// checkFamily returns an error if a link has no IPv6 and an address is one of IPv6.
func checkFamily(at state.Endpoint, l *state.Link, a netip.Addr) error {
	if a.Is6() && !ipv6Fits(l) {
		return fmt.Errorf("%s: %s: IPv6 needs an MTU of at least %d, here it is %d", at, a, state.MinIPv6MTU, l.MTU)
	}
	return nil
}

func takesPorts(l *state.Link) bool {
	return l != nil && l.Kind != nil && l.Kind.Traits().TakesPorts
}

func set[T any](dst, value *T) {
	if value != nil {
		*dst = *value
	}
}

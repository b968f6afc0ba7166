package plan

import (
	"fmt"

	"github.com/vethlab/vethlab/internal/state"
)

// MoveLink moves a link to another namespace, or renames it, or both. In another
// namespace it is like a new link: down, without addresses, routes and master. It keeps
// its MAC, MTU and alias, and its index if that is free there.
type MoveLink struct {
	Link state.Endpoint
	To   state.Endpoint // its new namespace and name
}

// At implements [Op].
func (op MoveLink) At() state.Endpoint { return op.Link }

// Traits implements [Op]. Its index may be in use in its new namespace.
func (op MoveLink) Traits() Traits { return Traits{NewLinks: []NewLink{{Link: op.To}}, Section: Moves} }

// Apply implements [Op].
func (op MoveLink) Apply(s *state.State) error {
	l, err := linkOf(s, op.Link)
	if err != nil {
		return err
	}
	there, err := namespaceOf(s, op.To.Namespace)
	switch {
	case err != nil:
		return err
	case op.Link == op.To:
		return nil
	case l.Name == state.Lo:
		return fmt.Errorf("%s can be neither moved nor renamed", op.Link)
	case nameTaken(there, op.To.Link):
		return fmt.Errorf("%s exists", op.To)
	case l.Kind.Traits().Immovable && op.Link.Namespace != op.To.Namespace:
		return fmt.Errorf("%s is a %s, which can't leave its namespace", op.Link, l.KindName())
	}
	here := s.Namespaces[op.Link.Namespace]
	if here == there {
		renameLink(here, l, op.To.Link)
	} else {
		moveLink(here, there, l, op.To.Link)
	}
	s.Rename(op.Link, op.To)
	return nil
}

// moveLink moves a link to another namespace and drops what belongs to the old one.
func moveLink(here, there *state.Namespace, l *state.Link, name string) {
	removeLink(here, l)
	l.Name, l.Up, l.Master, l.Addresses, l.AutoLinkLocal = name, false, "", nil, ipv6Fits(l)
	l.Unrouted, l.LostRoutes = nil, false
	for _, other := range there.Links {
		if other.Index == l.Index {
			l.Index = 0
		}
	}
	there.Links[name] = l
}

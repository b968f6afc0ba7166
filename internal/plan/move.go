package plan

import (
	"fmt"

	"github.com/vethlab/vethlab/internal/state"
)

// MoveLink takes a link into another namespace, or gives it another name, or
// both. In another namespace it arrives as one that has just been made: down,
// without addresses and routes, and the port of no bridge. It keeps its MAC, its
// MTU and its alias, and its number if that is free there.
type MoveLink struct {
	Link state.Endpoint
	To   state.Endpoint // where it goes, and what it is called there
}

// At implements [Op].
func (op MoveLink) At() state.Endpoint { return op.Link }

// NewLinks implements [Maker]. Its number may be taken where it goes.
func (op MoveLink) NewLinks() []NewLink { return []NewLink{{Link: op.To}} }

// Play implements [Op].
func (op MoveLink) Play(s *state.State) error {
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
	case there.Links[op.To.Link] != nil:
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

// moveLink takes a link from one namespace to another, where it loses what was
// about the old one.
func moveLink(here, there *state.Namespace, l *state.Link, name string) {
	forgetLink(here, l)
	l.Name, l.Up, l.Master, l.Addresses, l.AutoLinkLocal = name, false, "", nil, true
	for _, other := range there.Links {
		if other.Index == l.Index {
			l.Index = 0
		}
	}
	there.Links[name] = l
}

package plan

import (
	"fmt"
	"maps"
	"strconv"
	"strings"

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

// Play implements [Op].
func (op MoveLink) Play(s *state.State) error {
	l, err := linkOf(s, op.Link)
	if err != nil {
		return err
	}
	there, err := namespaceOf(s, op.To.Namespace)
	switch _, isBridge := l.Kind.(state.Bridge); {
	case err != nil:
		return err
	case op.Link == op.To:
		return nil
	case l.Name == state.Lo:
		return fmt.Errorf("%s can be neither moved nor renamed", op.Link)
	case there.Links[op.To.Link] != nil:
		return fmt.Errorf("%s exists", op.To)
	case isBridge && op.Link.Namespace != op.To.Namespace:
		return fmt.Errorf("%s is a bridge, which can't leave its namespace", op.Link)
	}
	here := s.Namespaces[op.Link.Namespace]
	if here == there {
		renameLink(here, l, op.To.Link)
	} else {
		moveLink(here, there, l, op.To.Link)
	}
	if peer, ok := l.Peer(); ok && s.Link(peer) != nil {
		s.Link(peer).Kind = state.Veth{Peer: op.To}
	}
	return nil
}

// renameLink gives a link another name, also in all that goes by it.
func renameLink(ns *state.Namespace, l *state.Link, name string) {
	old := l.Name
	ns.Nftables.RenameLink(old, strconv.Quote(name))
	delete(ns.Links, old)
	renameSysctls(ns, old, name)
	l.Name = name
	ns.Links[name] = l
	for i := range ns.Routes {
		if ns.Routes[i].Dev == old {
			ns.Routes[i].Dev = name
		}
	}
	for _, port := range ns.Links {
		if port.Master == old {
			port.Master = name
		}
	}
}

// renameSysctls gives the settings of a link the keys that go with its new name.
func renameSysctls(ns *state.Namespace, old, name string) {
	escape := strings.NewReplacer(".", "/")
	for key, value := range maps.Clone(ns.Sysctls) {
		if state.SysctlLink(key) == old {
			delete(ns.Sysctls, key)
			ns.Sysctls[strings.Replace(key, "."+escape.Replace(old)+".", "."+escape.Replace(name)+".", 1)] = value
		}
	}
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

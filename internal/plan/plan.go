// Package plan turns the difference of two States into a list of small
// operations.
//
// An [Op] has three faces. This package has one of them: what the Op does to a
// State (the model). Package iproute2 has the command a person would type,
// package kernel has the netlink message. Tests hold the three together.
//
// There is one file per kernel thing. All is pure.
package plan

import (
	"fmt"

	"github.com/vethlab/vethlab/internal/state"
)

// An Op is one change, as one iproute2 command would make it. The types that
// implement it are plain structs.
type Op interface {
	// Play makes the change to s, with all that the kernel changes in its
	// wake. It fails where the kernel would refuse, and then s is unchanged.
	Play(s *state.State) error

	// At returns the link the Op is about, or only its namespace.
	At() state.Endpoint
}

// A Birth is a link that an Op makes, or puts into another place.
type Birth struct {
	Link  state.Endpoint
	Index int // interface number; 0: the kernel's choice
}

// A Maker is an Op that makes links.
type Maker interface{ Births() []Birth }

// Births returns the links that an Op makes.
func Births(op Op) []Birth {
	if m, ok := op.(Maker); ok {
		return m.Births()
	}
	return nil
}

// A Remover is an Op that may take something away.
type Remover interface{ Removes() bool }

// Removes reports whether an Op takes something away: that there is nothing to take
// away then leaves all as it is to be.
func Removes(op Op) bool {
	r, ok := op.(Remover)
	return ok && r.Removes()
}

// Deletes reports whether an Op deletes a namespace or a link.
func Deletes(op Op) bool {
	_, ok := op.(interface{ deletes() })
	return ok
}

// AboutNamespace reports whether an Op makes or deletes a whole namespace.
func AboutNamespace(op Op) (makes, deletes bool) {
	births := Births(op)
	makes = len(births) == 1 && births[0].Link.Link == state.Lo
	return makes, Deletes(op) && op.At().Link == ""
}

// Count returns how many namespaces and how many pairs of links a plan makes.
func (p Plan) Count() (namespaces, pairs int) {
	for _, op := range p {
		if makes, _ := AboutNamespace(op); makes {
			namespaces++
		} else if len(Births(op)) == 2 {
			pairs++
		}
	}
	return namespaces, pairs
}

// A Plan is a list of Ops in the order in which they are to be made.
type Plan []Op

// Play makes all changes to s. It stops at the first that fails.
func (p Plan) Play(s *state.State) error {
	for i, op := range p {
		if err := op.Play(s); err != nil {
			return fmt.Errorf("op %d of %d (%T): %w", i+1, len(p), op, err)
		}
	}
	return nil
}

// namespaceOf returns the namespace of that name or says that there is none.
// The machine's own namespace is always there.
func namespaceOf(s *state.State, name string) (*state.Namespace, error) {
	if ns := s.Namespace(name); ns != nil {
		return ns, nil
	}
	if name == state.Host {
		return s.Add(state.Host), nil
	}
	return nil, fmt.Errorf("no namespace %q", name)
}

// linkOf returns the link at e or says that there is none.
func linkOf(s *state.State, e state.Endpoint) (*state.Link, error) {
	if l := s.Link(e); l != nil {
		return l, nil
	}
	return nil, fmt.Errorf("no link %s", e)
}

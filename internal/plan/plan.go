// Package plan turns the difference of two States into a list of small
// operations.
//
// An [Op] has three faces. This package has one of them: its effect on a State (the
// model). Package iproute2 has the command a person would type, package kernel has
// the netlink message. Tests compare the three.
//
// There is one file per kernel object. The package is pure.
package plan

import (
	"fmt"

	"github.com/vethlab/vethlab/internal/state"
)

// An Op is one change, as one iproute2 command would make it. The types that
// implement it are plain structs.
type Op interface {
	// Apply makes the change to s, with all side effects that it has in the
	// kernel. It fails where the kernel would refuse, and then s is unchanged.
	Apply(s *state.State) error

	// At returns the link the Op is about, or only its namespace.
	At() state.Endpoint

	// Traits returns what else other packages ask of an Op.
	Traits() Traits
}

// Count returns how many namespaces and how many veth pairs a plan creates.
func (p Plan) Count() (namespaces, pairs int) {
	for _, op := range p {
		if makes, _ := AboutNamespace(op); makes {
			namespaces++
		} else if len(op.Traits().NewLinks) == 2 {
			pairs++
		}
	}
	return namespaces, pairs
}

// A Plan is a list of Ops in the order in which they are applied.
type Plan []Op

// Apply makes all changes to s. It stops at the first that fails.
func (p Plan) Apply(s *state.State) error {
	for i, op := range p {
		if err := op.Apply(s); err != nil {
			return fmt.Errorf("op %d of %d (%T): %w", i+1, len(p), op, err)
		}
	}
	return nil
}

// namespaceOf returns the namespace of that name, or an error if there is none. The
// host namespace always exists.
func namespaceOf(s *state.State, name string) (*state.Namespace, error) {
	if ns := s.Namespace(name); ns != nil {
		return ns, nil
	}
	if name == state.Host {
		return s.Add(state.Host), nil
	}
	return nil, fmt.Errorf("no namespace %q", name)
}

// linkOf returns the link at e, or an error if there is none.
func linkOf(s *state.State, e state.Endpoint) (*state.Link, error) {
	if l := s.Link(e); l != nil {
		return l, nil
	}
	return nil, fmt.Errorf("no link %s", e)
}

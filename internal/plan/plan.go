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

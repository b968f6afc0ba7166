package plan

import (
	"fmt"

	"github.com/vethlab/vethlab/internal/state"
)

// AddNamespace makes a named network namespace.
type AddNamespace struct{ Name string }

// At implements [Op].
func (op AddNamespace) At() state.Endpoint { return state.Endpoint{Namespace: op.Name} }

// Apply implements [Op].
func (op AddNamespace) Apply(s *state.State) error {
	if op.Name == state.Host || s.Namespace(op.Name) != nil {
		return fmt.Errorf("namespace %q exists", op.Name)
	}
	s.Add(op.Name)
	return nil
}

// Traits implements [Op]. A namespace has lo from the beginning.
func (op AddNamespace) Traits() Traits {
	lo := NewLink{Link: state.Endpoint{Namespace: op.Name, Link: state.Lo}, Index: loIndex}
	return Traits{NewLinks: []NewLink{lo}, Section: Namespaces}
}

// loIndex is the interface number of every namespace's lo (LOOPBACK_IFINDEX).
const loIndex = 1

// DelNamespace removes a named network namespace with all that is in it. The
// other ends of its veth pairs go with it.
type DelNamespace struct{ Name string }

// At implements [Op].
func (op DelNamespace) At() state.Endpoint { return state.Endpoint{Namespace: op.Name} }

// Traits implements [Op].
func (op DelNamespace) Traits() Traits { return Traits{Removes: true, Deletes: true} }

// Apply implements [Op].
func (op DelNamespace) Apply(s *state.State) error {
	if op.Name == state.Host || s.Namespace(op.Name) == nil {
		return fmt.Errorf("no namespace %q", op.Name)
	}
	for _, link := range s.Namespaces[op.Name].LinkNames() {
		dropLink(s, state.Endpoint{Namespace: op.Name, Link: link})
	}
	delete(s.Namespaces, op.Name)
	return nil
}

package plan

import (
	"fmt"

	"github.com/vethlab/vethlab/internal/state"
)

// AddNamespace makes a named network namespace.
type AddNamespace struct{ Name string }

// At implements [Op].
func (op AddNamespace) At() state.Endpoint { return state.Endpoint{Namespace: op.Name} }

// Play implements [Op].
func (op AddNamespace) Play(s *state.State) error {
	if op.Name == state.Host || s.Namespace(op.Name) != nil {
		return fmt.Errorf("namespace %q exists", op.Name)
	}
	s.Add(op.Name)
	return nil
}

// DelNamespace removes a named network namespace with all that is in it. The
// other ends of its veth pairs go with it.
type DelNamespace struct{ Name string }

// At implements [Op].
func (op DelNamespace) At() state.Endpoint { return state.Endpoint{Namespace: op.Name} }

// Play implements [Op].
func (op DelNamespace) Play(s *state.State) error {
	if op.Name == state.Host || s.Namespace(op.Name) == nil {
		return fmt.Errorf("no namespace %q", op.Name)
	}
	for _, link := range s.Namespaces[op.Name].LinkNames() {
		if e := (state.Endpoint{Namespace: op.Name, Link: link}); s.Link(e) != nil { // nil: went with its peer
			dropLink(s, e)
		}
	}
	delete(s.Namespaces, op.Name)
	return nil
}

// SetSysctl writes a setting under net. of a namespace.
type SetSysctl struct {
	Namespace  string
	Key, Value string // "net.ipv4.ip_forward", "1"
}

// At implements [Op].
func (op SetSysctl) At() state.Endpoint { return state.Endpoint{Namespace: op.Namespace} }

// Play implements [Op].
func (op SetSysctl) Play(s *state.State) error {
	ns, err := namespaceOf(s, op.Namespace)
	if err != nil {
		return err
	}
	if value, ok := state.SysctlDefault(op.Key); ok && value == op.Value {
		delete(ns.Sysctls, op.Key)
		return nil
	}
	ns.Sysctls[op.Key] = op.Value
	return nil
}

package hosts

import (
	"fmt"
	"strings"

	"github.com/vethlab/vethlab/internal/state"
)

// Env returns the environment variables that name a program's lab and node.
func Env(lab, node string) []string {
	return []string{"VETHLAB_LAB=" + lab, "VETHLAB_NODE=" + node}
}

// LabEnv returns the environment variables with the namespace and the first address of
// each node of a lab, for programs in the host namespace.
func LabEnv(lab string, s *state.State) []string {
	env := []string{"VETHLAB_LAB=" + lab}
	table := NewTable(s)
	for _, namespace := range s.Names() {
		if namespace == state.Host {
			continue
		}
		node := NodeName(s.Namespaces[namespace])
		env = append(env, fmt.Sprintf("VETHLAB_NS_%s=%s", variable(node), namespace))
		if all := table.Lookup(node); len(all) > 0 {
			env = append(env, fmt.Sprintf("VETHLAB_ADDR_%s=%s", variable(node), all[0]))
		}
	}
	return env
}

// variable returns a node's name as a part of the name of an environment variable.
func variable(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		case 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
			return r
		}
		return '_'
	}, name)
}

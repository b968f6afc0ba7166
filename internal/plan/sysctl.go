package plan

import (
	"maps"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/state"
)

// SetSysctl writes a setting under net. of a namespace.
type SetSysctl struct {
	Namespace  string
	Key, Value string // "net.ipv4.ip_forward", "1"
}

// At implements [Op].
func (op SetSysctl) At() state.Endpoint { return state.Endpoint{Namespace: op.Namespace} }

// Traits implements [Op].
func (op SetSysctl) Traits() Traits { return Traits{thing: &namespaceSysctls, Sysctl: &op} }

// Apply implements [Op].
func (op SetSysctl) Apply(s *state.State) error {
	ns, err := namespaceOf(s, op.Namespace)
	if err != nil {
		return err
	}
	overwritten(op.Key).apply(ns, op.Value)
	if value, ok := ns.SysctlDefault(op.Key); ok && value == op.Value {
		delete(ns.Sysctls, op.Key)
		return nil
	}
	ns.Sysctls[op.Key] = op.Value
	return nil
}

var noSysctl = notMade("it is a sysctl of the host namespace, which a lab does not change")

// The settings of a namespace, which come before its links, and those of links, which
// come after these are created and before they are set up.
var (
	namespaceSysctls = thing{
		stage: beforeLinks,
		converge: func(d *differ, want *state.Namespace, _ string) {
			d.setSysctls(want, func(link string) bool { return link == "" })
		},
		onHost: noSysctl,
	}
	linkSysctls = thing{
		stage: beforeUp,
		converge: func(d *differ, want *state.Namespace, _ string) {
			d.setSysctls(want, func(link string) bool { return link != "" })
		},
		deleted: func(ns *state.Namespace, l *state.Link) {
			maps.DeleteFunc(ns.Sysctls, func(key, _ string) bool { return state.SysctlLink(key) == l.Name })
		},
		ipv6Off: func(ns *state.Namespace, l *state.Link) {
			maps.DeleteFunc(ns.Sysctls, func(key, _ string) bool {
				return state.SysctlLink(key) == l.Name && strings.HasPrefix(key, "net.ipv6.")
			})
		},
		resized: func(ns *state.Namespace, l *state.Link) { delete(ns.Sysctls, ipv6MTUKey(l)) },
		renamed: renameSysctls,
		onHost:  noSysctl,
	}

	// resetSysctls are those of links that the kernel has set otherwise meanwhile.
	resetSysctls = thing{
		stage: afterLinks,
		converge: func(d *differ, want *state.Namespace, _ string) {
			d.setSysctls(want, func(link string) bool { return link != "" })
		},
		onHost: noSysctl,
	}
)

// setSysctls sets the wanted sysctls of a namespace whose link about selects; the link is ""
// for a sysctl of no link. A sysctl that is set and no longer wanted gets its old value.
func (d *differ) setSysctls(want *state.Namespace, about func(link string) bool) {
	now := d.now.Namespace(want.Name)
	if now == nil {
		now = &state.Namespace{} // the host namespace, in which the lab has nothing yet
	}
	keys := slices.SortedFunc(maps.Keys(want.Sysctls), compareSysctls)
	for _, key := range keys {
		if value := want.Sysctls[key]; now.Sysctls[key] != value && about(state.SysctlLink(key)) {
			d.emit(SetSysctl{want.Name, key, value})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(now.Sysctls)) {
		if _, wanted := want.Sysctls[key]; wanted || !about(state.SysctlLink(key)) {
			continue
		}
		if value, known := now.SysctlDefault(key); known {
			d.emit(SetSysctl{want.Name, key, value})
		}
	}
}

// renameSysctls gives the settings of a link the keys that go with its new name.
func renameSysctls(ns *state.Namespace, l *state.Link, name string) {
	escape := strings.NewReplacer(".", "/")
	for key, value := range maps.Clone(ns.Sysctls) {
		if state.SysctlLink(key) == l.Name {
			delete(ns.Sysctls, key)
			ns.Sysctls[strings.Replace(key, "."+escape.Replace(l.Name)+".", "."+escape.Replace(name)+".", 1)] = value
		}
	}
}

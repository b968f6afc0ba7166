package hostmap

import "fmt"

// askOwners has maps made with the rights of those to whom namespaces belong: a
// user's own sandboxes, and containers of engines without root, are out of reach
// from outside of their user namespaces, for that same user too.
func (m *Map) askOwners(c *census, asOwner func(pid int) *Map) {
	if asOwner == nil {
		return
	}
	asked := map[uint64]bool{}
	for _, p := range c.processes {
		if p.Owner == 0 || asked[p.Owner] {
			continue
		}
		asked[p.Owner] = true
		if inner := asOwner(p.PID); inner != nil {
			m.adopt(inner)
		}
	}
}

// adopt takes over from another map of the same machine what can't be seen on
// this one.
func (m *Map) adopt(in *Map) {
	names := map[string]string{}
	for _, ns := range in.Namespaces {
		if names[ns.Name] = ns.kernelName(); ns.Inode == 0 {
			names[ns.Name] = fmt.Sprintf("%s of %d", ns.Name, len(m.Namespaces)) // no other's hidden one
		}
	}
	in.rename(names)
	for _, ns := range in.Namespaces {
		if ns.Unseen != "" || ns.Inode == 0 && len(ns.Interfaces) == 0 {
			continue
		}
		have := m.Namespace(ns.Name)
		switch {
		case have == nil:
			m.Namespaces = append(m.Namespaces, ns)
		case have.Unseen != "":
			have.Interfaces, have.Unseen = ns.Interfaces, ""
			if len(have.Containers) == 0 {
				have.Engine, have.Lab, have.Node, have.Why, have.ClaimedBy = ns.Engine, ns.Lab, ns.Node, ns.Why, ns.ClaimedBy
			}
		}
	}
}

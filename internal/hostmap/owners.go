package hostmap

import "fmt"

// mapAsOwners merges maps made with the rights of the owners of other user namespaces:
// sandboxes and rootless containers can't be read from outside, not even by the user
// who runs them.
func (m *Map) mapAsOwners(c *census, asOwner func(pid int) *Map) {
	if asOwner == nil {
		return
	}
	mapped := map[uint64]bool{} // user namespaces, by inode
	for _, p := range c.processes {
		if p.Owner == 0 || mapped[p.Owner] {
			continue
		}
		mapped[p.Owner] = true
		if inner := asOwner(p.PID); inner != nil {
			m.merge(inner)
		}
	}
}

// merge adds the namespaces of another map of the same machine that are unread or
// missing in this one.
func (m *Map) merge(in *Map) {
	names := map[string]string{}
	for _, ns := range in.Namespaces {
		if names[ns.Name] = ns.kernelName(); ns.Inode == 0 {
			names[ns.Name] = fmt.Sprintf("%s of %d", ns.Name, len(m.Namespaces)) // hidden names are unique per map only
		}
	}
	in.rename(names)
	m.LeftOut = append(m.LeftOut, in.LeftOut...)
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

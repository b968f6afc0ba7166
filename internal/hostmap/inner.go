package hostmap

import "fmt"

// An Inner is a map that this program made inside the sandbox of a lab.
type Inner struct {
	Lab string
	*Map
}

// adopt takes over from inside a sandbox what can't be seen from outside.
// Namespaces are the same if their inodes are. Processes have other numbers
// inside, so those that are known stay.
func (m *Map) adopt(in Inner) {
	names := map[string]string{}
	for _, ns := range in.Namespaces {
		names[ns.Name] = in.Lab + "/" + ns.Name
		if ns.Inode != 0 {
			names[ns.Name] = fmt.Sprintf("net:[%d]", ns.Inode)
		}
	}
	in.rename(names)
	for _, ns := range in.Namespaces {
		if ns.Host {
			ns.Host, ns.Engine, ns.Lab, ns.Node = false, "vethlab", in.Lab, HostName
			ns.Why = []string{byProcess}
		}
		have := m.Namespace(ns.Name)
		if have == nil {
			ns.Processes, ns.Holders = nil, nil
			m.Namespaces = append(m.Namespaces, ns)
			continue
		}
		have.Interfaces, have.Unseen = ns.Interfaces, ns.Unseen
		have.Engine, have.Lab, have.Node, have.Why = ns.Engine, ns.Lab, ns.Node, ns.Why
	}
}

package hostmap

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// name gives every namespace the name that people call it by, wherever it is
// spoken of. Two that would have one name get their engine in front, and if that
// does not help, a number behind.
func (m *Map) name() {
	proposed := make([]string, len(m.Namespaces))
	for i, ns := range m.Namespaces {
		proposed[i] = ns.title()
	}
	twice := repeated(proposed)
	for i, ns := range m.Namespaces {
		if twice[proposed[i]] && ns.Engine != "" {
			proposed[i] = ns.Engine + ":" + proposed[i]
		}
	}
	twice = repeated(proposed)
	count := map[string]int{}
	final := map[string]string{}
	for i, ns := range m.Namespaces {
		name := proposed[i]
		if twice[name] {
			count[name]++
			name = fmt.Sprintf("%s#%d", name, count[name])
		}
		final[ns.Name] = name
	}
	m.rename(final)
	m.sort()
}

func repeated(names []string) map[string]bool {
	count, twice := map[string]int{}, map[string]bool{}
	for _, n := range names {
		count[n]++
		twice[n] = count[n] > 1
	}
	return twice
}

// rename changes names wherever they stand.
func (m *Map) rename(names map[string]string) {
	for _, ns := range m.Namespaces {
		if name, ok := names[ns.Name]; ok {
			ns.Name = name
		}
		for i := range ns.Interfaces {
			for _, end := range []*End{ns.Interfaces[i].Peer, ns.Interfaces[i].Lower} {
				if end == nil {
					continue
				}
				if name, ok := names[end.Namespace]; ok {
					end.Namespace = name
				}
			}
		}
	}
}

// kernelName is what the kernel calls a namespace, by which it is known until it
// gets its name. A hidden one has its name from the start.
func (ns *Namespace) kernelName() string {
	if ns.Inode == 0 {
		return ns.Name
	}
	return fmt.Sprintf("net:[%d]", ns.Inode)
}

// title returns what people call a namespace.
func (ns *Namespace) title() string {
	switch {
	case ns.Host:
		return HostName
	case ns.Engine == "vethlab":
		return ns.Lab + "/" + ns.Node
	case len(ns.Containers) > 0:
		return ns.Containers[0].title()
	case len(ns.Files) > 0:
		return path.Base(ns.Files[0].Path)
	case len(ns.Processes) > 0:
		return ns.processTitle()
	case len(ns.Holders) > 0:
		return fmt.Sprintf("%s(%d)", ns.Holders[0].Command, ns.Holders[0].PID)
	}
	return ns.Name
}

// processTitle is the service that all processes are of, or the first of them.
func (ns *Namespace) processTitle() string {
	first := ns.Processes[0]
	same := !slices.ContainsFunc(ns.Processes, func(p Process) bool { return p.Unit != first.Unit })
	if name, ok := strings.CutSuffix(first.Unit, ".service"); ok && same && !strings.HasPrefix(first.Unit, "user@") {
		return name
	}
	return fmt.Sprintf("%s(%d)", first.Command, first.PID)
}

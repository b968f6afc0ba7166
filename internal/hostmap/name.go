package hostmap

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/escape"
)

// name gives every namespace a unique name, the one that its users know. Equal names
// get the engine as prefix, and if they are still equal a suffix #1, #2, …. A namespace
// that an untrusted user owns or claims never takes the name of another: it gets that
// user as prefix.
func (m *Map) name() {
	var trusted, claimed []*Namespace
	for _, ns := range m.Namespaces {
		if ns.ClaimedBy == "" && ns.owner == "" {
			trusted = append(trusted, ns)
		} else {
			claimed = append(claimed, ns)
		}
	}
	final, taken := map[string]string{}, map[string]bool{}
	assign(trusted, taken, final, func(ns *Namespace) string { return ns.Engine })
	assign(claimed, taken, final, func(ns *Namespace) string {
		return strings.ReplaceAll(cmp.Or(ns.ClaimedBy, ns.owner), " ", "")
	})
	m.rename(final)
	m.sort()
}

// assign gives namespaces names that are not taken, with the prefix where two would be
// equal.
func assign(list []*Namespace, taken map[string]bool, final map[string]string, prefix func(*Namespace) string) {
	proposed := make([]string, len(list))
	for i, ns := range list {
		proposed[i] = ns.title()
	}
	duplicate := repeated(proposed)
	for i, ns := range list {
		if before := prefix(ns); before != "" && (duplicate[proposed[i]] || taken[proposed[i]]) {
			proposed[i] = before + ":" + proposed[i]
		}
	}
	duplicate = repeated(proposed)
	count := map[string]int{}
	for i, ns := range list {
		name := proposed[i]
		for numbered := duplicate[name] || taken[name]; numbered; numbered = taken[name] {
			count[proposed[i]]++
			name = fmt.Sprintf("%s#%d", proposed[i], count[proposed[i]])
		}
		final[ns.Name], taken[name] = name, true
	}
}

func repeated(names []string) map[string]bool {
	count, duplicate := map[string]int{}, map[string]bool{}
	for _, n := range names {
		count[n]++
		duplicate[n] = count[n] > 1
	}
	return duplicate
}

// rename changes the names of namespaces and all references to them.
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

// kernelName is "net:[INODE]", the name until [Map.name]; a hidden namespace has its
// final name from the start.
func (ns *Namespace) kernelName() string {
	if ns.Inode == 0 {
		return ns.Name
	}
	return fmt.Sprintf("net:[%d]", ns.Inode)
}

// title returns the preferred name of a namespace.
func (ns *Namespace) title() string {
	switch {
	case ns.Host:
		return HostName
	case ns.Engine == "vethlab":
		return ns.Lab + "/" + ns.Node
	case ns.named() != nil:
		return ns.named().title()
	case len(ns.Files) > 0:
		return escape.Name(path.Base(ns.Files[0].Path))
	case len(ns.Processes) > 0:
		return ns.processTitle()
	case len(ns.Holders) > 0:
		return fmt.Sprintf("%s(%d)", ns.Holders[0].Command, ns.Holders[0].PID)
	}
	return ns.Name
}

// processTitle returns the systemd service of all processes, else the first process.
func (ns *Namespace) processTitle() string {
	first := ns.Processes[0]
	same := !slices.ContainsFunc(ns.Processes, func(p Process) bool { return p.Unit != first.Unit })
	if name, ok := strings.CutSuffix(first.Unit, ".service"); ok && same && !strings.HasPrefix(first.Unit, "user@") {
		return name
	}
	return fmt.Sprintf("%s(%d)", first.Command, first.PID)
}

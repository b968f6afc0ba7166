package hostmap

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/escape"
)

// name gives every namespace the name that people call it by, wherever it is
// spoken of. Two that would have one name get their engine in front, and if that
// does not help, a number behind. A namespace of a stranger, and what a stranger
// says that one is, takes no name from another: there the stranger stands in front.
func (m *Map) name() {
	var sure, claimed []*Namespace
	for _, ns := range m.Namespaces {
		if ns.ClaimedBy == "" && ns.owner == "" {
			sure = append(sure, ns)
		} else {
			claimed = append(claimed, ns)
		}
	}
	final, taken := map[string]string{}, map[string]bool{}
	assign(sure, taken, final, func(ns *Namespace) string { return ns.Engine })
	assign(claimed, taken, final, func(ns *Namespace) string {
		return strings.ReplaceAll(cmp.Or(ns.ClaimedBy, ns.owner), " ", "")
	})
	m.rename(final)
	m.sort()
}

// assign gives namespaces names that are not taken yet, if need be with what prefix
// returns in front.
func assign(list []*Namespace, taken map[string]bool, final map[string]string, prefix func(*Namespace) string) {
	proposed := make([]string, len(list))
	for i, ns := range list {
		proposed[i] = ns.title()
	}
	twice := repeated(proposed)
	for i, ns := range list {
		if before := prefix(ns); before != "" && (twice[proposed[i]] || taken[proposed[i]]) {
			proposed[i] = before + ":" + proposed[i]
		}
	}
	twice = repeated(proposed)
	count := map[string]int{}
	for i, ns := range list {
		name := proposed[i]
		for numbered := twice[name] || taken[name]; numbered; numbered = taken[name] {
			count[proposed[i]]++
			name = fmt.Sprintf("%s#%d", proposed[i], count[proposed[i]])
		}
		final[ns.Name], taken[name] = name, true
	}
}

func repeated(names []string) map[string]bool {
	count, twice := map[string]int{}, map[string]bool{}
	for _, n := range names {
		count[n]++
		twice[n] = count[n] > 1
	}
	return twice
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

// kernelName is the kernel's name of a namespace, which it has in the map until it
// gets its name. A hidden one has its name from the start.
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

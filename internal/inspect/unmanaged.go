package inspect

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/hosts"
	"github.com/vethlab/vethlab/internal/iproute2"
	"github.com/vethlab/vethlab/internal/ipshow"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/words"
	"github.com/vethlab/vethlab/internal/xtables"
	"github.com/vethlab/vethlab/topo"
)

// An Unmanaged is something in a node's namespace that somebody else set and for which a
// State has no place.
type Unmanaged struct {
	Node, What, Detail string
}

// FindUnmanaged returns what the namespaces of a lab have that a State has no place for.
func FindUnmanaged(view *kernel.Snapshot) []Unmanaged {
	s, list := view.State, unmanagedOnHost(view.Others)
	names := slices.DeleteFunc(s.Names(), func(name string) bool { return name == state.Host })
	if len(names) == 0 {
		return list
	}
	initial := dump.Model(s, names[0]).Rules
	for _, name := range names {
		x, node := view.Extras[name], hosts.NodeName(s.Namespaces[name])
		for _, part := range []struct {
			what   string
			detail []string
		}{
			{"rules of legacy iptables", xtables.Summary(x.Xtables)},
			{"rules of policy routing", ruleChanges(x.Rules, initial)},
			{"routes in tables of such rules", tableSizes(x.Routes)},
			{"interfaces with ARP off", withoutARP(view, s.Namespaces[name])},
		} {
			if len(part.detail) > 0 {
				list = append(list, Unmanaged{node, part.what, words.List(part.detail, maxDetails)})
			}
		}
	}
	return list
}

// unmanagedOnHost returns what others have added to the lab's links in the host namespace.
func unmanagedOnHost(others kernel.Others) []Unmanaged {
	var routes, neighbours []string
	for _, r := range others.Routes {
		routes = append(routes, strings.TrimPrefix(iproute2.Print(plan.AddRoute{Route: r}), "ip route add "))
	}
	for _, n := range others.Neighbours {
		neighbours = append(neighbours, strings.TrimPrefix(iproute2.Print(plan.AddNeighbour{Neighbour: n}), "ip neigh add "))
	}
	var list []Unmanaged
	if len(routes) > 0 {
		list = append(list, Unmanaged{topo.HostNode, "routes through interfaces of the lab", words.List(routes, maxDetails)})
	}
	if len(neighbours) > 0 {
		list = append(list, Unmanaged{topo.HostNode, "permanent neighbour entries on interfaces of the lab", words.List(neighbours, maxDetails)})
	}
	return list
}

// maxDetails is how many tables, rules or interfaces of a node are named.
const maxDetails = 5

// ruleChanges returns the rules that a new namespace does not have, and those of a new
// one that were deleted.
func ruleChanges(seen, initial []dump.Rule) []string {
	list := ipshow.RuleLines(&dump.Namespace{Rules: seen})
	for _, r := range initial {
		family := func(o dump.Rule) bool { return o.Family == r.Family }
		if slices.ContainsFunc(seen, family) && !slices.Contains(seen, r) {
			list = append(list, fmt.Sprintf("without %d of table %d", r.Priority, r.Table))
		}
	}
	for i, line := range list {
		list[i] = strings.Join(strings.Fields(line), " ")
	}
	return list
}

func tableSizes(routes map[uint32]int) []string {
	var list []string
	for _, table := range slices.Sorted(maps.Keys(routes)) {
		list = append(list, fmt.Sprintf("table %d (%s)", table, words.Plural(routes[table], "route")))
	}
	return list
}

// withoutARP returns the links that do not resolve neighbours though their kind does.
func withoutARP(view *kernel.Snapshot, ns *state.Namespace) []string {
	var list []string
	for _, name := range ns.LinkNames() {
		at := state.Endpoint{Namespace: ns.Name, Link: name}
		if view.Runtime[at].NoARP && !ns.Links[name].Kind.Traits().NoARP {
			list = append(list, name)
		}
	}
	return list
}

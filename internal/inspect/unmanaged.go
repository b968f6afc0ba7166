package inspect

import (
	"fmt"
	"maps"
	"net/netip"
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

// PolicyRules is what an Unmanaged says of rules (ip-rule(8)).
const PolicyRules = "rules of policy routing"

// FindUnmanaged returns what the namespaces of a lab have that a State has no place for,
// without what goes with the namespaces and links that changes delete.
func FindUnmanaged(view *kernel.Snapshot, changes plan.Plan) []Unmanaged {
	s, list := remaining(view.State, changes), unmanagedOnHost(view.Others)
	names := slices.DeleteFunc(s.Names(), func(name string) bool { return name == state.Host })
	for _, name := range names {
		x, node := view.Extras[name], hosts.NodeName(s.Namespaces[name])
		for _, part := range []struct {
			what   string
			detail []string
		}{
			{"rules of legacy iptables", xtables.Summary(x.Xtables)},
			{PolicyRules, ruleChanges(x.Rules)},
			{"routes in tables that rules of policy routing look up", tableSizes(x.Routes)},
			{"interfaces with ARP off", withoutARP(view, s.Namespaces[name])},
			{"options of bridge ports", portLines(view, s.Namespaces[name])},
			{"entries of a bridge's FDB", fdbLines(x.FDB, s.Namespaces[name])},
			{"xfrm policies", policyLines(x.Policies)},
			{"local routes to addresses that it does not have", localLines(view.Locals[name])},
			{"qdiscs", qdiscLines(x.Qdiscs, s.Namespaces[name])},
			{"changed sysctls", settingLines(x.Settings, s.Namespaces[name])},
		} {
			if len(part.detail) > 0 {
				list = append(list, Unmanaged{node, part.what, words.List(part.detail, maxDetails)})
			}
		}
	}
	return list
}

// remaining returns a State without what changes delete.
func remaining(s *state.State, changes plan.Plan) *state.State {
	if !slices.ContainsFunc(changes, func(op plan.Op) bool { return op.Traits().Deletes }) {
		return s
	}
	s = s.Clone()
	for _, op := range changes {
		if op.Traits().Deletes {
			_ = op.Apply(s) // fails for what another deletion has taken with it
		}
	}
	return s
}

// unmanagedOnHost returns what others have added to the lab's links in the host namespace.
func unmanagedOnHost(others kernel.Others) []Unmanaged {
	var routes, neighbours, addresses []string
	for _, r := range others.Routes {
		routes = append(routes, strings.TrimPrefix(iproute2.Print(plan.AddRoute{Route: r}), "ip route add "))
	}
	for _, n := range others.Neighbours {
		neighbours = append(neighbours, strings.TrimPrefix(iproute2.Print(plan.AddNeighbour{Neighbour: n}), "ip neigh add "))
	}
	for _, a := range others.Addresses {
		addresses = append(addresses, fmt.Sprintf("%s dev %s", a.Address, a.Dev))
	}
	var list []Unmanaged
	if len(addresses) > 0 {
		list = append(list, Unmanaged{topo.HostNode, "addresses on interfaces of the lab", words.List(addresses, maxDetails)})
	}
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
func ruleChanges(seen []dump.Rule) []string {
	var list []string
	for _, r := range seen {
		if !ipshow.IsDefaultRule(r) {
			list = append(list, ipshow.RuleText(r))
		}
	}
	for _, r := range dump.LostRules(seen) {
		list = append(list, "without "+ipshow.RuleText(r))
	}
	return list
}

func policyLines(policies []kernel.Policy) []string {
	var list []string
	for _, p := range policies {
		action := "allow"
		if p.Block {
			action = "block"
		}
		list = append(list, fmt.Sprintf("src %s dst %s dir %s action %s", p.From, p.To, p.Direction, action))
	}
	return list
}

func localLines(locals []netip.Prefix) []string {
	var list []string
	for _, p := range locals {
		list = append(list, "local "+p.String())
	}
	return list
}

func qdiscLines(qdiscs []dump.Qdisc, ns *state.Namespace) []string {
	var list []string
	for _, q := range qdiscs {
		for _, l := range ns.Links {
			if l.Index == q.Index {
				list = append(list, q.Kind+" on "+l.Name)
			}
		}
	}
	return list
}

// settingLines returns the settings, without those that the namespace has in the State:
// a description asks for them, or the one before did and Up resets them.
func settingLines(settings []dump.Setting, ns *state.Namespace) []string {
	var list []string
	for _, s := range settings {
		_, managed := ns.Sysctls[s.Key]
		if link := state.SysctlLink(s.Key); managed || link != "" && ns.Links[link] == nil {
			continue
		}
		list = append(list, fmt.Sprintf("%s = %s", s.Key, s.Value))
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

// portLines returns the options of bridge ports that somebody has set: "eth0 locked on".
func portLines(view *kernel.Snapshot, ns *state.Namespace) []string {
	var list []string
	for _, name := range ns.LinkNames() {
		r := view.Runtime[state.Endpoint{Namespace: ns.Name, Link: name}]
		if r.Port == nil {
			continue
		}
		usual := *r.UsualPort
		if r.Port.State != usual.State {
			list = append(list, fmt.Sprintf("%s state %s", name, r.Port.StateName()))
			usual.State = r.Port.State
		}
		for _, option := range dump.Differences(*r.Port, usual) {
			list = append(list, name+" "+option)
		}
	}
	return list
}

// fdbLines returns entries as bridge(8) shows them: "02:00:00:00:00:01 dev eth1 static".
func fdbLines(entries []dump.FDBEntry, ns *state.Namespace) []string {
	var list []string
	for _, e := range entries {
		for _, l := range ns.Links {
			if l.Index == e.Index {
				list = append(list, fmt.Sprintf("%s dev %s %s", e.Address, l.Name, fdbKind(e)))
			}
		}
	}
	return list
}

func fdbKind(e dump.FDBEntry) string {
	switch {
	case e.Static():
		return "static"
	case e.Local():
		return "permanent"
	}
	return "extern_learn"
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

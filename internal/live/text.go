package live

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/words"
)

// String returns an event as one line of text, without the time.
func (e Event) String() string {
	switch e.Kind {
	case Snapshot:
		if len(e.Nodes) == 0 {
			return "no nodes yet"
		}
		return words.Plural(len(e.Nodes), "node") + ": " + words.List(nodeNames(e.Nodes), 8)
	case Resync:
		return "events were lost; all state was read again"
	case LeftOut:
		if e.What == whatEvents {
			return words.Plural(e.Count, "event") + " of " + e.User + " left out: too many in a second"
		}
		return fmt.Sprintf("%s of %s: only the first %d %s are followed", e.Node, e.User, e.Count, e.What)
	case NodeAdded:
		return e.Node + " added" + withLinks(e.Nodes)
	case NodeDeleted:
		return e.Node + " deleted"
	}
	subject := e.Node
	if e.Interface != "" {
		subject = End{e.Node, e.Interface}.String()
	}
	switch {
	case e.Address != nil:
		return subject + " " + e.addressText()
	case e.Route != nil:
		return fmt.Sprintf("%s: route %s %s", e.Node, e.Route, addedOrDeleted(e.Kind == RouteAdded))
	case e.Rule != nil:
		return fmt.Sprintf("%s: rule %s %s", e.Node, e.Rule, addedOrDeleted(e.Kind == RuleAdded))
	case e.Neighbour != nil:
		return subject + " " + e.neighbourText()
	}
	return subject + " " + e.linkText()
}

func addedOrDeleted(added bool) string {
	if added {
		return "added"
	}
	return "deleted"
}

func nodeNames(nodes []Node) []string {
	names := make([]string, len(nodes))
	for i := range nodes {
		names[i] = nodes[i].Name
	}
	return names
}

// withLinks lists the links of an added node, without those that the kernel makes in
// every namespace.
func withLinks(nodes []Node) string {
	var names []string
	for _, n := range nodes {
		for _, i := range n.Interfaces {
			if i.Type != loopback && !dump.Fallback(i.Name, i.Type) {
				names = append(names, i.Name)
			}
		}
	}
	if len(names) == 0 {
		return ""
	}
	return " with " + words.List(names, 4)
}

func (e Event) linkText() string {
	switch e.Kind {
	case LinkAdded:
		return e.Link.addedText()
	case LinkDeleted:
		return "deleted"
	case LinkUp:
		return "is up"
	case LinkDown:
		return "is down"
	case CarrierUp:
		return "has a carrier"
	case CarrierDown:
		return "has lost its carrier"
	case LinkRenamed:
		return "renamed from " + e.Was
	case Moved:
		if e.To == nil {
			return "has moved to an unknown namespace"
		}
		return "has moved to " + e.To.String()
	}
	switch {
	case e.What == whatMaster && e.Now == "":
		return "is no longer a port of " + e.Was
	case e.What == whatMaster:
		return "is a port of " + e.Now
	case e.Now == "":
		return fmt.Sprintf("%s %s removed", e.What, e.Was)
	case e.Was == "":
		return fmt.Sprintf("%s set to %s", e.What, e.Now)
	}
	return fmt.Sprintf("%s changed from %s to %s", e.What, e.Was, e.Now)
}

func (i *Interface) addedText() string {
	text := "is a new " + i.Type
	if i.Peer != nil {
		text += " to " + i.Peer.String()
	}
	if i.On != nil {
		text += " on " + i.On.String()
	}
	return text
}

func (e Event) addressText() string {
	switch e.Kind {
	case AddressAdded:
		if e.Tentative {
			return fmt.Sprintf("address %s added, tentative", e.Address)
		}
		return fmt.Sprintf("address %s added", e.Address)
	case AddressReady:
		return fmt.Sprintf("address %s is no longer tentative", e.Address)
	case AddressDuplicate:
		return fmt.Sprintf("address %s is a duplicate: another host uses it", e.Address)
	}
	return fmt.Sprintf("address %s deleted", e.Address)
}

func (e Event) neighbourText() string {
	n := e.Neighbour
	entry := n.To.String()
	if n.MAC != "" {
		entry += " at " + n.MAC
	}
	switch e.Kind {
	case NeighbourAdded:
		return fmt.Sprintf("neighbour %s added: %s", entry, n.State)
	case NeighbourDeleted:
		return fmt.Sprintf("neighbour %s deleted", n.To)
	}
	return fmt.Sprintf("neighbour %s changed: %s, was %s", entry, n.State, e.Was)
}

// String writes a route as ip-route(8) does.
func (r *Route) String() string {
	var w []string
	if r.Type != "" {
		w = append(w, r.Type)
	}
	w = append(w, destination(r.To))
	add := func(key, value string) {
		if value != "" {
			w = append(w, key, value)
		}
	}
	add("via", addrText(r.Via))
	add("dev", r.Dev)
	for _, h := range r.Hops {
		w = append(w, "nexthop")
		add("via", addrText(h.Via))
		add("dev", h.Dev)
	}
	if r.Table != tableMain {
		add("table", fmt.Sprint(r.Table))
	}
	if r.Metric != 0 {
		add("metric", fmt.Sprint(r.Metric))
	}
	return strings.Join(w, " ")
}

const tableMain = 254

func destination(p netip.Prefix) string {
	switch {
	case p.Bits() == 0 && p.Addr().Is4():
		return "default"
	case p.IsSingleIP():
		return p.Addr().String()
	}
	return p.String()
}

func addrText(a *netip.Addr) string {
	if a == nil {
		return ""
	}
	return a.String()
}

// String writes a rule as ip-rule(8) does.
func (r *Rule) String() string {
	text := fmt.Sprintf("%d:", r.Priority)
	if r.Not {
		text += " not"
	}
	from := "all"
	if r.From != nil {
		from = r.From.String()
	}
	text += " from " + from
	if r.To != nil {
		text += " to " + r.To.String()
	}
	if r.Mark != 0 {
		text += fmt.Sprintf(" fwmark %#x", r.Mark)
	}
	if r.In != "" {
		text += " iif " + r.In
	}
	if r.Out != "" {
		text += " oif " + r.Out
	}
	return text + fmt.Sprintf(" lookup %d", r.Table)
}

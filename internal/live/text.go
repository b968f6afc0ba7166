package live

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/words"
)

// String says an event in one line of words, without the time.
func (e Event) String() string {
	switch e.Kind {
	case Snapshot:
		if len(e.Nodes) == 0 {
			return "nothing is there yet"
		}
		return words.Plural(len(e.Nodes), "node") + ": " + words.List(nodeNames(e.Nodes), 8)
	case Resync:
		return "events were lost; everything was read anew"
	case NodeAdded:
		return e.Node + " has come" + withLinks(e.Nodes)
	case NodeGone:
		return e.Node + " has gone"
	}
	subject := e.Node
	if e.Interface != "" {
		subject = End{e.Node, e.Interface}.String()
	}
	switch {
	case e.Address != nil:
		return subject + " " + e.addressText()
	case e.Route != nil:
		return fmt.Sprintf("%s: route %s %s", e.Node, e.Route, came(e.Kind == RouteAdded))
	case e.Rule != nil:
		return fmt.Sprintf("%s: rule %s %s", e.Node, e.Rule, came(e.Kind == RuleAdded))
	case e.Neighbour != nil:
		return subject + " " + e.neighbourText()
	}
	return subject + " " + e.linkText()
}

func came(added bool) string {
	if added {
		return "added"
	}
	return "gone"
}

func nodeNames(nodes []Node) []string {
	names := make([]string, len(nodes))
	for i := range nodes {
		names[i] = nodes[i].Name
	}
	return names
}

// withLinks says which links a node that has come has, but for those that the
// kernel makes in every namespace.
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
	case LinkGone:
		return "has gone"
	case LinkUp:
		return "is switched on"
	case LinkDown:
		return "is switched off"
	case CarrierUp:
		return "has a carrier"
	case CarrierDown:
		return "has lost its carrier"
	case LinkRenamed:
		return "was called " + e.Was
	case Moved:
		if e.To == nil {
			return "has moved out of sight"
		}
		return "has moved to " + e.To.String()
	}
	switch {
	case e.What == whatMaster && e.Now == "":
		return "has left " + e.Was
	case e.What == whatMaster:
		return "is a port of " + e.Now
	case e.Now == "":
		return fmt.Sprintf("has no %s any more, it was %s", e.What, e.Was)
	case e.Was == "":
		return fmt.Sprintf("has %s %s", e.What, e.Now)
	}
	return fmt.Sprintf("has %s %s instead of %s", e.What, e.Now, e.Was)
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
			return fmt.Sprintf("has %s, if nobody else has", e.Address)
		}
		return fmt.Sprintf("has %s", e.Address)
	case AddressReady:
		return fmt.Sprintf("has %s for sure", e.Address)
	case AddressDuplicate:
		return fmt.Sprintf("can't have %s: somebody else has it", e.Address)
	}
	return fmt.Sprintf("has %s no more", e.Address)
}

func (e Event) neighbourText() string {
	n := e.Neighbour
	who := n.To.String()
	if n.MAC != "" {
		who += " at " + n.MAC
	}
	switch e.Kind {
	case NeighbourAdded:
		if n.MAC == "" {
			return fmt.Sprintf("looks for %s: %s", who, n.State)
		}
		return fmt.Sprintf("knows %s: %s", who, n.State)
	case NeighbourGone:
		return fmt.Sprintf("has forgotten %s", n.To)
	}
	return fmt.Sprintf("knows %s: %s, was %s", who, n.State, e.Was)
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

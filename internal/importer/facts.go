package importer

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/ipshow"
	"github.com/vethlab/vethlab/internal/shell"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/xtables"
)

// Facts are what a running namespace shows. A State holds only a part of it.
type Facts struct {
	*dump.Namespace
	Qdiscs  []dump.Qdisc
	SetMACs map[string]bool // links whose MAC somebody set; nil: not known
	Sysctls []dump.Setting  // that differ from a new namespace
	Objects []dump.Object   // of kinds that no State has
	Xtables []xtables.Table // of legacy iptables, ip6tables and arptables
}

// unsupported is why a fact is lost: no lab has it.
const unsupported = "lab files do not support it"

// A surplus is what a namespace shows beyond its State: what a user decided, and what
// of that the State has no place for.
type surplus struct {
	Facts
	model *dump.Namespace  // what the kernel shows of the State
	state *state.Namespace // the part of it that is imported
	ours  bool             // it is of a lab of vethlab
	upper map[string]bool  // addresses of devices that lie on those of the namespace, see upperAddresses
	lose  func(link, what, why string)
}

// surplusThings has one row per kind of object.
var surplusThings = []func(*surplus){
	(*surplus).links, (*surplus).addresses, (*surplus).routes, (*surplus).rules, (*surplus).neighbours, (*surplus).fdb, (*surplus).qdiscs,
	(*surplus).xtables, (*surplus).objects, (*surplus).cuts,
}

// loseSurplus notes every fact of a namespace that is not in its State and that the
// kernel does not add itself. Sysctls go into the State. Of the host namespace only
// what belongs to imported links counts.
func (d *Draft) loseSurplus(f Facts, model *dump.Namespace, ns *state.Namespace, upper map[string]bool, ours bool) {
	s := surplus{Facts: f, model: model, state: ns, upper: upper, ours: ours, lose: func(link, what, why string) {
		at := strings.TrimSuffix(state.Endpoint{Namespace: ns.Name, Link: link}.String(), ":")
		d.noteLost(shell.Pos{}, ns.Name, at+": "+what, why)
	}}
	for _, thing := range surplusThings {
		thing(&s)
	}
	if ns.Name != state.Host {
		s.sysctls()
	}
}

// imported returns the State of a link, nil if the file does not have such a link
// anyway.
func (s *surplus) imported(index int) *state.Link {
	l := s.state.Links[s.LinkName(index)]
	if l == nil || l.Kind.Traits().Foreign {
		return nil
	}
	return l
}

func (s *surplus) whole() bool { return s.state.Name != state.Host }

// cuts notes what was not read to the end, since another user may fill the namespace.
func (s *surplus) cuts() {
	for _, c := range s.Cuts {
		s.lose("", c.String(), "the rest was not read, since "+s.Owner+" owns the namespace")
	}
}

func (s *surplus) links() {
	for _, seen := range s.Links {
		l, model := s.imported(seen.Index), s.model.LinkNamed(seen.Name)
		if l == nil || model == nil {
			continue
		}
		m := *model
		m.Port = s.usualPort(&seen)
		if seen.AddrGenMode < 0 || l.Name == state.Lo { // kernels differ in what they show of lo
			m.AddrGenMode = seen.AddrGenMode
		}
		for _, what := range append(dump.Differences(seen, m), operations(&seen, &m)...) {
			s.lose(seen.Name, what, unsupported)
		}
	}
}

// operations returns the conditions of a link that somebody set: the kernel sets neither of
// them for the kinds of labs. A peer, a lower device or ports take the carrier of others.
func operations(seen, model *dump.Link) []string {
	if seen.OperState == "dormant" || seen.OperState == "testing" {
		return []string{"state " + seen.OperState}
	}
	alone := seen.Parent == 0 && !seen.Paired() && !state.KindNamed(seen.Kind).Traits().Forwards
	if alone && seen.Flags.Has(dump.Up) && model.Flags.Has(dump.LowerUp) && !seen.Flags.Has(dump.LowerUp) {
		return []string{"carrier off"}
	}
	return nil
}

// usualPort returns what a bridge port has that nobody has configured. A bridge learns of
// a carrier a moment later, so a disabled port is not a surplus.
func (s *surplus) usualPort(l *dump.Link) *dump.Port {
	p := l.UsualPort(s.Link(l.Master))
	const disabled = 0
	if p != nil && l.Port.State == disabled {
		p.State = disabled
	}
	return p
}

// Protocols of routes that the kernel adds (RTPROT_*): redirect, kernel, ra.
var kernelRoutes = []uint8{1, 2, 9}

// onlink is RTNH_F_ONLINK, the one flag of a route that a user sets.
const onlink = 4

func (s *surplus) routes() {
	model := slices.Clone(s.model.Routes)
	for _, seen := range s.Routes {
		at := slices.IndexFunc(model, func(r dump.Route) bool { return sameEntry(seen, r) })
		if slices.Contains(kernelRoutes, seen.Protocol) && seen.Other == "" || !s.whole() && s.imported(seen.Index) == nil {
			continue
		}
		line := s.routeLine(seen)
		if at < 0 {
			s.lose("", line, unsupported)
			continue
		}
		r := model[at]
		model = slices.Delete(model, at, at+1)
		seen.Flags, r.Flags = seen.Flags&onlink, r.Flags&onlink
		switch unlike := dump.Differences(seen, r); {
		case len(unlike) == 0 && seen.Expires == 0:
		case seen.Type != r.Type || seen.TOS != r.TOS || seen.From != r.From || len(seen.Hops) > 0:
			s.lose("", line, unsupported)
			s.state.Routes = s.state.Routes.Without(state.RouteKey{To: seen.To, Metric: s.stateMetric(seen)})
		default:
			if seen.Flags != r.Flags {
				unlike = append(slices.Clip(unlike), "onlink")
			}
			if seen.Expires != 0 {
				unlike = append(slices.Clip(unlike), "expires")
			}
			unlike = slices.DeleteFunc(unlike, func(what string) bool { return strings.HasPrefix(what, "flags ") })
			s.lose("", line, "lab files do not support "+strings.Join(unlike, ", "))
		}
	}
	s.missingRoutes()
}

// sameEntry reports whether a route of the model is the one that was seen: all that a
// State says of a route is the same.
func sameEntry(seen, model dump.Route) bool {
	return seen.To == model.To && seen.Table == model.Table && seen.Metric == model.Metric && seen.Index == model.Index &&
		seen.Via == model.Via
}

// stateMetric returns the metric of a route as a State says it.
func (s *surplus) stateMetric(r dump.Route) int {
	const usualIPv6 = 1024
	if r.To.Addr().Is6() && r.Metric == usualIPv6 {
		return 0
	}
	return r.Metric
}

func (s *surplus) routeLine(r dump.Route) string {
	r.Flags &= onlink
	lines := ipshow.RouteLines(&dump.Namespace{Links: s.Links, Routes: []dump.Route{r}})
	if len(lines) == 0 { // of table local
		r.Table = 254 // RT_TABLE_MAIN
		lines = ipshow.RouteLines(&dump.Namespace{Links: s.Links, Routes: []dump.Route{r}})
		return strings.Join(lines, " ") + " table local"
	}
	return "route " + lines[0]
}

// missingRoutes notes connected routes that a user deleted. Where an address says that
// it has none, or has a peer instead of a subnet, none is expected.
func (s *surplus) missingRoutes() {
	for _, r := range s.model.Routes {
		const kernel, main, unicast = 2, 254, 1
		if r.Protocol != kernel || r.Table != main || r.Type != unicast || s.imported(r.Index) == nil {
			continue
		}
		there := slices.ContainsFunc(s.Routes, func(o dump.Route) bool { return o.To == r.To && o.Index == r.Index })
		special := slices.ContainsFunc(s.Addresses, func(a dump.Address) bool {
			return a.Index == r.Index && a.Prefix.Masked() == r.To && (a.Flags&noPrefixRoute != 0 || a.Peer.IsValid())
		})
		gone := !slices.ContainsFunc(s.Addresses, func(a dump.Address) bool { return a.Index == r.Index && a.Prefix.Masked() == r.To })
		if !there && !special && !gone {
			s.lose(s.LinkName(r.Index), r.To.String(), "the kernel adds this route, but it is missing: "+unsupported)
		}
	}
}

func (s *surplus) rules() {
	if !s.whole() {
		return // the host's
	}
	for _, r := range s.Rules {
		if !slices.Contains(s.model.Rules, r) {
			s.lose("", "rule "+ipshow.RuleLine(r), unsupported)
		}
	}
	for _, r := range s.model.Rules {
		known := slices.ContainsFunc(s.Rules, func(o dump.Rule) bool { return o.Family == r.Family })
		if known && !slices.Contains(s.Rules, r) {
			s.lose("", fmt.Sprintf("rule %d of table %d", r.Priority, r.Table), "the kernel adds it, but it is missing: "+unsupported)
		}
	}
}

// States and flags of neighbour table entries (linux/neighbour.h).
const (
	nudNoARP      = 0x40
	nudPermanent  = 0x80
	ntfExtLearned = 0x10
	ntfRouter     = 0x80
)

// neighbours notes entries that a user added: the permanent ones are in the State.
// Those that the kernel has learned, and those of groups and broadcast, it makes itself.
func (s *surplus) neighbours() {
	for _, n := range s.Neighbours {
		l := s.imported(n.Index)
		if l == nil {
			continue
		}
		at := slices.IndexFunc(s.model.Neighbours, func(m dump.Neighbour) bool {
			return m.Index == n.Index && m.To == n.To && m.Address.String() == n.Address.String()
		})
		inState := at >= 0
		added := n.Other != "" || n.Proxy || n.State&nudPermanent != 0 || n.Flags&ntfExtLearned != 0 || n.State&nudNoARP != 0 && s.unicast(n)
		flagged := n.Other != "" || n.Flags&ntfExtLearned != 0 || n.State&nudPermanent != 0 && n.Flags&ntfRouter != 0 ||
			inState && n.Protocol != s.model.Neighbours[at].Protocol
		if added && !inState || inState && flagged {
			s.lose("", "neigh "+s.neighbourLine(n), unsupported)
		}
	}
}

// unicast reports whether an entry that needs no ARP is of one neighbour on a link that
// does ARP.
func (s *surplus) unicast(n dump.Neighbour) bool {
	l := s.Link(n.Index)
	return l != nil && !l.Flags.Has(dump.NoARP) && !l.Flags.Has(dump.Loopback) && !n.To.IsMulticast() && len(n.Address) > 0 && n.Address[0]&1 == 0
}

func (s *surplus) neighbourLine(n dump.Neighbour) string {
	n.State &^= nudNoARP // ip does not list NOARP entries
	return strings.Join(ipshow.NeighbourLines(&dump.Namespace{Links: s.Links, Neighbours: []dump.Neighbour{n}}), " ")
}

// fdb notes the entries that a user added to the database of a bridge. Those that it
// has learned, and its own and its ports' addresses, it makes itself.
func (s *surplus) fdb() {
	addresses := map[string]bool{}
	for _, l := range s.Links {
		addresses[l.Address.String()] = true
	}
	own := func(a dump.HWAddr) bool { return addresses[a.String()] }
	for _, e := range s.FDB {
		if s.imported(e.Index) != nil && e.Added(own) {
			s.lose(s.LinkName(e.Index), "fdb "+strings.Join(dump.Differences(e, dump.FDBEntry{}), " "), unsupported)
		}
	}
}

// qdiscs notes the qdiscs that a user added: only those of the kernel's have no handle.
func (s *surplus) qdiscs() {
	for _, q := range s.Qdiscs {
		if q.Handle != 0 && s.imported(q.Index) != nil {
			s.lose("", strings.TrimSpace(ipshow.Qdiscs([]dump.Qdisc{q}, s.Namespace)), unsupported)
		}
	}
}

// xtables notes the rules of legacy iptables and the policies that somebody set.
func (s *surplus) xtables() {
	if !s.whole() {
		return // the host's
	}
	for i := range s.Xtables {
		t := &s.Xtables[i]
		if t.Unread != "" {
			s.lose("", fmt.Sprintf("the table %s of legacy %s", t.Name, t.Family), t.Unread)
		}
		for _, command := range t.Commands() {
			s.lose("", command, unsupported)
		}
	}
}

// objects notes what has no type in a dump. On a link that the file does not have, it goes
// with the link.
func (s *surplus) objects() {
	for _, o := range s.Objects {
		switch {
		case o.Kind == "fdb" && s.upper[s.LinkName(o.Link)+" "+o.Text]: // the kernel adds it for the device
		case o.Link != 0 && s.imported(o.Link) != nil:
			s.lose(s.LinkName(o.Link), o.Kind+" "+o.Text, unsupported)
		case o.Link == 0 && s.whole():
			s.lose("", o.Kind+" "+o.Text, unsupported)
		}
	}
}

// upperAddresses returns the filtered addresses that the kernel adds to the lower devices in a
// namespace for the devices on them, also those in other namespaces, as "LINK MAC self".
func upperAddresses(s *state.State, namespace string) map[string]bool {
	added := map[string]bool{}
	for _, ns := range s.Namespaces {
		for _, l := range ns.Links {
			if l.Kind == nil {
				continue
			}
			for _, lower := range l.Kind.Lower() {
				if lower.Namespace == namespace {
					added[lower.Link+" "+l.MAC.String()+" self"] = true
				}
			}
		}
	}
	return added
}

// sysctls puts what differs from a new namespace into the State, of which the file holds
// it.
func (s *surplus) sysctls() {
	sysctls := maps.Clone(s.state.Sysctls)
	if sysctls == nil {
		sysctls = map[string]string{}
	}
	for _, x := range s.Sysctls {
		link := state.SysctlLink(x.Key)
		l := s.LinkNamed(link)
		switch {
		case x.Key == state.ForwardIPv4, x.Key == state.ForwardIPv6: // known already
		case s.ours && x.Key == "net.ipv4.ping_group_range": // set by vethlab for its own pings
		case link != "" && (l == nil || s.imported(l.Index) == nil): // goes with its link
		default:
			sysctls[x.Key] = x.Value
		}
	}
	if !s.ours {
		s.withoutLinkLocal(sysctls)
	}
	s.state.Sysctls = sysctls
}

// withoutLinkLocal sets the sysctls of links with addresses that make no link-local one,
// as links of a lab do.
func (s *surplus) withoutLinkLocal(sysctls map[string]string) {
	const never = "1" // IN6_ADDR_GEN_MODE_NONE
	for _, name := range s.state.LinkNames() {
		l := s.state.Links[name]
		local := func(p netip.Prefix) bool { return p.Addr().Is6() && p.Addr().IsLinkLocalUnicast() }
		if seen := s.LinkNamed(name); seen == nil || !l.Up || l.Master != "" || name == state.Lo || l.AutoLinkLocal || len(l.Addresses) == 0 ||
			slices.ContainsFunc(l.Addresses, local) || s.withoutIPv6(seen.Index) {
			continue
		}
		sysctls["net.ipv6.conf."+strings.ReplaceAll(name, ".", "/")+".addr_gen_mode"] = never
	}
}

package iproute2

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/dump"
)

// Tables of routes that have names.
const (
	tableDefault = 253
	tableMain    = 254
	tableLocal   = 255
)

// RouteLines returns the routes of all tables but local as ip prints them, those
// of main first.
func RouteLines(ns *dump.Namespace) []string {
	routes := slices.DeleteFunc(slices.Clone(ns.Routes), func(r dump.Route) bool { return r.Table == tableLocal })
	slices.SortStableFunc(routes, func(a, b dump.Route) int {
		if (a.Table == tableMain) != (b.Table == tableMain) {
			return map[bool]int{true: -1, false: 1}[a.Table == tableMain]
		}
		return int(a.Table) - int(b.Table)
	})
	var lines []string
	for _, r := range routes {
		lines = append(lines, routeLine(r, ns))
	}
	return lines
}

func routeLine(r dump.Route, ns *dump.Namespace) string {
	words := routeHead(r)
	if r.Via.IsValid() {
		words = append(words, "via", r.Via.String())
	}
	if dev := ns.LinkName(r.Index); dev != "" {
		words = append(words, "dev", dev)
	}
	if r.Table != tableMain {
		words = append(words, "table", tableName(r.Table))
	}
	if p := routeProtocol(r.Protocol); p != "" {
		words = append(words, "proto", p)
	}
	if scope := map[uint8]string{200: "site", 253: "link", 254: "host", 255: "nowhere"}[r.Scope]; scope != "" && r.To.Addr().Is4() {
		words = append(words, "scope", scope)
	}
	if r.Source.IsValid() {
		words = append(words, "src", r.Source.String())
	}
	if r.Metric != 0 {
		words = append(words, "metric", fmt.Sprint(r.Metric))
	}
	for _, h := range r.Hops {
		words = append(words, "nexthop")
		if h.Via.IsValid() {
			words = append(words, "via", h.Via.String())
		}
		words = append(words, "dev", ns.LinkName(h.Index), "weight", fmt.Sprint(h.Weight))
	}
	return strings.Join(words, " ")
}

// routeHead returns the type of a route, if it is a special one, and where it
// leads.
func routeHead(r dump.Route) []string {
	types := map[uint8]string{2: "local", 3: "broadcast", 4: "anycast", 5: "multicast", 6: "blackhole", 7: "unreachable", 8: "prohibit", 9: "throw"}
	to := r.To.String()
	if r.To.Bits() == 0 {
		to = "default"
	} else if r.To.IsSingleIP() {
		to = r.To.Addr().String()
	}
	if t := types[r.Type]; t != "" {
		return []string{t, to}
	}
	return []string{to}
}

func tableName(n uint32) string {
	if name := map[uint32]string{tableDefault: "default", tableMain: "main", tableLocal: "local"}[n]; name != "" {
		return name
	}
	return fmt.Sprint(n)
}

// routeProtocol returns who made a route; "": somebody by hand, at boot.
func routeProtocol(n uint8) string {
	if n == 3 {
		return ""
	}
	known := map[uint8]string{1: "redirect", 2: "kernel", 4: "static", 9: "ra", 16: "dhcp", 186: "bgp", 187: "isis", 188: "ospf", 189: "rip"}
	if name := known[n]; name != "" {
		return name
	}
	return fmt.Sprint(n)
}

// RuleLines returns the rules that a new namespace does not have.
func RuleLines(ns *dump.Namespace) []string {
	var lines []string
	for _, r := range ns.Rules {
		if !usualRule(r) {
			lines = append(lines, ruleLine(r))
		}
	}
	return lines
}

// usualRule reports whether a rule is one of those of every namespace: to local
// first, then main, then default.
func usualRule(r dump.Rule) bool {
	bare := !r.From.IsValid() && !r.To.IsValid() && r.In == "" && r.Out == "" && r.Mark == 0 && !r.Not && r.Action == 1
	usual := map[uint32]uint32{0: tableLocal, 32766: tableMain, 32767: tableDefault}
	table, ok := usual[r.Priority]
	return bare && ok && table == r.Table
}

func ruleLine(r dump.Rule) string {
	words := []string{fmt.Sprintf("%d:", r.Priority)}
	if r.Not {
		words = append(words, "not")
	}
	words = append(words, "from", anyOr(r.From))
	if r.To.IsValid() {
		words = append(words, "to", anyOr(r.To))
	}
	if r.Mark != 0 {
		words = append(words, "fwmark", fmt.Sprintf("0x%x", r.Mark))
	}
	if r.In != "" {
		words = append(words, "iif", r.In)
	}
	if r.Out != "" {
		words = append(words, "oif", r.Out)
	}
	actions := map[uint8]string{6: "blackhole", 7: "unreachable", 8: "prohibit"}
	if a := actions[r.Action]; a != "" {
		return strings.Join(append(words, a), " ")
	}
	return strings.Join(append(words, "lookup", tableName(r.Table)), " ")
}

func anyOr(p netip.Prefix) string {
	switch {
	case !p.IsValid():
		return "all"
	case p.IsSingleIP():
		return p.Addr().String()
	}
	return p.String()
}

// NeighbourLines returns the neighbours as ip prints them, without those that
// need none, such as groups.
func NeighbourLines(ns *dump.Namespace) []string {
	const noARP = 0x40
	var lines []string
	for _, n := range ns.Neighbours {
		if n.State&noARP != 0 {
			continue
		}
		words := []string{n.To.String(), "dev", ns.LinkName(n.Index)}
		if len(n.Address) > 0 {
			words = append(words, "lladdr", n.Address.String())
		}
		if n.Proxy {
			words = append(words, "proxy")
		}
		states := map[uint16]string{1: "INCOMPLETE", 2: "REACHABLE", 4: "STALE", 8: "DELAY", 16: "PROBE", 32: "FAILED", 128: "PERMANENT"}
		if s := states[n.State]; s != "" {
			words = append(words, s)
		}
		lines = append(lines, strings.Join(words, " "))
	}
	return lines
}

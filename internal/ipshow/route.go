package ipshow

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/plan"
)

// Tables of routes that have names.
const (
	tableDefault = 253
	tableMain    = 254
	tableLocal   = 255
)

// routes prints the routes of the selected tables, IPv4 first.
func (q *Query) routes(ns *dump.Namespace) []fields {
	var list []fields
	for _, four := range []bool{true, false} {
		for _, r := range ns.Routes {
			if r.To.Addr().Is4() == four && q.wantsRoute(ns, r) {
				list = append(list, q.route(ns, r))
			}
		}
	}
	return list
}

// cloned is RTM_F_CLONED: a route of the cache.
const cloned = 0x200

func (q *Query) wantsRoute(ns *dump.Namespace, r dump.Route) bool {
	family := q.family
	if family == plan.AllFamilies && q.table != "all" {
		family = plan.IPv4Only
	}
	table := q.table == "all" || r.Table == tableNumber(cmp.Or(q.table, "main"))
	dev := q.dev == "" || r.Index != 0 && r.Index == ns.LinkNamed(q.dev).Index
	return family.Has(r.To) && table && dev && (!q.to.IsValid() || q.to.Masked() == r.To) && r.Flags&cloned == 0
}

func tableName(n uint32) string {
	if name := map[uint32]string{tableDefault: "default", tableMain: "main", tableLocal: "local"}[n]; name != "" {
		return name
	}
	return fmt.Sprint(n)
}

// tableNumber returns the number of a table; 0 if the name is unknown.
func tableNumber(name string) uint32 {
	if n := map[string]uint32{"default": tableDefault, "main": tableMain, "local": tableLocal}[name]; n != 0 {
		return n
	}
	n, _ := strconv.ParseUint(name, 0, 32) // 0 on error
	return uint32(n)
}

// unicast is RTN_UNICAST, which ip prints with -d only.
const unicast = 1

// routeTypes are RTN_* by ip's words.
var routeTypes = map[uint8]string{
	unicast: "unicast", 2: "local", 3: "broadcast", 4: "anycast", 5: "multicast", 6: "blackhole", 7: "unreachable", 8: "prohibit", 9: "throw", 10: "nat",
}

// routeProtocols are RTPROT_* by ip's words, but for boot, printed with -d only.
var routeProtocols = map[uint8]string{
	0: "unspec", 1: "redirect", 2: "kernel", 4: "static", 8: "gated", 9: "ra", 10: "mrt", 11: "zebra", 12: "bird", 13: "dnrouted", 14: "xorp",
	15: "ntk", 16: "dhcp", 18: "keepalived", 42: "babel", 99: "openr", 186: "bgp", 187: "isis", 188: "ospf", 189: "rip", 192: "eigrp",
}

const protocolBoot = 3

func protocolName(n uint8) string {
	return cmp.Or(routeProtocols[n], map[uint8]string{protocolBoot: "boot"}[n], fmt.Sprint(n))
}

func (q *Query) route(ns *dump.Namespace, r dump.Route) fields {
	var fs fields
	if t := routeTypes[r.Type]; t != "" && (r.Type != unicast || q.details) {
		fs.add("type", t, t+" ")
	}
	fs.add("dst", routeTo(r), routeTo(r)+" ")
	if r.From.IsValid() {
		from := r.From.String()
		if r.From.IsSingleIP() {
			from = r.From.Addr().String()
		}
		fs.word("from", "from", from)
	}
	if r.TOS != 0 {
		fs.word("tos", "tos", fmt.Sprintf("%#x", r.TOS))
	}
	fs = append(fs, gatewayOf(r)...)
	if dev := ns.LinkName(r.Index); dev != "" && q.dev == "" {
		fs.word("dev", "dev", dev)
	}
	if r.Table != tableMain && (q.table == "all" || q.table == "") {
		fs.word("table", "table", tableName(r.Table))
	}
	if r.Protocol != protocolBoot || q.details {
		fs.word("protocol", "proto", protocolName(r.Protocol))
	}
	if r.Scope != 0 || q.details {
		fs.word("scope", "scope", scopeName(r.Scope))
	}
	if r.Source.IsValid() {
		fs.word("prefsrc", "src", r.Source.String())
	}
	if r.Metric != 0 || r.To.Addr().Is6() {
		fs.add("metric", r.Metric, fmt.Sprintf("metric %d ", r.Metric))
	}
	return append(fs, q.routeRest(ns, r)...)
}

// routeRest prints what follows the metric.
func (q *Query) routeRest(ns *dump.Namespace, r dump.Route) fields {
	var fs fields
	flags := routeFlags(r.Flags)
	fs.know("flags", flags)
	for _, f := range flags {
		fs.say(f + " ")
	}
	if r.MTU != 0 {
		fs.add("metrics", []fields{{{key: "mtu", value: r.MTU}}}, fmt.Sprintf("mtu %d ", r.MTU))
	}
	fs.others(r.Other)
	if r.Expires != 0 {
		fs.add("expires", r.Expires, fmt.Sprintf("expires %dsec ", r.Expires))
	}
	if pref, ok := map[uint8]string{0: "medium", 1: "high", 3: "low"}[r.Pref]; ok && r.To.Addr().Is6() {
		fs.add("pref", pref, "pref "+pref)
	}
	if len(r.Hops) > 0 {
		var list []fields
		for _, h := range r.Hops {
			list = append(list, q.hop(ns, r, h))
		}
		fs.know("nexthops", list)
		for _, h := range list {
			fs.say(h.text())
		}
	}
	fs.say("\n")
	return fs
}

// routeGet prints a route as ip route get does.
func (q *Query) routeGet(ns *dump.Namespace, r dump.Route) fields {
	fs := q.route(ns, r)
	end := fields{{text: fs[len(fs)-1].text}}
	fs = fs[:len(fs)-1]
	if r.To.Addr().Is6() {
		return append(fs, end...)
	}
	metrics := slices.Clone(fs)
	metrics = slices.DeleteFunc(metrics, func(f field) bool { return f.key != "metrics" })
	fs = slices.DeleteFunc(fs, func(f field) bool {
		return f.key == "protocol" && r.Protocol == 0 || f.key == "scope" || f.key == "metrics"
	})
	fs.add("uid", q.UID, fmt.Sprintf("uid %d ", q.UID))
	fs.say(q.newline() + "    cache ")
	cache := []string{}
	if r.Type == 2 {
		cache = append(cache, "local")
		fs.say("<local> ")
	}
	fs.know("cache", cache)
	return append(append(fs, metrics...), end...)
}

func routeTo(r dump.Route) string {
	switch {
	case r.To.Bits() == 0:
		return "default"
	case r.To.IsSingleIP():
		return r.To.Addr().String()
	}
	return r.To.String()
}

// gatewayOf prints a gateway, with its family if it is not the destination's.
func gatewayOf(r dump.Route) fields {
	var fs fields
	switch {
	case !r.Via.IsValid():
	case r.Via.Is4() == r.To.Addr().Is4():
		fs.word("gateway", "via", r.Via.String())
	default:
		family := familyName(r.Via)
		via := fields{{key: "family", value: family}, {key: "host", value: r.Via.String()}}
		fs.add("via", via, "via "+family+" "+r.Via.String()+" ")
	}
	return fs
}

// routeFlags are RTNH_F_* by ip's words.
func routeFlags(flags uint32) []string {
	list := []string{}
	for _, f := range []struct {
		bit  uint32
		name string
	}{{1, "dead"}, {4, "onlink"}, {2, "pervasive"}, {8, "offload"}, {16, "linkdown"}, {32, "unresolved"}} {
		if flags&f.bit != 0 {
			list = append(list, f.name)
		}
	}
	return list
}

func (q *Query) hop(ns *dump.Namespace, r dump.Route, h dump.Hop) fields {
	fs := fields{{text: q.newline() + "\tnexthop "}}
	fs = append(fs, gatewayOf(dump.Route{To: r.To, Via: h.Via})...)
	if dev := ns.LinkName(h.Index); dev != "" {
		fs.word("dev", "dev", dev)
	}
	fs.add("weight", h.Weight, fmt.Sprintf("weight %d ", h.Weight))
	fs.others(h.Other)
	fs.know("flags", routeFlags(h.Flags))
	for _, f := range routeFlags(h.Flags) {
		fs.say(f + " ")
	}
	return fs
}

// RouteLines returns the routes of all tables but local as ip prints them, those
// of main first.
func RouteLines(ns *dump.Namespace) []string {
	routes := slices.DeleteFunc(slices.Clone(ns.Routes), func(r dump.Route) bool { return r.Table == tableLocal || r.Flags&cloned != 0 })
	slices.SortStableFunc(routes, func(a, b dump.Route) int {
		if (a.Table == tableMain) != (b.Table == tableMain) {
			return map[bool]int{true: -1, false: 1}[a.Table == tableMain]
		}
		return cmp.Compare(a.Table, b.Table)
	})
	q := &Query{table: "all"}
	var lines []string
	for _, r := range routes {
		lines = append(lines, oneLine(q.route(ns, r)))
	}
	return lines
}

// oneLine writes what may be several lines as one.
func oneLine(fs fields) string { return strings.Join(strings.Fields(fs.text()), " ") }

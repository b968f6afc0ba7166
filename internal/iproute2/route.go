package iproute2

import (
	"fmt"
	"net/netip"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// route holds the arguments of a route command.
type route struct {
	state.Route
	protocol  uint8 // 0: not given, or another than those that an Op holds
	isDefault bool
	family    string // of the gateway, "inet" or "inet6"; "": the destination's
}

// routeGrammar has no keyword for the destination, which comes first.
var routeGrammar = grammar[route]{
	options: []option[route]{
		{
			words: []string{"via"},
			write: func(r *route) ([]string, bool) { return r.gateway(), r.Via.IsValid() },
			read:  func(w *words, r *route) error { return r.readGateway(w) },
		},
		text("the name of a link", func(r *route) *string { return &r.Dev }, "dev"),
		metric(),
		{
			words: []string{"to"},
			read:  func(w *words, r *route) error { return r.readDestination(w) },
		},
		protocol(func(r *route) *uint8 { return &r.protocol }, "proto", "protocol"),
		fixedScope(),
		mainTable(),
		refused[route]("src", "a route with a source address is not supported"),
		refused[route]("onlink", "onlink is not supported: add a route to the gateway first"),
		refused[route]("nexthop", "a multipath route is not supported"),
		refused[route]("nhid", "nexthop objects are not supported"),
		refused[route]("tos", "a route by TOS or source is not supported"),
		refused[route]("dsfield", "a route by TOS or source is not supported"),
		refused[route]("from", "a route by TOS or source is not supported"),
		refused[route]("mtu", "an MTU of a route is not supported: set that of the link"),
		refused[route]("advmss", "settings of TCP for a route are not supported"),
		refused[route]("encap", "encapsulation is not supported"),
		refused[route]("blackhole", "a route that drops packets is not supported"),
		refused[route]("unreachable", "a route that refuses packets is not supported"),
		refused[route]("prohibit", "a route that refuses packets is not supported"),
		refused[route]("throw", "a route that ends the look-up is not supported"),
		refused[route]("local", "a route of the local table is not supported"),
		refused[route]("broadcast", "a route of the local table is not supported"),
		refused[route]("anycast", "a route of the local table is not supported"),
		refused[route]("any", "to ip this is short for anycast, which is not supported: write default"),
		{words: []string{"unicast"}, read: func(*words, *route) error { return nil }},
	},
	bare: func(w *words, r *route) (bool, error) {
		if r.isDefault || r.To.IsValid() {
			return false, nil
		}
		return true, r.readDestination(w)
	},
}

func metric() option[route] {
	o := number("metric", "a metric", maxNumber, func(r *route) *int { return &r.Metric })
	o.words = append(o.words, "preference", "priority")
	return o
}

// fixedScope accepts the default scopes.
func fixedScope() option[route] {
	return option[route]{words: []string{"scope"}, read: func(w *words, _ *route) error {
		if w.Skip("link", "global", "universe", "253", "0") {
			return nil
		}
		return w.Unexpected("link", "global")
	}}
}

func mainTable() option[route] {
	return option[route]{words: []string{"table"}, read: func(w *words, _ *route) error {
		table, err := w.Value("the name of a table")
		if err == nil && table != "main" && table != "254" {
			err = w.unsupported("routes of tables other than main are not supported")
		}
		return err
	}}
}

// gateway returns the value of "via": with the family if it is not the destination's.
func (r *route) gateway() []string {
	if r.Via.Is6() != r.To.Addr().Is6() {
		return []string{choose(r.Via.Is6(), "inet6", "inet"), r.Via.String()}
	}
	return []string{r.Via.String()}
}

func (r *route) readGateway(w *words) (err error) {
	if w.Peek() == "inet" || w.Peek() == "inet6" {
		r.family = w.Next()
	}
	r.Via, err = w.Addr()
	if r.family != "" && err == nil && r.Via.Is6() != (r.family == "inet6") {
		return fmt.Errorf("%s is not an address of %s", w.Back().Place(), r.family)
	}
	return err
}

func (r *route) readDestination(w *words) error {
	if w.Skip("default", "all") { // "any" is short for anycast
		r.isDefault = true
		return nil
	}
	to, err := w.Prefix()
	r.To = to.Masked()
	return err
}

func printRoute(verb, namespace string, r state.Route, protocol uint8) []string {
	c := ip(namespace, "route", verb, destination(r.To))
	return append(c, routeGrammar.write(route{Route: r, protocol: protocol})...)
}

// destination prints a prefix as ip does. The IPv6 default route is ::/0: "default"
// would mean IPv4.
func destination(p netip.Prefix) string {
	if p.Bits() == 0 && p.Addr().Is4() {
		return "default"
	}
	return p.String()
}

func parseRoute(w *words) (plan.Plan, error) {
	verb, err := w.Verb(
		verb{"add", "a"}, verb{"change", "c"}, verb{"chg", "chg"}, verb{"replace", "r"}, verb{"prepend", "p"}, verb{"append", "app"},
		verb{"delete", "d"}, verb{"flush", "f"})
	switch {
	case err != nil:
		return nil, err
	case verb == "flush":
		return parseFlushRoutes(w)
	case verb == "append" || verb == "prepend":
		return nil, w.unsupported("a second route to a destination needs another metric")
	}
	r, err := readRoute(w)
	if err != nil {
		return nil, err
	}
	if verb == "delete" {
		return plan.Plan{plan.DelRoute{Namespace: w.namespace, Route: r.Route, Protocol: r.protocol}}, nil
	}
	if r.Dev == "" && !r.Via.IsValid() {
		return nil, w.Missing("via ADDRESS or dev LINK")
	}
	return plan.Plan{plan.AddRoute{Namespace: w.namespace, Route: r.Route, Replace: verb != "add", Protocol: r.protocol}}, nil
}

// parseFlushRoutes accepts the cache only, which Linux has not had since 3.6.
func parseFlushRoutes(w *words) (plan.Plan, error) {
	if w.Skip("cache") {
		return nil, nil
	}
	w.Next()
	return nil, w.unsupported("ip route flush is not supported: delete the routes one by one")
}

func readRoute(w *words) (r route, err error) {
	if err := routeGrammar.read(w, &r); err != nil {
		return r, err
	}
	if r.isDefault {
		r.To = everything(w.family == plan.IPv6Only || r.family == "" && r.Via.Is6())
	}
	switch {
	case !r.To.IsValid():
		return r, w.Missing("a destination")
	case r.Via.IsValid() && r.family == "" && r.Via.Is6() != r.To.Addr().Is6():
		return r, fmt.Errorf("%s and its gateway %s are of different families", r.To, r.Via)
	}
	return r, nil
}

// everything returns the destination of a default route.
func everything(ipv6 bool) netip.Prefix {
	if ipv6 {
		return netip.PrefixFrom(netip.IPv6Unspecified(), 0)
	}
	return netip.PrefixFrom(netip.IPv4Unspecified(), 0)
}

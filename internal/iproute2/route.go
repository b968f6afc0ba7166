package iproute2

import (
	"fmt"
	"net/netip"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// route is what a route command says.
type route struct {
	state.Route
	isDefault bool
	family    string // of the gateway, "inet" or "inet6"; "": that of the destination
}

// routeGrammar has no word for the destination, which stands first.
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
		ignored[route]("proto", "protocol"),
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

// gateway returns what stands behind "via". A gateway of the other family must
// be announced.
func (r *route) gateway() []string {
	if r.Via.Is6() != r.To.Addr().Is6() {
		return []string{choose(r.Via.Is6(), "inet6", "inet"), r.Via.String()}
	}
	return []string{r.Via.String()}
}

func (r *route) readGateway(w *words) (err error) {
	if w.peek() == "inet" || w.peek() == "inet6" {
		r.family = w.next()
	}
	r.Via, err = w.addr()
	if r.family != "" && err == nil && r.Via.Is6() != (r.family == "inet6") {
		return fmt.Errorf("%s is not an address of %s", w.back().place(), r.family)
	}
	return err
}

func (r *route) readDestination(w *words) error {
	if w.skip("default") {
		r.isDefault = true
		return nil
	}
	to, err := w.prefix()
	r.To = to.Masked()
	return err
}

func printRoute(verb, namespace string, r state.Route) []string {
	c := ip(namespace, "route", verb, destination(r.To))
	return append(c, routeGrammar.write(route{Route: r})...)
}

// destination writes a prefix as ip does it. The IPv6 default route is written
// out: the word alone would mean IPv4.
func destination(p netip.Prefix) string {
	if p.Bits() == 0 && p.Addr().Is4() {
		return "default"
	}
	return p.String()
}

func parseRoute(w *words) (plan.Op, error) {
	verb, err := w.verb(verb{"add", "a"}, verb{"replace", "rep"}, verb{"delete", "d"})
	if err != nil {
		return nil, err
	}
	r, err := readRoute(w)
	if err != nil {
		return nil, err
	}
	if verb == "delete" {
		return plan.DelRoute{Namespace: w.namespace, Route: r}, nil
	}
	return plan.AddRoute{Namespace: w.namespace, Route: r, Replace: verb == "replace"}, nil
}

func readRoute(w *words) (state.Route, error) {
	var r route
	if err := routeGrammar.read(w, &r); err != nil {
		return r.Route, err
	}
	if r.isDefault {
		r.To = everything(w.ipv6 || r.family == "" && r.Via.Is6())
	}
	switch {
	case !r.To.IsValid():
		return r.Route, w.missing("a destination")
	case r.Via.IsValid() && r.family == "" && r.Via.Is6() != r.To.Addr().Is6():
		return r.Route, fmt.Errorf("%s and its gateway %s are not of one family", r.To, r.Via)
	}
	return r.Route, nil
}

// everything returns the destination that "default" stands for.
func everything(ipv6 bool) netip.Prefix {
	if ipv6 {
		return netip.PrefixFrom(netip.IPv6Unspecified(), 0)
	}
	return netip.PrefixFrom(netip.IPv4Unspecified(), 0)
}

package iproute2

import (
	"net/netip"
	"strconv"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

func printAddRoute(op plan.AddRoute) []string {
	return printRoute(choose(op.Replace, "replace", "add"), op.Namespace, op.Route)
}

func printRoute(verb, namespace string, r state.Route) []string {
	c := ip(namespace, "route", verb, destination(r.To))
	if r.Via.IsValid() {
		c = append(c, "via", r.Via.String())
	}
	if r.Dev != "" {
		c = append(c, "dev", r.Dev)
	}
	if r.Metric != 0 {
		c = append(c, "metric", strconv.Itoa(r.Metric))
	}
	return c
}

// destination writes a prefix as ip does it. The IPv6 default route is written
// out: the word alone would mean IPv4.
func destination(p netip.Prefix) string {
	if p.Bits() == 0 && p.Addr().Is4() {
		return "default"
	}
	return p.String()
}

func parseRoute(w *words, namespace string) (plan.Op, error) {
	var makeOp func(state.Route) plan.Op
	switch verb := w.next(); {
	case abbreviates(verb, "add", "a"):
		makeOp = func(r state.Route) plan.Op { return plan.AddRoute{Namespace: namespace, Route: r} }
	case abbreviates(verb, "replace", "rep"):
		makeOp = func(r state.Route) plan.Op { return plan.AddRoute{Namespace: namespace, Route: r, Replace: true} }
	case abbreviates(verb, "delete", "d"):
		makeOp = func(r state.Route) plan.Op { return plan.DelRoute{Namespace: namespace, Route: r} }
	default:
		return nil, w.back().unexpected("add, replace or del")
	}
	r, err := readRoute(w)
	return makeOp(r), err
}

func readRoute(w *words) (state.Route, error) {
	var r state.Route
	isDefault := false
	for w.more() {
		var err error
		switch {
		case w.skip("default"):
			isDefault = true
		case w.skip("via"):
			r.Via, err = w.addr()
		case w.skip("dev"):
			r.Dev, err = w.value("the name of a link")
		case w.skip("metric"):
			r.Metric, err = w.number("a metric", 0, maxIndex)
		default:
			r.To, err = w.prefix()
			r.To = r.To.Masked()
		}
		if err != nil {
			return r, err
		}
	}
	if isDefault {
		zero := netip.IPv4Unspecified()
		if r.Via.Is6() {
			zero = netip.IPv6Unspecified()
		}
		r.To = netip.PrefixFrom(zero, 0)
	}
	if !r.To.IsValid() {
		return r, w.unexpected("a destination")
	}
	return r, nil
}

func (w *words) addr() (netip.Addr, error) {
	a, err := netip.ParseAddr(w.peek())
	if err != nil || a.Zone() != "" {
		return netip.Addr{}, w.unexpected("an address")
	}
	w.next()
	return a, nil
}

package topo

import (
	"net/netip"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

const routeForm = `a route is written as "10.2.0.0/16 via 10.1.0.1 dev eth0 metric 5"`

func (d *decoder) routes(v value) []Route {
	var rs []Route
	if d.tooMany(v, len(v.node.Content), MaxRoutes, "routes of a node") {
		return nil
	}
	for _, item := range d.list(v, "a list of routes") {
		rs = append(rs, d.route(item))
	}
	return rs
}

// route reads {to: …, via: …} or the same in the words of `ip route`.
func (d *decoder) route(v value) Route {
	r := Route{Pos: d.pos(v.node)}
	to := ""
	if v.node.Kind == yaml.ScalarNode && !isNull(v.node) {
		to = d.routeWords(v, &r)
	} else {
		d.object(v, "a route", fields{
			"to":     func(v value) { to, _ = d.text(v, "a prefix or default") },
			"via":    func(v value) { d.via(v, &r) },
			"dev":    func(v value) { r.Dev, _ = d.text(v, "an interface") },
			"metric": func(v value) { r.Metric = d.integer(v) },
		})
		if to == "" && d.unread.partly(v.path) {
			d.unread.add(v.path)
			return r
		}
		if to == "" {
			d.failAt(v, "write to: default, or a prefix", "%s: a route needs a destination", v.path)
			return r
		}
	}
	d.destination(v, to, &r)
	return r
}

// routeWords reads the short form and returns the destination.
func (d *decoder) routeWords(v value, r *Route) string {
	words := strings.Fields(v.node.Value)
	if len(words)%2 == 0 {
		d.failAt(v, routeForm, "%q is not a route", v.node.Value)
		return ""
	}
	for i := 1; i < len(words); i += 2 {
		arg := value{&yaml.Node{Kind: yaml.ScalarNode, Value: words[i+1], Line: v.node.Line, Column: v.node.Column}, v.path + "." + words[i]}
		switch words[i] {
		case "via":
			d.via(arg, r)
		case "dev":
			r.Dev = words[i+1]
		case "metric":
			r.Metric = d.integer(arg)
		default:
			d.failAt(v, routeForm, "unknown word %q in a route (want via, dev, metric)", words[i])
		}
	}
	return words[0]
}

func (d *decoder) via(v value, r *Route) {
	s, ok := d.text(v, "an address")
	if !ok {
		return
	}
	a, err := netip.ParseAddr(s)
	switch {
	case err != nil:
		d.failAt(v, "via is an address without a length, such as 10.1.0.1", "%q is not an address", s)
	case a.Zone() != "":
		d.failAt(v, "write the interface as dev: "+strconv.Quote(a.Zone()), "%s has a zone", s)
	default:
		r.Via = a
	}
}

// destination reads a prefix, a single address, or "default" in the family of
// the gateway.
func (d *decoder) destination(v value, to string, r *Route) {
	if to == "" {
		return // reported already
	}
	if to == "default" {
		if !r.Via.IsValid() && d.unread.partly(v.path) {
			d.unread.add(v.path)
			return
		}
		if !r.Via.IsValid() {
			d.failAt(v, "write 0.0.0.0/0 or ::/0", "a default route without via has no address family")
		}
		r.To = netip.PrefixFrom(zero(r.Via), 0)
		return
	}
	if a, err := netip.ParseAddr(to); err == nil && a.Zone() == "" {
		r.To = netip.PrefixFrom(a, a.BitLen())
		return
	}
	p, hint, err := parseSubnet(to)
	if err != nil {
		d.failAt(v, hint, "%s", err)
		return
	}
	r.To = p
}

// zero returns the all-zero address of the family of a.
func zero(a netip.Addr) netip.Addr {
	if a.Is6() {
		return netip.IPv6Unspecified()
	}
	return netip.IPv4Unspecified()
}

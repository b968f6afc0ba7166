package iproute2

import (
	"net/netip"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

func printAddress(verb string, link state.Endpoint, p netip.Prefix) []string {
	c := ip(link.Namespace, "addr", verb, p.String(), "dev", link.Link)
	if verb == "add" && p.Addr().Is6() {
		c = append(c, "nodad")
	}
	return c
}

func parseAddress(w *words, namespace string) (plan.Op, error) {
	verb := w.next()
	add := abbreviates(verb, "add", "a")
	if !add && !abbreviates(verb, "delete", "d") {
		return nil, w.back().unexpected("add or del")
	}
	var p netip.Prefix
	link := state.Endpoint{Namespace: namespace}
	for w.more() {
		var err error
		switch {
		case w.skip("dev"):
			link.Link, err = w.value("the name of a link")
		case w.skip("nodad"): // all our IPv6 addresses are
		case w.skip("brd") || w.skip("broadcast"):
			_, err = w.value("a broadcast address") // nobody needs it
		default:
			p, err = w.prefix()
		}
		if err != nil {
			return nil, err
		}
	}
	if !p.IsValid() || link.Link == "" {
		return nil, w.unexpected("an address and dev LINK")
	}
	if add {
		return plan.AddAddress{Link: link, Address: p}, nil
	}
	return plan.DelAddress{Link: link, Address: p}, nil
}

// prefix takes an address with the length of its subnet; without a length it
// stands alone.
func (w *words) prefix() (netip.Prefix, error) {
	p, err := netip.ParsePrefix(w.peek())
	if err != nil {
		addr, addrErr := netip.ParseAddr(w.peek())
		if addrErr != nil || addr.Zone() != "" {
			return p, w.unexpected("an address such as 10.0.0.1/24")
		}
		p = netip.PrefixFrom(addr, addr.BitLen())
	}
	w.next()
	return p, nil
}

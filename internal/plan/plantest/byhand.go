package plantest

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/state"
)

// A Command is a shell command to run in a namespace.
type Command struct{ Namespace, Line string }

// ByHand draws a few commands that change a lab in ways that no Op does, and which a State
// need not hold. Not each of them succeeds on each kernel.
func ByHand(t *rapid.T, s *state.State) []Command {
	d := &damager{t: t, now: s}
	var list []Command
	for range rapid.IntRange(1, maxDamage).Draw(t, "commands") {
		e, l := d.link(made)
		if l == nil {
			break
		}
		line := strings.NewReplacer(
			"DEV", e.Link,
			"KEY", strings.ReplaceAll(e.Link, ".", "/"),
			"NEW", fmt.Sprintf("new%d", len(list)),
			"ADDR4", addressOf(l, false, "192.0.2.1/24"),
			"ADDR6", addressOf(l, true, "2001:db8::1/64"),
			"SUBNET4", subnetOf(l, false, "192.0.2.0/24"),
			"SUBNET6", subnetOf(l, true, "2001:db8::/64"),
			"IP4", strings.Split(addressOf(l, false, "192.0.2.1/24"), "/")[0],
			"VIA4", neighbourOf(l, false, "192.0.2.2"),
			"VIA6", neighbourOf(l, true, "fe80::2"),
			"TO", pick(t, "destination", destinations(s.Namespaces[e.Namespace])...),
		).Replace(pick(t, "command", byHand...))
		list = append(list, Command{e.Namespace, line})
	}
	return list
}

// addressOf returns an address of a link, with its prefix length, or an unused one.
func addressOf(l *state.Link, ipv6 bool, other string) string {
	if p := l.Addresses.First(ipv6); p.IsValid() {
		return p.String()
	}
	return other
}

// subnetOf returns that of an address of a link, or an unused one.
func subnetOf(l *state.Link, ipv6 bool, other string) string {
	if p := l.Addresses.First(ipv6); p.IsValid() {
		return p.Masked().String()
	}
	return other
}

// neighbourOf returns the address after one of a link's, or an unused one.
func neighbourOf(l *state.Link, ipv6 bool, other string) string {
	if p := l.Addresses.First(ipv6); p.IsValid() && p.Addr().Next().IsValid() {
		return p.Addr().Next().String()
	}
	return other
}

// destinations returns those of a namespace's IPv4 routes, and an unused one.
func destinations(ns *state.Namespace) []string {
	list := []string{"198.51.100.0/24"}
	for _, r := range ns.Routes {
		if r.To.Addr().Is4() {
			list = append(list, r.To.String())
		}
	}
	return list
}

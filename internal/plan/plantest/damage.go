// Package plantest makes random changes to running labs for property tests, such as
// people make by hand.
package plantest

import (
	"fmt"
	"net/netip"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// maxDamage is the maximum number of changes by Damage.
const maxDamage = 6

// Damage draws a few changes of s, as Ops that can be applied in order. They do not
// change marks and the host namespace.
func Damage(t *rapid.T, s *state.State) plan.Plan {
	d := &damager{t: t, now: s.Clone()}
	for range rapid.IntRange(1, maxDamage).Draw(t, "damages") {
		pick(t, "damage", damages...)(d)
	}
	return d.plan
}

// A damager applies each Op at once, so that the next one is drawn from the result.
type damager struct {
	t    *rapid.T
	now  *state.State
	plan plan.Plan
	made int // links and namespaces
}

// do applies an Op if that is possible.
func (d *damager) do(op plan.Op) {
	if op.Apply(d.now) == nil {
		d.plan = append(d.plan, op)
	}
}

// damages are the changes that Damage draws from. Without an object to change they do
// nothing.
var damages = []func(*damager){
	(*damager).setUp, (*damager).setMTU, (*damager).setMAC, (*damager).setAlias, (*damager).setAutoLinkLocal,
	(*damager).leaveBridge, (*damager).setBridge, (*damager).delLink, (*damager).addLink, (*damager).addAddress,
	(*damager).delAddress, (*damager).addRoute, (*damager).delRoute, (*damager).setForwarding,
	(*damager).addNeighbour, (*damager).delNeighbour, (*damager).delNamespace, (*damager).addNamespace, (*damager).flushAddresses, (*damager).moveLink,
}

func (d *damager) setUp() {
	if e, l := d.link(anyLink); l != nil {
		d.do(plan.SetLink{Link: e, Up: new(!l.Up)})
	}
}

func (d *damager) setMTU() {
	if e, l := d.link(made); l != nil {
		d.do(plan.SetLink{Link: e, MTU: pick(d.t, "mtu", 1000, 1280, 1400, 1500, 9000)})
	}
}

func (d *damager) setMAC() {
	if e, l := d.link(made); l != nil && !l.Kind.Traits().NoMAC {
		d.do(plan.SetLink{Link: e, MAC: topo.MAC{2, 0x79, 0, 0, 0, byte(d.number("mac"))}})
	}
}

func (d *damager) setAlias() {
	if e, l := d.link(made); l != nil {
		d.do(plan.SetLink{Link: e, Alias: new(pick(d.t, "alias", "", "uplink", "vethlab:", "vethlab:other/node"))})
	}
}

func (d *damager) setAutoLinkLocal() {
	if e, l := d.link(made); l != nil {
		d.do(plan.SetLink{Link: e, AutoLinkLocal: new(!l.AutoLinkLocal)})
	}
}

func (d *damager) leaveBridge() {
	if e, l := d.link(func(l *state.Link) bool { return l.Master != "" }); l != nil {
		d.do(plan.SetLink{Link: e, Master: new("")})
	}
}

func (d *damager) delLink() {
	if e, l := d.link(made); l != nil {
		d.do(plan.DelLink{Link: e})
	}
}

func (d *damager) addLink() {
	a, b := d.namespace(), d.namespace()
	if a == nil {
		return
	}
	d.made++
	name := fmt.Sprintf("dmg%d", d.made)
	here := plan.VethEnd{Link: state.Endpoint{Namespace: a.Name, Link: name + "a"}, MAC: topo.MAC{2, 0x7a, 0, 0, 0, byte(d.made)}}
	there := plan.VethEnd{Link: state.Endpoint{Namespace: b.Name, Link: name + "b"}, MAC: topo.MAC{2, 0x7a, 0, 0, 1, byte(d.made)}}
	if rapid.Bool().Draw(d.t, "a bridge") {
		d.addBridge(here)
		return
	}
	d.do(plan.AddVeth{Ends: [2]plan.VethEnd{here, there}})
}

// addAddress adds one of another subnet, or of a subnet that the link is in.
func (d *damager) addAddress() {
	e, l := d.link(made)
	if l == nil {
		return
	}
	n := d.number("address")
	four := netip.PrefixFrom(netip.AddrFrom4([4]byte{203, 0, 113, byte(n)}), 24)
	six := netip.PrefixFrom(netip.MustParseAddr(fmt.Sprintf("2001:db8:ffff::%x", n)), 64)
	choice := []netip.Prefix{four, six}
	if first := l.Addresses.First(false); first.IsValid() && first.Contains(first.Addr().Next()) {
		choice = append(choice, netip.PrefixFrom(first.Addr().Next(), first.Bits()))
	}
	d.do(plan.AddAddress{Link: e, Address: pick(d.t, "new address", choice...)})
}

// delAddress deletes one, and keeps the others of its subnet.
func (d *damager) delAddress() {
	e, l := d.link(func(l *state.Link) bool { return len(l.Addresses) > 0 })
	if l != nil {
		d.do(plan.PromoteSecondaries{Link: e})
		d.do(plan.DelAddress{Link: e, Address: pick(d.t, "address", l.Addresses...)})
	}
}

func (d *damager) flushAddresses() {
	if e, l := d.link(made); l != nil {
		d.do(plan.FlushAddresses{Link: e, Family: pick(d.t, "family", plan.AllFamilies, plan.IPv4Only, plan.IPv6Only)})
	}
}

// moveLink moves a link to a namespace of the lab, with a new name, or only renames it,
// which before Linux 6.2 requires the link to be down.
func (d *damager) moveLink() {
	isBridge := func(l *state.Link) bool { return l.Kind.Traits().Forwards }
	if e, l := d.link(made); l != nil {
		d.made++
		to := state.Endpoint{Namespace: e.Namespace, Link: fmt.Sprintf("dmg%d", d.made)}
		if rapid.Bool().Draw(d.t, "to another namespace") && !isBridge(l) {
			to.Namespace = d.namespace().Name
		}
		if l.Up && to.Namespace == e.Namespace {
			d.do(plan.SetLink{Link: e, Up: new(false)})
		}
		d.do(plan.MoveLink{Link: e, To: to})
	}
}

func (d *damager) addRoute() {
	e, l := d.link(func(l *state.Link) bool { return l.Up && made(l) && l.Master == "" })
	if l == nil {
		return
	}
	four := netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 88, 99, byte(d.number("route"))}), 32)
	six := netip.MustParsePrefix("2001:db8:fffe::/48")
	r := state.Route{To: pick(d.t, "to", four, six), Dev: e.Link, Metric: pick(d.t, "metric", 0, 7)}
	d.do(plan.AddRoute{Namespace: e.Namespace, Route: r})
}

func (d *damager) delRoute() {
	if ns := d.namespace(); ns != nil && len(ns.Routes) > 0 {
		d.do(plan.DelRoute{Namespace: ns.Name, Route: pick(d.t, "route", ns.Routes...)})
	}
}

func (d *damager) addNeighbour() {
	e, l := d.link(made)
	if l == nil {
		return
	}
	n := state.Neighbour{Dev: e.Link, MAC: topo.MAC{2, 0x7b, 0, 0, 0, byte(d.number("mac"))}}
	n.Address = pick(d.t, "neighbour", netip.AddrFrom4([4]byte{192, 0, 2, byte(d.number("neighbour"))}), netip.MustParseAddr("2001:db8:fffd::1"))
	_, taken := d.now.Namespaces[e.Namespace].Neighbours.Find(n.Key())
	d.do(plan.AddNeighbour{Namespace: e.Namespace, Neighbour: n, Replace: taken})
}

func (d *damager) delNeighbour() {
	if ns := d.namespace(); ns != nil && len(ns.Neighbours) > 0 {
		d.do(plan.DelNeighbour{Namespace: ns.Name, Key: pick(d.t, "neighbour", ns.Neighbours...).Key()})
	}
}

func (d *damager) setForwarding() {
	if ns := d.namespace(); ns != nil {
		key := pick(d.t, "sysctl", state.ForwardIPv4, state.ForwardIPv6)
		d.do(plan.SetSysctl{Namespace: ns.Name, Key: key, Value: pick(d.t, "value", "0", "1")})
	}
}

func (d *damager) delNamespace() {
	if ns := d.namespace(); ns != nil {
		d.do(plan.DelNamespace{Name: ns.Name})
	}
}

// addNamespace adds a node that the lab lacks.
func (d *damager) addNamespace() {
	ns := d.namespace()
	if ns == nil {
		return
	}
	d.made++
	name := fmt.Sprintf("%s-more%d", ns.Name, d.made)
	mark := state.Mark{Lab: ns.Mark().Lab, Node: fmt.Sprintf("more%d", d.made)}.String()
	d.do(plan.AddNamespace{Name: name})
	d.do(plan.SetLink{Link: state.Endpoint{Namespace: name, Link: state.Lo}, Alias: &mark})
}

func anyLink(*state.Link) bool { return true }

// made reports whether a link was created; lo is not.
func made(l *state.Link) bool { return l.Name != state.Lo }

// link draws one of the links for which fit is true; nil if there is none.
func (d *damager) link(fit func(*state.Link) bool) (state.Endpoint, *state.Link) {
	var all []state.Endpoint
	for _, name := range d.namespaces() {
		for _, link := range d.now.Namespaces[name].LinkNames() {
			if e := (state.Endpoint{Namespace: name, Link: link}); fit(d.now.Link(e)) {
				all = append(all, e)
			}
		}
	}
	if len(all) == 0 {
		return state.Endpoint{}, nil
	}
	e := pick(d.t, "link", all...)
	return e, d.now.Link(e)
}

// namespace draws one of the namespaces; nil if there is none.
func (d *damager) namespace() *state.Namespace {
	names := d.namespaces()
	if len(names) == 0 {
		return nil
	}
	return d.now.Namespaces[pick(d.t, "namespace", names...)]
}

func (d *damager) namespaces() []string {
	var names []string
	for _, name := range d.now.Names() {
		if name != state.Host {
			names = append(names, name)
		}
	}
	return names
}

func (d *damager) number(label string) int { return rapid.IntRange(1, 99).Draw(d.t, label) }

func pick[T any](t *rapid.T, label string, values ...T) T {
	return rapid.SampledFrom(values).Draw(t, label)
}

package plan

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"github.com/vethlab/vethlab/internal/state"
)

// Diff returns the smallest change that makes want out of seen, in an order in
// which every Op can be made. What is the same in both is not touched.
//
// Both States must be of one lab: all that is in seen and not in want goes.
func Diff(seen, want *state.State) Plan {
	d := &differ{now: seen.Clone(), want: want}
	d.removeNamespaces()
	d.removeLinks()
	d.addNamespaces()
	d.addLinks()
	for _, name := range want.Names() {
		d.configure(want.Namespaces[name])
	}
	return d.plan
}

// differ builds a plan. Each Op is played on now at once, so every step is
// decided by what the steps before it leave, with all their side effects.
type differ struct {
	now  *state.State
	want *state.State
	plan Plan

	index int // the highest interface number in use in the lab; 0: not known yet
}

// emit appends an Op to the plan and plays it.
func (d *differ) emit(op Op) {
	if err := op.Play(d.now); err != nil {
		// The Ops are decided by looking at now: this is a fault of Diff.
		panic(fmt.Sprintf("plan: %#v: %v", op, err))
	}
	d.plan = append(d.plan, op)
}

func (d *differ) removeNamespaces() {
	for _, name := range d.now.Names() {
		if name == state.Host {
			continue
		}
		if w := d.want.Namespace(name); w == nil || d.mustRemake(d.now.Namespaces[name], w) {
			d.emit(DelNamespace{name})
		}
	}
}

// mustRemake reports whether a namespace can't be made right by small changes:
// a sysctl is set that should not be, and its default is not known.
func (d *differ) mustRemake(now, want *state.Namespace) bool {
	for key := range now.Sysctls {
		_, wanted := want.Sysctls[key]
		_, known := state.SysctlDefault(key)
		link := state.SysctlLink(key)
		if goes := link != "" && want.Links[link] == nil; !wanted && !known && !goes {
			return true
		}
	}
	return false
}

func (d *differ) removeLinks() {
	for _, name := range d.now.Names() {
		for _, link := range d.now.Namespaces[name].LinkNames() {
			e := state.Endpoint{Namespace: name, Link: link}
			now := d.now.Link(e) // nil: went with its peer
			if now != nil && link != state.Lo && !sameDevice(now, d.want.Link(e)) {
				d.emit(DelLink{e})
			}
		}
	}
}

// sameDevice reports whether now can become want without being made anew.
func sameDevice(now, want *state.Link) bool {
	if want == nil || now.KindName() != want.KindName() {
		return false
	}
	if _, ok := now.Kind.(state.Bridge); ok {
		return true // all its settings can change
	}
	return now.Kind == want.Kind
}

func (d *differ) addNamespaces() {
	for _, name := range d.want.Names() {
		if name != state.Host {
			if d.now.Namespace(name) == nil {
				d.emit(AddNamespace{name})
			}
			d.setLink(state.Endpoint{Namespace: name, Link: state.Lo})
		}
		d.setSysctls(d.want.Namespaces[name])
	}
}

func (d *differ) setSysctls(want *state.Namespace) {
	now := d.now.Namespace(want.Name)
	if now == nil {
		now = &state.Namespace{} // the host: nothing of ours in it yet
	}
	for _, key := range slices.Sorted(maps.Keys(want.Sysctls)) {
		if value := want.Sysctls[key]; now.Sysctls[key] != value && state.SysctlLink(key) == "" {
			d.emit(SetSysctl{want.Name, key, value})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(now.Sysctls)) {
		if _, wanted := want.Sysctls[key]; !wanted && state.SysctlLink(key) == "" {
			value, _ := state.SysctlDefault(key) // known, see mustRemake
			d.emit(SetSysctl{want.Name, key, value})
		}
	}
}

// setLinkSysctls makes the settings that links have, which now are there and not
// yet up. What is there and not wanted goes with its link, see mustRemake.
func (d *differ) setLinkSysctls(want *state.Namespace) {
	for _, key := range slices.Sorted(maps.Keys(want.Sysctls)) {
		if value := want.Sysctls[key]; state.SysctlLink(key) != "" && d.now.Namespaces[want.Name].Sysctls[key] != value {
			d.emit(SetSysctl{want.Name, key, value})
		}
	}
}

// addLinks makes the missing links: those that stand by themselves first, for
// others may become their ports.
func (d *differ) addLinks() {
	d.eachMissing(func(e state.Endpoint, w *state.Link) {
		if bridge, ok := w.Kind.(state.Bridge); ok {
			d.addBridge(e, w, bridge)
		}
	})
	d.eachMissing(func(e state.Endpoint, w *state.Link) {
		if veth, ok := w.Kind.(state.Veth); ok {
			d.emit(AddVeth{[2]VethEnd{d.vethEnd(e), d.vethEnd(veth.Peer)}})
		}
	})
}

// addBridge makes a bridge. In the machine's own namespace the kernel numbers it,
// and its mark comes at once: nothing else says whose it is.
func (d *differ) addBridge(e state.Endpoint, w *state.Link, bridge state.Bridge) {
	op := AddBridge{Link: e, MAC: w.MAC, MTU: firstMTU(w.MTU), Bridge: bridge}
	if e.Namespace != state.Host {
		op.Index = d.nextIndex()
	}
	d.emit(op)
	if e.Namespace == state.Host && w.Alias != "" {
		d.emit(SetLink{Link: e, Alias: &w.Alias})
	}
}

// firstMTU returns the MTU that a bridge is made with. By itself a bridge takes
// the lowest MTU of its ports whenever one comes, goes or changes, until
// somebody changes the bridge's own. So it is made with another one than it is
// to have, and changed.
func firstMTU(want int) int {
	if want == DefaultMTU {
		return DefaultMTU - 1
	}
	return DefaultMTU
}

// eachMissing calls fn for each wanted link that is not there.
func (d *differ) eachMissing(fn func(state.Endpoint, *state.Link)) {
	for _, name := range d.want.Names() {
		ns := d.want.Namespaces[name]
		for _, link := range ns.LinkNames() {
			e := state.Endpoint{Namespace: name, Link: link}
			if d.now.Link(e) == nil {
				fn(e, ns.Links[link])
			}
		}
	}
}

func (d *differ) vethEnd(e state.Endpoint) VethEnd {
	w := d.want.Link(e)
	end := VethEnd{Link: e, MAC: w.MAC, MTU: w.MTU}
	if e.Namespace != state.Host {
		end.Index = d.nextIndex()
	}
	return end
}

// firstIndex is where the interface numbers of a lab begin. It lies above what
// the machine itself has in use as a rule, since two ends with one number come
// up a second late (the kernel's link watch takes them for one device, which
// is not urgent) and the end in the machine's own namespace is numbered by the
// kernel.
const firstIndex = 100

// nextIndex returns an interface number that no link of the lab has.
func (d *differ) nextIndex() int {
	if d.index == 0 {
		d.index = firstIndex - 1
		for _, ns := range d.now.Namespaces {
			for _, l := range ns.Links {
				d.index = max(d.index, l.Index)
			}
		}
	}
	d.index++
	return d.index
}

// configure brings what is in a namespace to what is wanted.
func (d *differ) configure(want *state.Namespace) {
	d.setLinkSysctls(want)
	links := want.LinkNames()
	slices.SortStableFunc(links, func(a, b string) int { return portsLast(want.Links[a], want.Links[b]) })
	for _, link := range links {
		e := state.Endpoint{Namespace: want.Name, Link: link}
		if link != state.Lo {
			d.setLink(e)
		}
		d.setAddresses(e)
	}
	if len(links) > 0 {
		d.setRoutes(want)
	}
	d.setNftables(want)
}

// portsLast puts bridges before other links: of one that has ports an MTU that it
// took over from them would not count as its own, see firstMTU.
func portsLast(a, b *state.Link) int {
	rank := func(l *state.Link) int {
		if _, ok := l.Kind.(state.Bridge); ok {
			return 0
		}
		return 1
	}
	return rank(a) - rank(b)
}

// setLink brings the settings of a link to what is wanted. Up and down are
// commands of their own, since the kernel would do them first and the rest
// would come too late.
func (d *differ) setLink(e state.Endpoint) {
	now, want := d.now.Link(e), d.want.Link(e)
	if now.Up && !want.Up {
		d.emit(SetLink{Link: e, Up: new(false)})
	}
	if wantBridge, ok := want.Kind.(state.Bridge); ok {
		d.setBridge(e, wantBridge)
	}
	op := SetLink{
		Link:          e,
		Alias:         changed(now.Alias, want.Alias),
		Master:        changed(now.Master, want.Master),
		AutoLinkLocal: changed(now.AutoLinkLocal, want.AutoLinkLocal),
	}
	if now.MTU != want.MTU {
		op.MTU = want.MTU
	}
	if now.MAC != want.MAC {
		op.MAC = want.MAC
	}
	if op != (SetLink{Link: e}) {
		d.emit(op)
	}
	if !now.Up && want.Up {
		d.emit(SetLink{Link: e, Up: new(true)})
	}
}

// setBridge turns STP off by itself where the new forward delay is one that STP
// does not allow.
func (d *differ) setBridge(e state.Endpoint, want state.Bridge) {
	now := d.now.Link(e).Kind.(state.Bridge)
	if now.STP && !state.DelayFits(want.ForwardDelay) {
		now.STP = false
		d.emit(SetBridgeTo(e, now))
	}
	if now != want {
		d.emit(SetBridgeTo(e, want))
	}
}

// changed returns want if it differs from now.
func changed[T comparable](now, want T) *T {
	if now == want {
		return nil
	}
	return &want
}

// setAddresses adds before it deletes, so that the link is never without one.
func (d *differ) setAddresses(e state.Endpoint) {
	want := d.want.Link(e).Addresses
	for _, a := range want {
		if !d.now.Link(e).Addresses.Contains(a) {
			d.emit(AddAddress{Link: e, Address: a})
		}
	}
	promoted := false
	for _, a := range slices.Clone(d.now.Link(e).Addresses) {
		if want.Contains(a) {
			continue
		}
		if !promoted && sharesSubnet(a, d.now.Link(e).Addresses) {
			d.emit(PromoteSecondaries{e})
			promoted = true
		}
		d.emit(DelAddress{e, a})
	}
}

// sharesSubnet reports whether another IPv4 address is in the subnet of a, so
// that the kernel has one as the secondary of the other.
func sharesSubnet(a netip.Prefix, all state.Addresses) bool {
	return isIPv4(a) && slices.ContainsFunc(all, func(b netip.Prefix) bool {
		return a != b && a.Masked() == b.Masked()
	})
}

// setRoutes adds routes without a gateway first: gateways may depend on them.
func (d *differ) setRoutes(want *state.Namespace) {
	now := d.now.Namespaces[want.Name]
	keys := make(map[state.RouteKey]bool, len(want.Routes))
	for _, r := range want.Routes {
		keys[r.Key()] = true
	}
	for _, r := range slices.Clone(now.Routes) {
		if !keys[r.Key()] {
			d.emit(DelRoute{want.Name, r})
		}
	}
	for _, direct := range []bool{true, false} {
		for _, r := range want.Routes {
			if r.Via.IsValid() != direct && !slices.Contains(now.Routes, r) {
				d.emit(AddRoute{want.Name, r, hasRoute(now, r.Key())})
			}
		}
	}
}

package plan

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/vethlab/vethlab/internal/state"
)

// Diff returns the smallest plan from seen to want, in an order in which every Op can
// be applied. What is the same in both is not touched.
//
// Both States must be of one lab: all that is in seen and not in want is deleted.
func Diff(seen, want *state.State) Plan {
	d := &differ{seen: seen, now: seen.Clone(), want: want, things: things()}
	d.now.Flat = !seen.HasUppers() && !want.HasUppers()
	d.removeNamespaces()
	for _, name := range want.Names() {
		if d.now.Namespace(name) != nil {
			d.converge(beforeAll, want.Namespaces[name], "")
		}
	}
	d.removeLinks()
	d.removeHalves()
	d.addNamespaces()
	d.addLinks()
	d.resizeLowers()
	for _, name := range want.Names() {
		d.configure(want.Namespaces[name])
	}
	return d.plan
}

// differ builds a plan. Each Op is applied to now at once, so the next one is chosen
// by the State after it, with all side effects.
type differ struct {
	seen *state.State // before the plan
	now  *state.State
	want *state.State
	plan Plan

	things []*thing
	index  int // the highest index in use in the lab; 0: not known yet
}

// emit appends an Op to the plan and applies it.
func (d *differ) emit(op Op) {
	if err := op.Apply(d.now); err != nil {
		// The Ops are chosen by the State in now: this is a bug of Diff.
		panic(fmt.Sprintf("plan: %#v: %v", op, err))
	}
	d.plan = append(d.plan, op)
}

func (d *differ) removeNamespaces() {
	for _, name := range d.now.Names() {
		if name == state.Host {
			continue
		}
		if d.want.Namespace(name) == nil {
			d.emit(DelNamespace{name})
		}
	}
}

func (d *differ) removeLinks() {
	for _, name := range d.now.Names() {
		for _, link := range d.now.Namespaces[name].LinkNames() {
			e := state.Endpoint{Namespace: name, Link: link}
			now := d.now.Link(e) // nil: deleted with its peer
			if now != nil && link != state.Lo && !sameDevice(now, d.want.Link(e)) {
				d.emit(DelLink{e})
			}
		}
	}
}

// removeHalves deletes links without their peer. Only a State that was observed during
// another change of the lab has them.
func (d *differ) removeHalves() {
	for _, name := range d.now.Names() {
		for _, link := range d.now.Namespaces[name].LinkNames() {
			e := state.Endpoint{Namespace: name, Link: link}
			now := d.now.Link(e)
			if now == nil {
				continue
			}
			if peer, paired := now.Peer(); paired && peer.Link != "" && d.now.Link(peer) == nil {
				d.emit(DelLink{e})
			}
		}
	}
}

// sameDevice reports whether now can become want without being recreated.
func sameDevice(now, want *state.Link) bool {
	if want == nil {
		return false
	}
	_, ok := now.Kind.Changes(want.Kind)
	return ok
}

func (d *differ) addNamespaces() {
	for _, name := range d.want.Names() {
		if name != state.Host {
			if d.now.Namespace(name) == nil {
				d.emit(AddNamespace{name})
			}
			d.setLink(state.Endpoint{Namespace: name, Link: state.Lo})
		}
		d.converge(beforeLinks, d.want.Namespaces[name], "")
	}
}

// addLinks creates the missing links, each after its lower links.
func (d *differ) addLinks() {
	missing := d.missing()
	d.releasePorts(missing)
	sortByDepth(missing, d.createAfter)
	for _, e := range missing {
		w := d.want.Link(e)
		switch peer, paired := w.Peer(); {
		case d.now.Link(e) != nil: // made as the peer of one before
		case paired:
			d.emit(AddVeth{[2]VethEnd{d.vethEnd(e), d.vethEnd(peer)}})
		default:
			d.addLink(e, w)
		}
	}
}

// createAfter sorts links for their creation: single links, then pairs, then those with
// lower links, layer by layer. See [sortByDepth].
func (d *differ) createAfter(e state.Endpoint) (least int, lower []state.Endpoint) {
	l := d.want.Link(e)
	if l == nil {
		return 0, nil
	}
	if _, paired := l.Peer(); paired {
		least = 1
	}
	if lower = l.Kind.Lower(); len(lower) > 0 {
		least = 2
	}
	return least, lower
}

// sortByDepth sorts links by their depth: at least what at returns for a link, and more than
// that of each link that at says it comes after. Of links that come after one another in a
// cycle, which the kernel does not have, one is ignored.
func sortByDepth(links []state.Endpoint, at func(state.Endpoint) (least int, after []state.Endpoint)) {
	depths := make(map[state.Endpoint]int, len(links))
	var depth func(state.Endpoint) int
	depth = func(e state.Endpoint) int {
		if known, ok := depths[e]; ok {
			return known
		}
		depths[e] = 0 // until it is known
		deepest, after := at(e)
		for _, first := range after {
			deepest = max(deepest, depth(first)+1)
		}
		depths[e] = deepest
		return deepest
	}
	slices.SortStableFunc(links, func(a, b state.Endpoint) int { return cmp.Compare(depth(a), depth(b)) })
}

// addLink creates a link. In the host namespace the kernel chooses its index. The alias
// is set at once where it can be: in the host namespace it is all that says which lab
// owns the link.
func (d *differ) addLink(e state.Endpoint, w *state.Link) {
	d.resizeBelow(w)
	op := AddLink{Link: e, MAC: w.MAC, MTU: w.Kind.CreateMTU(w.MTU), Kind: w.Kind}
	if e.Namespace != state.Host {
		op.Index = d.nextIndex()
	}
	if op.From() == e.Namespace {
		op.Alias = w.Alias
	}
	d.emit(op)
}

// missing returns the wanted links that don't exist.
func (d *differ) missing() []state.Endpoint {
	var list []state.Endpoint
	for _, name := range d.want.Names() {
		for _, link := range d.want.Namespaces[name].LinkNames() {
			if e := (state.Endpoint{Namespace: name, Link: link}); d.now.Link(e) == nil {
				list = append(list, e)
			}
		}
	}
	return list
}

func (d *differ) vethEnd(e state.Endpoint) VethEnd {
	w := d.want.Link(e)
	end := VethEnd{Link: e, MAC: w.MAC, MTU: w.MTU}
	if e.Namespace == state.Host {
		end.Alias = w.Alias // the mark, as in addLink
	} else {
		end.Index = d.nextIndex()
	}
	return end
}

// firstIndex is the lowest index of a lab's links. It is above those that the host
// namespace commonly uses, where the kernel chooses the indexes: two ends of one pair
// with equal indexes come up a second late (the kernel's link watch takes them for one
// device, which is not urgent).
const firstIndex = 100

// nextIndex returns an index that no link of the lab has.
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

// configure converges what is in a namespace.
func (d *differ) configure(want *state.Namespace) {
	d.converge(beforeUp, want, "")
	var links []state.Endpoint
	for _, link := range want.LinkNames() {
		links = append(links, state.Endpoint{Namespace: want.Name, Link: link})
	}
	sortByDepth(links, d.setupAfter)
	for _, e := range links {
		if e.Link != state.Lo {
			d.setLink(e)
		}
		d.converge(onLink, want, e.Link)
	}
	if d.now.Namespace(want.Name) != nil || len(links) > 0 {
		d.converge(afterLinks, want, "")
	}
}

// setupAfter sorts the links of a namespace for their configuration: those that take
// ports before others, and each after its master and lower links. A bridge's MTU must
// be set before it has ports, from which it takes one over, see [state.Traits]. See
// [sortByDepth].
func (d *differ) setupAfter(e state.Endpoint) (least int, after []state.Endpoint) {
	ns := d.want.Namespaces[e.Namespace]
	l := ns.Links[e.Link]
	if ns.Links[l.Master] != nil {
		after = append(after, state.Endpoint{Namespace: ns.Name, Link: l.Master})
	}
	for _, lower := range l.Kind.Lower() {
		if lower.Namespace == ns.Name && ns.Links[lower.Link] != nil {
			after = append(after, lower)
		}
	}
	if takesPorts(l) {
		return 0, after
	}
	return 1, after
}

// setLink converges the settings of a link. Up and down are commands of their own: the
// kernel would set them before the rest of the message.
func (d *differ) setLink(e state.Endpoint) {
	now, want := d.now.Link(e), d.want.Link(e)
	if now.Up && (!want.Up || d.restarts(now, want)) {
		d.emit(SetLink{Link: e, Up: new(false)})
	}
	changes, _ := now.Kind.Changes(want.Kind)
	for _, c := range changes {
		d.emit(SetKind{e, c})
	}
	if now.MTU != want.MTU && ipv6Fits(now) != ipv6Fits(want) {
		d.emit(SetLink{Link: e, MTU: want.MTU}) // first: it decides what else the kernel takes
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

// changed returns want if it differs from now.
func changed[T comparable](now, want T) *T {
	if now == want {
		return nil
	}
	return &want
}

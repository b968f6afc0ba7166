package plan

import (
	"reflect"
	"slices"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// A thing is one sort of what namespaces and links have beside links: addresses,
// routes, sysctls. It answers for itself: how Diff brings it about, and what
// becomes of it when a link changes. Diff and the model know none of them by name.
type thing struct {
	stage stage

	// converge emits the Ops that bring a namespace's things, or with onLink
	// those of one of its links, to what is wanted.
	converge func(d *differ, want *state.Namespace, link string)

	// deleted forgets what is about a link that leaves the namespace. Nil: a
	// link that goes takes nothing of this sort along.
	deleted func(ns *state.Namespace, l *state.Link)

	// down forgets what is lost when a link is set down. Nil: nothing is.
	down func(ns *state.Namespace, l *state.Link)

	// addressless forgets what is lost with the last address of a family on a
	// link. Nil: nothing is.
	addressless func(ns *state.Namespace, l *state.Link, f Family)

	// readdressed forgets what is lost when a link gets another MAC. Nil: nothing
	// is.
	readdressed func(ns *state.Namespace, l *state.Link)

	// renamed gives what is about a link, which is still called by its old name,
	// the new one. Nil: nothing is about a link by its name.
	renamed func(ns *state.Namespace, l *state.Link, name string)

	// notOnHost says why a lab has no such thing in the host namespace.
	// Empty: it may, on its own links, with which it goes.
	notOnHost string

	// ops are the Ops that change such a thing.
	ops []Op
}

// A stage is when in the making of a lab a sort of thing comes.
type stage int

const (
	beforeLinks stage = iota // in a namespace that has only lo
	beforeUp                 // when a namespace has its links, which are not up yet
	onLink                   // on a link that is as wanted
	afterLinks               // when all links of the namespace are as wanted
)

// things has one row per sort of thing, in the order in which those of one stage
// are made.
func things() []*thing {
	return []*thing{&namespaceSysctls, &linkSysctls, &addresses, &routes, &neighbours, &nftables}
}

// converge brings the things of a stage to what is wanted.
func (d *differ) converge(s stage, want *state.Namespace, link string) {
	for _, t := range d.things {
		if t.stage == s {
			t.converge(d, want, link)
		}
	}
}

// forgetLink takes a link out of a namespace, and all that was about it.
func forgetLink(ns *state.Namespace, l *state.Link) {
	delete(ns.Links, l.Name)
	for _, t := range things() {
		if t.deleted != nil {
			t.deleted(ns, l)
		}
	}
	for _, port := range ns.Links {
		if port.Master == l.Name {
			port.Master = ""
		}
	}
}

// goDown does what the kernel does when a link is set down.
func goDown(ns *state.Namespace, l *state.Link) {
	for _, t := range things() {
		if t.down != nil {
			t.down(ns, l)
		}
	}
}

// loseFamily does what the kernel does when a link loses its last address of a
// family.
func loseFamily(ns *state.Namespace, l *state.Link, f Family) {
	for _, t := range things() {
		if t.addressless != nil {
			t.addressless(ns, l, f)
		}
	}
}

// changeMAC does what the kernel does when a link gets another MAC.
func changeMAC(ns *state.Namespace, l *state.Link, mac topo.MAC) {
	l.MAC = mac
	for _, t := range things() {
		if t.readdressed != nil {
			t.readdressed(ns, l)
		}
	}
}

// renameLink gives a link another name, also in all that goes by it.
func renameLink(ns *state.Namespace, l *state.Link, name string) {
	for _, t := range things() {
		if t.renamed != nil {
			t.renamed(ns, l, name)
		}
	}
	for _, port := range ns.Links {
		if port.Master == l.Name {
			port.Master = name
		}
	}
	delete(ns.Links, l.Name)
	l.Name = name
	ns.Links[name] = l
}

// thingOf returns what an Op changes; nil: a namespace or a link itself.
func thingOf(op Op) (*thing, int) {
	typ := reflect.TypeOf(op)
	for i, t := range things() {
		if slices.ContainsFunc(t.ops, func(o Op) bool { return reflect.TypeOf(o) == typ }) {
			return t, i
		}
	}
	return nil, 0
}

// NotOnHost says why a lab does not make such a change in the machine's own
// namespace; "" if it may.
func NotOnHost(op Op) string {
	if t, _ := thingOf(op); t != nil && op.At().Namespace == state.Host {
		return t.notOnHost
	}
	return ""
}

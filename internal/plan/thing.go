package plan

import (
	"slices"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// A thing is a type of object of a namespace or a link: addresses, routes, sysctls. It has
// the Ops that make one State's objects those of another, and what happens to them when a
// link changes. Diff and the model know none of them by name.
type thing struct {
	stage stage

	// converge emits the Ops that bring a namespace's things, or with onLink
	// those of one of its links, to what is wanted.
	converge func(d *differ, want *state.Namespace, link string)

	// deleted drops what belongs to a link that is deleted or leaves the
	// namespace. Nil: nothing does.
	deleted func(ns *state.Namespace, l *state.Link)

	// down drops what is lost when a link is set down. Nil: nothing is.
	down func(ns *state.Namespace, l *state.Link)

	// addressless drops what is lost with the last address of a family on a
	// link. Nil: nothing is.
	addressless func(ns *state.Namespace, l *state.Link, f Family)

	// readdressed drops what is lost when a link gets another MAC. Nil: nothing
	// is.
	readdressed func(ns *state.Namespace, l *state.Link)

	// ipv6Off drops what is lost when a link loses IPv6. Nil: nothing is.
	ipv6Off func(ns *state.Namespace, l *state.Link)

	// resized drops what the kernel overwrites when the MTU of a link changes, and
	// when it is set up. Nil: nothing.
	resized func(ns *state.Namespace, l *state.Link)

	// restarts reports whether a link that is up and stays up has to be set down for
	// a while, to become want. Nil: it has not.
	restarts func(now, want *state.Link) bool

	// renamed replaces the name of a link, which still has its old one. Nil:
	// nothing refers to links by name.
	renamed func(ns *state.Namespace, l *state.Link, name string)

	// onHost says how one of a lab is marked in the host namespace.
	onHost hostMark
}

// A stage is when a sort of thing is created.
type stage int

const (
	beforeAll   stage = iota // in a namespace as it was found
	beforeLinks              // in a namespace that has only lo
	beforeUp                 // when the namespace has its links, which are down
	onLink                   // on a link that has converged
	afterLinks               // when all links of the namespace have converged
)

// things has one row per sort of thing, in the order in which those of one stage
// are created.
func things() []*thing {
	return []*thing{&foreignRoutes, &namespaceSysctls, &linkSysctls, &addresses, &routes, &neighbours, &nftables, &resetSysctls}
}

// converge converges the things of a stage.
func (d *differ) converge(s stage, want *state.Namespace, link string) {
	for _, t := range d.things {
		if t.stage == s {
			t.converge(d, want, link)
		}
	}
}

// removeLink removes a link from a namespace, with all that belongs to it.
func removeLink(ns *state.Namespace, l *state.Link) {
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

// dropOnDown drops what the kernel drops when a link is set down.
func dropOnDown(ns *state.Namespace, l *state.Link) {
	for _, t := range things() {
		if t.down != nil {
			t.down(ns, l)
		}
	}
}

// dropFamily drops what the kernel drops when a link loses its last address of a
// family.
func dropFamily(ns *state.Namespace, l *state.Link, f Family) {
	for _, t := range things() {
		if t.addressless != nil {
			t.addressless(ns, l, f)
		}
	}
}

// dropIPv6 drops what the kernel drops when a link loses IPv6 as a whole.
func dropIPv6(ns *state.Namespace, l *state.Link) {
	for _, t := range things() {
		if t.ipv6Off != nil {
			t.ipv6Off(ns, l)
		}
	}
}

// resized drops what the kernel overwrites with the MTU of a link.
func resized(ns *state.Namespace, l *state.Link) {
	for _, t := range things() {
		if t.resized != nil {
			t.resized(ns, l)
		}
	}
}

// restarts reports whether a link has to be set down for a while, to become want.
func (d *differ) restarts(now, want *state.Link) bool {
	return slices.ContainsFunc(d.things, func(t *thing) bool { return t.restarts != nil && t.restarts(now, want) })
}

// changeMTU sets the MTU of a link. Below that of IPv6 the kernel takes IPv6 from the link;
// above it gives it back with the defaults (NETDEV_CHANGEMTU in net/ipv6/addrconf.c).
func changeMTU(ns *state.Namespace, l *state.Link, mtu int) {
	had := ipv6Fits(l)
	l.MTU = mtu
	resized(ns, l)
	if has := ipv6Fits(l); had != has {
		dropIPv6(ns, l)
		l.AutoLinkLocal = has
	}
}

// changeMAC sets the MAC of a link, and drops what the kernel drops then.
func changeMAC(ns *state.Namespace, l *state.Link, mac topo.MAC) {
	l.MAC = mac
	for _, t := range things() {
		if t.readdressed != nil {
			t.readdressed(ns, l)
		}
	}
}

// renameLink renames a link, also in all that refers to it.
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

// NotOnHost says why a lab does not make such a change in the host
// namespace; "" if it may.
func NotOnHost(op Op) string {
	if t := op.Traits().thing; t != nil && op.At().Namespace == state.Host {
		return t.onHost.refused
	}
	return ""
}

// DeletesThing reports whether an Op deletes a namespace, a link or something that they
// have, rather than change a link.
func DeletesThing(op Op) bool {
	t := op.Traits()
	return t.Deletes || t.Removes && t.thing != nil
}

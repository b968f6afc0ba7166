package plan

import (
	"fmt"
	"strconv"

	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/state"
)

// Nft changes the packet filter of a namespace by one command of nft(8). Consecutive ones
// of a plan are one transaction of the kernel.
type Nft struct {
	Namespace string
	Command   nft.Command
}

// At implements [Op].
func (op Nft) At() state.Endpoint { return state.Endpoint{Namespace: op.Namespace} }

// Apply implements [Op].
func (op Nft) Apply(s *state.State) error {
	ns, err := namespaceOf(s, op.Namespace)
	if err != nil {
		return err
	}
	for _, link := range op.Command.Rule.Links() {
		if ns.Links[link] == nil {
			return fmt.Errorf("%s has no link %q: say iifname or oifname for one that comes later", ns.Name, link)
		}
	}
	return op.Command.Apply(&ns.Nftables)
}

// Traits implements [Op].
func (op Nft) Traits() Traits {
	return Traits{thing: &nftables, Removes: op.Command.Verb == nft.Delete, Nft: &op.Command}
}

// nftables is the packet filter. A rule with the index of a link keeps that
// index when the link is deleted.
var nftables = thing{
	stage:    afterLinks,
	converge: func(d *differ, want *state.Namespace, _ string) { d.setNftables(want) },
	deleted: func(ns *state.Namespace, l *state.Link) {
		ns.Nftables.RenameLink(l.Name, strconv.Itoa(l.Index))
	},
	renamed: func(ns *state.Namespace, l *state.Link, name string) {
		ns.Nftables.RenameLink(l.Name, strconv.Quote(name))
	},
	onHost: notMade("it is the packet filter of the host namespace, which a lab does not change"),
}

// setNftables replaces the tables that differ as a whole, and adds missing ones.
func (d *differ) setNftables(want *state.Namespace) {
	var now nft.Ruleset
	if ns := d.now.Namespace(want.Name); ns != nil {
		now = ns.Nftables.Clone()
	}
	for _, t := range now {
		if w := want.Nftables.Table(t.TableID); w == nil || !w.Equal(t) {
			d.emit(Nft{want.Name, nft.Command{Verb: nft.Delete, Object: nft.ATable, Table: t.TableID}})
		}
	}
	for _, w := range want.Nftables {
		if t := now.Table(w.TableID); t != nil && t.Equal(w) {
			continue
		}
		for _, c := range w.Commands() {
			d.emit(Nft{want.Name, c})
		}
	}
}

package explain

import (
	"fmt"
	"maps"
	"slices"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/words"
)

// A linkKind explains how a link of a kind is made and changed.
type linkKind struct {
	add func(plan.AddLink) Note
	set func(plan.SetKind) Note
}

// linkKinds has one row per kind of link.
func linkKinds() map[string]linkKind {
	return map[string]linkKind{
		state.Veth{}.Kind():    {}, // pairs have an Op of their own
		state.Bridge{}.Kind():  bridgeKind,
		state.Dummy{}.Kind():   dummyKind,
		state.Macvlan{}.Kind(): macvlanKind,
	}
}

// KindNames returns the kinds of link in linkKinds, sorted.
func KindNames() []string { return slices.Sorted(maps.Keys(linkKinds())) }

// kindNote and changeNote adapt functions on the Kind or Change type of a row.
func kindNote[K state.Kind](note func(plan.AddLink, K) Note) func(plan.AddLink) Note {
	return func(op plan.AddLink) Note {
		kind, _ := state.As[K](op.Kind)
		return note(op, kind)
	}
}

func changeNote[C state.Change](note func(plan.SetKind, C) Note) func(plan.SetKind) Note {
	return func(op plan.SetKind) Note {
		change, _ := op.Change.(C)
		return note(op, change)
	}
}

func addLink(op plan.AddLink) []Note { return append([]Note{newLink(op)}, newMarks(op)...) }

// newMarks explains the aliases that new links have from the beginning.
func newMarks(op plan.Op) []Note {
	var notes []Note
	for _, l := range op.Traits().NewLinks {
		if l.Alias != "" {
			mark := alias(l.Link, l.Alias)
			mark.Look = lookAt("link", l.Link)
			notes = append(notes, mark)
		}
	}
	return notes
}

func newLink(op plan.AddLink) Note {
	if add := linkKinds()[op.Kind.Kind()].add; add != nil {
		return add(op)
	}
	kind := op.Kind.Kind()
	return Note{
		Topic:  kind + " add",
		Brief:  words.Text{En: "Makes a link of kind %[1]s: %[2]s.", ZhTW: "建立 %[1]s 介面：%[2]s。"}.With(kind, link(op.Link)),
		Kernel: message("RTM_NEWLINK", create, "%s", newLinkOf(kind, op.Link)),
		Look:   lookAt("link", op.Link),
	}
}

func setKind(op plan.SetKind) Note {
	if set := linkKinds()[op.Change.Kind()].set; set != nil {
		return set(op)
	}
	kind := op.Change.Kind()
	return Note{
		Topic:  kind + " set",
		Brief:  words.Text{En: "Changes %[2]s, of kind %[1]s.", ZhTW: "改變 %[1]s 介面 %[2]s 的設定。"}.With(kind, link(op.Link)),
		Kernel: message("RTM_NEWLINK", "", "IFLA_LINKINFO kind %s, the index of %s", kind, op.Link.Link),
		Look:   lookAt("link", op.Link),
	}
}

// newLinkOf names the attributes of a request that makes a link.
func newLinkOf(kind string, e state.Endpoint) string {
	return fmt.Sprintf("IFLA_IFNAME %s, IFLA_LINKINFO kind %s", e.Link, kind)
}

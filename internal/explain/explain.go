// Package explain says in words what an Op does, in each language, and what the
// kernel is told for it. It is pure.
//
// There is one file per kernel thing. What is said of a kind of step is a
// [Note]: in brief with the names of this step, and more of the thing itself, for
// when it is met for the first time.
package explain

import (
	"fmt"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/words"
)

// A Note is one thing that an Op does. Most do one.
type Note struct {
	// Topic is what it is about, as "link up": the same for all steps of a kind,
	// so that More need be said but once.
	Topic string

	Brief words.Text // one sentence, of this step
	More  words.Text // what there is to know about such steps; empty: nothing

	// Kernel is what the kernel is told, in the kernel's own words.
	Kernel string

	// Look is how to see what has become of it. The zero Look: it can't be seen.
	Look Look
}

// A Look is a command that shows what a step has done.
type Look struct {
	Namespace string // where it is to be asked
	Program   string // "ip", "sysctl" or "nft"
	Args      []string
}

// IsZero reports whether there is nothing to look at.
func (l Look) IsZero() bool { return l.Program == "" }

// Notes returns what an Op does, the most important first. None: it is of a type
// that this package does not know, which a test rules out.
func Notes(op plan.Op) []Note {
	if notes := notesOf.For(op); notes != nil {
		return notes(op)
	}
	return nil
}

// notesOf has one row per type of Op.
var notesOf = plan.NewTable(
	note(addNamespace),
	note(delNamespace),
	note(addVeth),
	note(addLink),
	note(setKind),
	notes(setLink),
	note(delLink),
	note(moveLink),
	note(addAddress),
	note(delAddress),
	note(flushAddresses),
	note(promote),
	note(addRoute),
	note(delRoute),
	note(addNeighbour),
	note(delNeighbour),
	note(setSysctl),
	note(filter),
)

// notes is the row of a type of Op that does several things, note of one that does
// one.
func notes[O plan.Op](explain func(O) []Note) plan.Row[func(plan.Op) []Note] {
	return plan.RowOf[O](func(op plan.Op) []Note { return explain(op.(O)) })
}

func note[O plan.Op](explain func(O) Note) plan.Row[func(plan.Op) []Note] {
	return notes(func(op O) []Note { return []Note{explain(op)} })
}

// namespace names a namespace within a sentence.
func namespace(name string) words.Text {
	if name == state.Host {
		return words.Text{En: "the machine's own namespace", ZhTW: "主機"}
	}
	return words.Both(name)
}

// link names a link within a sentence.
func link(e state.Endpoint) words.Text {
	return words.Text{En: "%[1]s in %[2]s", ZhTW: "%[2]s 的 %[1]s"}.With(e.Link, namespace(e.Namespace))
}

// lookAt shows one object of a link.
func lookAt(object string, e state.Endpoint) Look {
	return Look{e.Namespace, "ip", []string{object, "show", "dev", e.Link}}
}

// message writes a netlink message: its type, its flags beside NLM_F_REQUEST and
// NLM_F_ACK, and what is in it.
func message(typ, flags, format string, args ...any) string {
	if flags != "" {
		typ += " (" + flags + ")"
	}
	return typ + ": " + fmt.Sprintf(format, args...)
}

// create are the flags of what must not be there yet.
const create = "NLM_F_CREATE|NLM_F_EXCL"

// Package explain describes what an Op does, in each language, and the netlink message
// that does it. It is pure.
//
// There is one file per kernel object. A [Note] has one sentence with the names of the
// Op, and more for the first Op of its kind.
package explain

import (
	"fmt"

	"github.com/vethlab/vethlab/internal/ipshow"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/words"
)

// A Note describes one effect of an Op. Most Ops have one.
type Note struct {
	// Topic is the kind of effect, such as "link up". More is shown once a topic.
	Topic string

	Brief words.Text // one sentence on this Op
	More  words.Text // background on the topic; may be empty

	// Kernel is the netlink message or system call, in the kernel's names.
	Kernel string

	// Look is the command that shows the result; zero if none does.
	Look Look
}

// A Look is a command that shows the result of an Op.
type Look struct {
	Namespace string // in which it runs
	Program   string // "ip", "sysctl" or "nft"
	Args      []string
}

// IsZero reports whether there is no command.
func (l Look) IsZero() bool { return l.Program == "" }

// String returns the command as it is typed.
func (l Look) String() string { return ipshow.Command(l.Namespace, l.Program, l.Args...) }

// Notes returns the effects of an Op, the most important first. It returns none for an
// unknown type of Op; a test checks that every type is known.
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
	notes(addVeth),
	notes(addLink),
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

// notes makes the row of a type of Op with several effects, note that of a type with
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
		return words.Text{En: "the host namespace", ZhTW: "主機"}
	}
	return words.Both(name)
}

// link names a link within a sentence.
func link(e state.Endpoint) words.Text {
	return words.Text{En: "%[1]s in %[2]s", ZhTW: "%[2]s 的 %[1]s"}.With(e.Link, namespace(e.Namespace))
}

// lookAt returns the command that shows an object of a link, such as addr.
func lookAt(object string, e state.Endpoint) Look {
	return Look{e.Namespace, "ip", []string{object, "show", "dev", e.Link}}
}

// message formats a netlink message: its type, its flags except NLM_F_REQUEST and
// NLM_F_ACK, and its attributes.
func message(typ, flags, format string, args ...any) string {
	if flags != "" {
		typ += " (" + flags + ")"
	}
	return typ + ": " + fmt.Sprintf(format, args...)
}

// create are the flags of a request that fails if the object exists.
const create = "NLM_F_CREATE|NLM_F_EXCL"

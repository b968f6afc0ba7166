package topo

import (
	"fmt"
	"strings"
)

// A LinkKind is what an interface is that a node has without a link, with the
// options of that kind: a [*Bridge], for example. A file writes it under the
// kernel's word for the kind, as in
//
//	br0: {bridge: {ports: [p1, p2], stp: true}}
//
// Only the types of this package implement it; see [LinkKinds].
type LinkKind interface {
	// Word returns the kernel's word for the kind (IFLA_INFO_KIND), such as
	// "bridge". It is also the key of the kind in a file.
	Word() string

	// answers returns what this package asks of a kind.
	answers() answers

	// clone returns a copy that shares nothing.
	clone() LinkKind
}

// linkKinds has one row for each kind that a file can name. The rows are zero
// values: they are cloned, never changed.
var linkKinds = []LinkKind{
	new(Bridge),
	new(Dummy),
}

// LinkKinds returns a zero value of each kind that a file can name.
func LinkKinds() []LinkKind {
	kinds := make([]LinkKind, len(linkKinds))
	for i, k := range linkKinds {
		kinds[i] = k.clone()
	}
	return kinds
}

// answers are what a kind answers to the questions of this package. The zero
// value is a kind without options that any interface can be.
type answers struct {
	options []option

	// forwards says that the interface forwards frames between its ports: they
	// are one segment with it, and only it has addresses.
	forwards bool

	// breaksLoops says that frames don't go round for ever in a loop of links
	// that it is part of.
	breaksLoops bool

	// misplaced returns why an interface of a node can't be of this kind, or nil.
	// The node does not get an interface that is misplaced.
	misplaced func(*Node, *Interface) *fault

	// refuses returns why an interface can't be a port of this one, or nil.
	refuses func(port *WiredInterface) *fault

	// check returns what is wrong with the values of the options. It is asked
	// only for what is not misplaced.
	check func(*Interface) []*fault
}

// A fault is something wrong with a kind of interface.
type fault struct {
	option string // its key; "": the kind itself
	msg    string
	hint   string
}

func faultf(option, hint, format string, args ...any) *fault {
	return &fault{option: option, msg: fmt.Sprintf(format, args...), hint: hint}
}

// withArticle returns what an interface of the kind is: "a bridge".
func withArticle(k LinkKind) string {
	if strings.ContainsRune("aeiou", rune(k.Word()[0])) {
		return "an " + k.Word()
	}
	return "a " + k.Word()
}

package topo

import (
	"fmt"
	"strings"
)

// A LinkKind is the kind of an interface that is not the end of a link, with its
// options: for example a [*Bridge]. In a file its key is the kernel's name of the
// kind, as in
//
//	br0: {bridge: {ports: [p1, p2], stp: true}}
//
// Only the types of this package implement it; see [LinkKinds].
type LinkKind interface {
	// Word returns the kernel's name of the kind (IFLA_INFO_KIND), such as "bridge",
	// which is also its key in a file.
	Word() string

	// traits returns what this package needs to know about a kind.
	traits() traits

	// clone returns a deep copy.
	clone() LinkKind
}

// linkKinds has one row for each kind that a file can name. The rows are zero
// values: they are cloned, never changed.
var linkKinds = []LinkKind{
	new(Bridge),
	new(Dummy),
	new(Macvlan),
}

// LinkKinds returns a zero value of each kind that a file can name.
func LinkKinds() []LinkKind {
	kinds := make([]LinkKind, len(linkKinds))
	for i, k := range linkKinds {
		kinds[i] = k.clone()
	}
	return kinds
}

// traits describe a kind. The zero value is a kind without options that every
// interface can have.
type traits struct {
	options []option

	// forwards says that the interface forwards frames between its ports: they
	// are one segment with it, and only it has addresses.
	forwards bool

	// breaksLoops says that frames do not circulate forever in a loop of links
	// through the interface.
	breaksLoops bool

	// inLowerSegment says that the interface is in the segment of its first lower
	// device: each receives what the other, and others on it, send to all.
	inLowerSegment bool

	// rxHandler says that the interface takes what its first lower device receives, as the
	// bridge of a port does: a device can be the lower one of one such kind, or a port.
	rxHandler bool

	// mtu returns the default MTU, in bytes. Nil: that of Ethernet.
	mtu func(*WiredInterface) int

	// mtuOfLower says that the MTU is by default that of the first lower device, and never
	// more than that.
	mtuOfLower bool

	// noMAC says that the interface has no MAC that a file can set.
	noMAC bool

	// misplaced returns why an interface of a node can't have this kind, or nil. A
	// misplaced interface is not added to the wiring.
	misplaced func(*Node, *Interface) *fault

	// rejectLower returns why an interface can't be a lower device of upper, or nil. It is
	// called when ports and lower devices of all interfaces are known. The fault's option
	// is not used.
	rejectLower func(upper, lower *WiredInterface) *fault

	// rejectPort returns why an interface can't be a port of this one, or nil.
	rejectPort func(port *WiredInterface) *fault

	// check returns the mistakes in the values of the options. It is called only
	// for interfaces that are not misplaced.
	check func(*Interface) []*fault
}

// A fault is a mistake in the kind of an interface.
type fault struct {
	option string // its key; "": the kind itself
	msg    string
	hint   string
}

func faultf(option, hint, format string, args ...any) *fault {
	return &fault{option: option, msg: fmt.Sprintf(format, args...), hint: hint}
}

// withArticle returns the kind with its article: "a bridge".
func withArticle(k LinkKind) string {
	if strings.ContainsRune("aeiou", rune(k.Word()[0])) {
		return "an " + k.Word()
	}
	return "a " + k.Word()
}

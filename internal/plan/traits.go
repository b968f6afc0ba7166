package plan

import (
	"net/netip"

	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/state"
)

// Traits describe an Op to code that handles all Ops alike and must not test for their
// types. An Op with zero Traits creates and deletes no link, namespace or object.
type Traits struct {
	// NewLinks are the links that the Op creates, or moves to another namespace or name.
	NewLinks []NewLink

	// From is the namespace whose socket gets the request to create the link. Nil: that
	// of the link.
	From *string

	// Kind is the kernel's name of the kind of link that the Op creates. Empty: it
	// creates no link.
	Kind string

	// Removes: the Op may delete an object, and has no effect if the object does not
	// exist. Deletes: the object is a namespace or a link.
	Removes, Deletes bool

	// SetsUp: the Op sets a link up or down.
	SetsUp bool

	// Alias is the new alias of an existing link. Nil: the Op sets none.
	Alias *string

	// MTU is the new MTU of the link in bytes. 0: the Op sets none.
	MTU int

	// OnlyMTU says that it sets the MTU of a link and nothing else: Ops on upper devices in
	// other namespaces may depend on it.
	OnlyMTU bool

	// Protocol is the protocol number (rtm_protocol, NDA_PROTOCOL) of the object that
	// the Op adds or deletes. 0: any, or the object has none.
	Protocol uint8

	// Network is the network that the Op makes reachable. Zero: none.
	Network netip.Prefix

	// Route is the route that the Op adds, and Neighbour the neighbour entry. Nil: none.
	Route     *state.Route
	Neighbour *state.Neighbour

	// Nft is the command of nft(8). Nil: the Op is another program's.
	Nft *nft.Command

	// Sysctl is the setting that the Op writes. Nil: none.
	Sysctl *SetSysctl

	// Section is the section of a script or tutorial that the Op belongs to.
	Section Section

	// thing is the kind of object that the Op changes. Nil: a namespace or a link.
	thing *thing

	// named returns the Op with the names that the kernel would choose in s for its
	// links without a name. Nil: all its links have names.
	named func(s *state.State) Op

	// kernelMade returns the object that the Op deletes in s and that the kernel creates
	// itself, empty if it deletes none of those. Nil: it never does.
	kernelMade func(s *state.State) string

	// tutorial adds the steps of the Op to a tutorial. Nil: the Op is one step.
	tutorial func(t *tutorial)
}

// A NewLink is a link that an Op creates, or moves to another namespace or name.
type NewLink struct {
	Link  state.Endpoint
	Index int    // 0: the kernel chooses it
	Alias string // set when the link is created; "": none
}

// AboutNamespace reports whether an Op creates or deletes a namespace.
func AboutNamespace(op Op) (creates, deletes bool) {
	t, whole := op.Traits(), op.At().Link == ""
	return whole && len(t.NewLinks) == 1 && t.NewLinks[0].Link.Link == state.Lo, whole && t.Deletes
}

// Named returns an Op with the names that the kernel would choose in s for its links
// without a name.
func Named(op Op, s *state.State) Op {
	if named := op.Traits().named; named != nil {
		return named(s)
	}
	return op
}

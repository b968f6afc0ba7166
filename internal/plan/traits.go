package plan

import (
	"net/netip"

	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/state"
)

// Traits are what an Op says of itself, so that no code asks for its type. The zero
// value is that of an Op that sets something which needs no link.
type Traits struct {
	// NewLinks are the links that it creates, or moves here.
	NewLinks []NewLink

	// From is the namespace through which a link is created, if that is not the
	// namespace of the link; nil: it is.
	From *string

	// Kind is the kernel's word for the kind of link that it creates; "" if it
	// creates none.
	Kind string

	// Removes says that it may delete something. If that does not exist, nothing
	// has to be done. Deletes says that it deletes a namespace or a link.
	Removes, Deletes bool

	// SetsUp says that it sets a link up or down.
	SetsUp bool

	Alias *string // that it gives a link that exists; nil: none
	MTU   int     // bytes, that it gives its link; 0: none
	// Protocol is the protocol number of what it adds or deletes; 0: any, or it has none.
	Protocol uint8

	Network netip.Prefix // that it makes reachable; zero: none
	Nft     *nft.Command // nil: it is none of nft(8)
	Sysctl  string       // the key that it sets; "": none
	Section Section      // that it is in

	// thing is what the Op changes; nil: a namespace or a link.
	thing *thing

	// named returns the Op with the names that the kernel gives in s to new links
	// without one. Nil: all have names.
	named func(s *state.State) Op

	// tutorial adds its steps to a tutorial. Nil: it is one step itself.
	tutorial func(t *tutorial)
}

// A NewLink is a link that an Op creates, or moves to another namespace or name.
type NewLink struct {
	Link  state.Endpoint
	Index int    // interface number; 0: the kernel's choice
	Alias string // that it has from the beginning; "": none
}

// AboutNamespace reports whether an Op creates or deletes a whole namespace.
func AboutNamespace(op Op) (makes, deletes bool) {
	t, whole := op.Traits(), op.At().Link == ""
	return whole && len(t.NewLinks) == 1 && t.NewLinks[0].Link.Link == state.Lo, whole && t.Deletes
}

// Named returns an Op with the names that the kernel gives in s to new links without
// one.
func Named(op Op, s *state.State) Op {
	if named := op.Traits().named; named != nil {
		return named(s)
	}
	return op
}

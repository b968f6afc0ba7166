package plan

import (
	"errors"
	"fmt"

	"github.com/vethlab/vethlab/internal/state"
)

// A hostMark distinguishes a thing of a lab in the host namespace from those of others,
// which are not changed. In all other namespaces of a lab everything is the lab's.
type hostMark struct {
	// marked reports whether an Op that adds such a thing marks it. Nil: a lab has none
	// in the host namespace.
	marked func(op Op) bool

	refused string // why a lab has none there
}

// byLink is for what belongs to one link and is deleted with it: the link has the mark, as
// its alias. byProtocol is for what others may have on links of the lab too. notMade is for
// what is about the host namespace as a whole.
var (
	byLink     = hostMark{marked: ofLink}
	byProtocol = hostMark{marked: func(op Op) bool { return ofLink(op) && op.Traits().Protocol == state.Protocol }}
)

func notMade(why string) hostMark { return hostMark{refused: why} }

// ofLink reports whether an Op is about a link that a lab can have made.
func ofLink(op Op) bool { return op.At().Link != "" && op.At().Link != state.Lo }

// protocol returns the protocol number of a lab's routes and neighbour entries in a
// namespace; 0: they need none.
func protocol(namespace string) uint8 {
	if namespace == state.Host {
		return state.Protocol
	}
	return 0
}

// CheckMarks returns an error for each Op that adds something to the host namespace by which
// no later process would know that it is the lab's.
func CheckMarks(p Plan) error {
	var errs []error
	for _, op := range p {
		if !marked(op) {
			errs = append(errs, fmt.Errorf("cannot make %s: it would have no mark of the lab in the host namespace", op.At()))
		}
	}
	return errors.Join(errs...)
}

// marked reports whether all that an Op adds to the host namespace has a mark. A link with
// a lower link in another namespace gets it later: it is deleted with that.
func marked(op Op) bool {
	t := op.Traits()
	for _, l := range t.NewLinks {
		if l.Link.Namespace == state.Host && l.Alias == "" && (t.From == nil || *t.From == state.Host) {
			return false
		}
	}
	if op.At().Namespace != state.Host || t.Removes || t.thing == nil {
		return true
	}
	return t.thing.onHost.marked != nil && t.thing.onHost.marked(op)
}

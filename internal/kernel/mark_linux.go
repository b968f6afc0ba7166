package kernel

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// newMarks are the aliases of new links, each with the index that the link gets. The
// kernel ignores an IFLA_IFALIAS in the request that makes a link, so the alias has a
// message of its own. Both are sent by one system call: a link without its mark is never
// left behind. The second message names the link by its index, which must be known for
// that: by name it would mark a link of somebody else, if the first is refused because
// the name is taken.
type newMarks []newMark

type newMark struct {
	link  state.Endpoint
	index int
	alias string
}

// newMarks returns the marks of the links that an Op makes.
func (e *encoder) newMarks(op plan.Op) (newMarks, error) {
	var marks newMarks
	for _, l := range op.Traits().NewLinks {
		if l.Alias == "" {
			continue
		}
		index := l.Index
		if index == 0 {
			var err error
			if index, err = e.freeIndex(); err != nil {
				return nil, err
			}
		}
		marks = append(marks, newMark{l.Link, index, l.Alias})
	}
	return marks, nil
}

// index returns the index that was chosen for a link; 0: it is left to the kernel.
func (marks newMarks) index(link state.Endpoint) int {
	for _, m := range marks {
		if m.link == link {
			return m.index
		}
	}
	return 0
}

// mark appends the messages that mark the links that the last message makes, and sends the
// batch: the Ops that follow name these links, and must not be applied if they are refused.
func (e *encoder) mark(marks newMarks) error {
	if len(marks) == 0 {
		return nil
	}
	for _, m := range marks {
		e.message(unix.RTM_NEWLINK, 0, func() {
			e.ifinfo(m.index, 0, 0)
			e.text(unix.IFLA_IFALIAS, m.alias)
		})
	}
	return e.flushLinks()
}

// indexSpan is how many indexes above the highest one freeIndex chooses from, at random:
// another program that makes a link meanwhile gets the next one from the kernel.
const indexSpan = 1000

// freeIndex returns an index that no link has in the encoder's namespace or in the lab.
func (e *encoder) freeIndex() (int, error) {
	if e.taken == nil {
		if err := e.readTaken(); err != nil {
			return 0, err
		}
	}
	for {
		if index := e.firstFree + rand.N(indexSpan+len(e.taken)); !e.taken[index] {
			e.taken[index] = true
			return index, nil
		}
	}
}

// readTaken reads the indexes in the encoder's namespace, and sets firstFree.
func (e *encoder) readTaken() error {
	ns := &seenNamespace{}
	if err := e.conn.links(ns, func(*seenLink) bool { return true }); err != nil {
		return err
	}
	e.taken = map[int]bool{}
	for _, l := range ns.links {
		e.taken[l.Index] = true
	}
	for _, list := range e.known {
		for _, since := range list {
			e.taken[since.index] = true
		}
	}
	highest := slices.Max(slices.Collect(maps.Keys(e.taken))) // of lo at least
	e.firstFree = min(highest+1, math.MaxInt32/2)
	return nil
}

package kernel

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// An encoder encodes Ops as messages, for the socket of one namespace, and sends them
// in batches.
type encoder struct {
	batch
	conn      *conn
	namespace string
	known     indexes
	filter    nftBatch
	fds       map[string]int // namespaces that messages in the batch refer to
	peers     map[addressKey]netip.Addr
	routes    []seenRoute  // that somebody added, see addedAs; nil: not read yet
	taken     map[int]bool // indexes that no new link gets; nil: not read yet, see freeIndex
	firstFree int
	setDown   map[state.Endpoint]bool // links that the plan sets down
}

// maxBatch is how many bytes are collected before they are sent: far below
// what a socket takes at once (net.core.wmem_default is 208 KiB).
const maxBatch = 32 << 10

// maxFds is how many namespaces a batch may refer to.
const maxFds = 64

// sendFull sends the batch if it is full.
func (e *encoder) sendFull() error {
	if len(e.buf) > maxBatch || len(e.fds) >= maxFds {
		return e.flushLinks()
	}
	return nil
}

// encode appends the messages of an Op, the i-th of its plan.
func (e *encoder) encode(i int, op plan.Op) error {
	e.op = i
	err := e.encodeOp(op)
	if r := (*refusal)(nil); err != nil && !errors.As(err, &r) {
		err = &opError{i, err}
	}
	return err
}

func (e *encoder) encodeOp(op plan.Op) error {
	if encode := opRows.For(op).encode; encode != nil {
		return encode(e, op)
	}
	return fmt.Errorf("no message for %T", op)
}

// opError is a failure of an Op that is not the kernel's answer.
type opError struct {
	op  int // its position in the plan
	err error
}

func (e *opError) Error() string { return e.err.Error() }
func (e *opError) Unwrap() error { return e.err }

// flush sends the batch and the nftables transaction, and waits for the answers.
func (e *encoder) flush() error {
	if err := e.flushLinks(); err != nil {
		return err
	}
	return e.filter.commit()
}

// flushLinks sends the batch, but not the nftables transaction, which is committed as
// a whole.
func (e *encoder) flushLinks() error {
	err := e.conn.do(&e.batch)
	e.closeFds()
	return err
}

func (e *encoder) closeFds() {
	for name, fd := range e.fds {
		unix.Close(fd)
		delete(e.fds, name)
	}
}

// fd returns a descriptor of a namespace, which lives until the next flush.
func (e *encoder) fd(namespace string) (int, error) {
	if fd, ok := e.fds[namespace]; ok {
		return fd, nil
	}
	fd, err := netns.OpenFd(namespace)
	if err == nil {
		e.fds[namespace] = fd
	}
	return fd, err
}

// index returns the index of a link in the encoder's namespace, from the kernel if
// neither the plan nor the observed State has it.
func (e *encoder) index(link state.Endpoint) (int, error) {
	if i := e.known.index(link, e.op); i != 0 {
		return i, nil
	}
	if err := e.flushLinks(); err != nil { // the batch may create the link
		return 0, err
	}
	var b batch
	b.message(unix.RTM_GETLINK, 0, func() {
		b.ifinfo(0, 0, 0)
		b.text(unix.IFLA_IFNAME, link.Link)
	})
	answer, err := e.conn.get(&b)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", link, err)
	}
	return readLink(answer).Index, nil
}

// indexes are the indexes of links, with those that a link of the same name had
// before, in order. They are written before any Op is applied and only read
// afterwards.
type indexes map[state.Endpoint][]indexSince

// indexSince is an index that a link has from an Op of the plan on.
type indexSince struct{ op, index int }

// beforePlan is the op of links that exist before the plan.
const beforePlan = -1

// index returns the index that a link has when an Op is applied; 0: unknown.
func (known indexes) index(link state.Endpoint, op int) int {
	for _, b := range slices.Backward(known[link]) {
		if b.op <= op {
			return b.index
		}
	}
	return 0
}

func (known indexes) add(link state.Endpoint, op, index int) {
	known[link] = append(known[link], indexSince{op, index})
}

// indexesOf collects the indexes of a State and of the links that a plan creates.
func indexesOf(seen *state.State, p plan.Plan) indexes {
	known := indexes{}
	for name, ns := range seen.Namespaces {
		for link, l := range ns.Links {
			known.add(state.Endpoint{Namespace: name, Link: link}, beforePlan, l.Index)
		}
	}
	for i, op := range p {
		for _, b := range op.Traits().NewLinks {
			known.add(b.Link, i, b.Index)
		}
	}
	return known
}

// loIndex is the index of every namespace's lo (LOOPBACK_IFINDEX).
const loIndex = 1

package kernel

import (
	"errors"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/netns"
)

// An Observer reads the links and addresses of many namespaces without entering
// any. Its sockets are in a namespace of its own, which has an nsid for each of the
// others. Requests and answers use these nsids, so the peer of a veth is unambiguous.
// To answer, the kernel assigns nsids to further namespaces that links lead to, and
// those are read too, whatever holds them. The nsids of other namespaces don't change.
//
// Without CAP_SYS_ADMIN it reads the host namespace only.
//
// An Observer is used by one goroutine at a time.
type Observer struct {
	conns []*conn        // each reads one namespace at a time
	known map[int32]bool // the nsids of namespaces that were added
	limit *foreignLimit
	self  *self // not nil: its sockets are in the host namespace
}

// observerConns is how many namespaces are read at once.
const observerConns = 2

// NewObserver returns an Observer without namespaces.
func NewObserver() (*Observer, error) {
	return newListeningObserver(func(*Observer) error { return nil })
}

// newListeningObserver returns an Observer and calls listen in its namespace, to open
// further sockets there.
func newListeningObserver(listen func(*Observer) error) (*Observer, error) {
	o := &Observer{known: map[int32]bool{}, limit: newForeignLimit()}
	open := func() error { return errors.Join(o.dial(), listen(o)) }
	ns, err := netns.CreateUnnamed()
	switch {
	case errors.Is(err, unix.EPERM):
		if o.self, err = newSelf(); err == nil {
			err = open()
		}
	case err == nil:
		err = errors.Join(ns.Do(open), ns.Close()) // the sockets keep the namespace
	}
	if err != nil {
		o.Close()
		return nil, err
	}
	return o, nil
}

// dial opens the sockets in the calling thread's namespace.
func (o *Observer) dial() error {
	for range observerConns {
		c, err := dial()
		if err != nil {
			return err
		}
		o.conns = append(o.conns, c)
		// Without it the kernel ignores IFA_TARGET_NETNSID.
		if err := c.setStrict(); err != nil {
			return err
		}
	}
	return nil
}

// Close closes all sockets.
func (o *Observer) Close() {
	for _, c := range o.conns {
		c.close()
	}
	o.conns = nil
}

// Add adds the namespace of an open descriptor, which may be closed afterwards, and
// returns its nsid. A namespace has the same nsid however often it is added.
func (o *Observer) Add(fd int) (int32, error) {
	if o.self != nil {
		return o.self.add(o.conns[0], fd)
	}
	id, err := o.conns[0].assignNsid(fd, anyNsid)
	if err == nil && !o.known[id] {
		o.known[id] = true
		o.limit.setOwner(id, netnsOwner(fd))
	}
	return id, err
}

// assignNsid returns the nsid that the namespace of an open descriptor has in that of
// c, and assigns that or any other one if it has none.
func (c *conn) assignNsid(fd int, nsid uint32) (int32, error) {
	var b batch
	b.message(unix.RTM_NEWNSID, 0, func() {
		b.zeros(4) // struct rtgenmsg, aligned
		b.u32(netnsaFd, uint32(fd))
		b.u32(netnsaNsid, nsid)
	})
	err := c.do(&b)
	if err != nil && !errors.Is(err, unix.EEXIST) {
		return noNsid, err
	}
	id, getErr := c.nsidOf(fd)
	if err != nil && getErr == nil && id == noNsid { // another namespace has that nsid
		return c.assignNsid(fd, anyNsid)
	}
	return id, getErr
}

// anyNsid lets the kernel choose an nsid.
const anyNsid = 1<<32 - 1

// observerTries bounds how often inconsistent namespaces are read again: while links
// are deleted they are inconsistent for some milliseconds.
const observerTries = 5

// Read reads all namespaces that were added and those that their links lead to, but not
// those that are deleted. The error is of the observer itself: why a namespace could
// not be read is in the result.
func (o *Observer) Read() (*dump.Wiring, error) {
	w := &dump.Wiring{Namespaces: map[int32]*dump.Namespace{}, Unreadable: map[int32]error{}}
	known := o.known
	var err error
	if o.self != nil {
		known, err = o.self.added, o.self.read(o.conns[0], w)
	} else {
		err = o.readConsistent(w)
	}
	w.Hidden = slices.Sorted(maps.Keys(w.Namespaces))
	w.Hidden = slices.AppendSeq(w.Hidden, maps.Keys(w.Unreadable))
	w.Hidden = slices.DeleteFunc(w.Hidden, func(id int32) bool { return known[id] })
	slices.Sort(w.Hidden)
	return w, err
}

func (o *Observer) readConsistent(w *dump.Wiring) error {
	queue := slices.Sorted(maps.Keys(o.known))
	for range observerTries {
		if err := o.readFrom(w, queue); err != nil {
			return err
		}
		if queue = w.Inconsistent(); len(queue) == 0 {
			return nil
		}
	}
	return nil
}

// readFrom reads the namespaces of a queue, again if they were read before, and all
// that their links lead to.
func (o *Observer) readFrom(w *dump.Wiring, queue []int32) error {
	if o.self != nil {
		return o.self.read(o.conns[0], w)
	}
	for _, id := range queue {
		delete(w.Namespaces, id)
		delete(w.Unreadable, id)
	}
	tried := map[int32]bool{}
	for len(queue) > 0 {
		read, errs := o.readAll(queue)
		for i, id := range queue {
			tried[id] = true
			if err := o.store(w, id, read[i], errs[i]); err != nil {
				return err
			}
		}
		var next []int32
		for _, id := range queue {
			if ns := w.Namespaces[id]; ns != nil {
				next = append(next, w.Unread(ns)...)
			}
		}
		slices.Sort(next)
		queue = slices.DeleteFunc(slices.Compact(next), func(id int32) bool { return tried[id] })
	}
	return nil
}

// store puts the result of reading a namespace into a wiring.
func (o *Observer) store(w *dump.Wiring, id int32, ns *dump.Namespace, err error) error {
	switch {
	case err == nil:
		w.Namespaces[id] = ns
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		w.Unreadable[id] = err
	case errors.Is(err, unix.EINVAL): // the namespace is deleted
		delete(o.known, id)
		o.limit.forget(id)
	case o.limit.owner(id) != trusted:
		w.Unreadable[id] = err // else one user could keep others from reading anything
	default:
		return err
	}
	return nil
}

// readAll reads namespaces in parallel, with all sockets.
func (o *Observer) readAll(ids []int32) ([]*dump.Namespace, []error) {
	read, errs := make([]*dump.Namespace, len(ids)), make([]error, len(ids))
	var next atomic.Int64
	var wg sync.WaitGroup
	for _, c := range o.conns[:min(len(ids), len(o.conns))] {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(ids); i = int(next.Add(1)) - 1 {
				read[i], errs[i] = o.readNetns(c, ids[i])
			}
		})
	}
	wg.Wait()
	return read, errs
}

// ifaTargetNetnsid is IFA_TARGET_NETNSID (linux/if_addr.h).
const ifaTargetNetnsid = 10

// reader returns the bound of a namespace; nil: none.
func (o *Observer) reader(id int32) *foreignRead {
	if o.self != nil { // it reads the host namespace only
		return nil
	}
	return o.limit.reader(id)
}

// readNetns reads the links and addresses of a namespace by its nsid.
func (o *Observer) readNetns(c *conn, id int32) (*dump.Namespace, error) {
	ns := &dump.Namespace{Owner: o.limit.owner(id).String()}
	c.foreign = o.reader(id)
	defer func() { c.foreign = nil }()
	err := c.dumpLinksBy(ns, func(b *batch) {
		b.ifinfo(0, 0, 0)
		b.u32(unix.IFLA_TARGET_NETNSID, uint32(id))
		b.u32(unix.IFLA_EXT_MASK, rtextFilterSkipStats)
	}, decodeLink)
	if err != nil {
		return nil, err
	}
	err = c.dumpAddressesBy(ns, func(b *batch) {
		b.zeros(unix.SizeofIfAddrmsg)
		b.u32(ifaTargetNetnsid, uint32(id))
	})
	c.foreign.checkLinks(ns)
	ns.Cuts = append(c.foreign.cutList(), o.limit.cutsOf(id)...)
	return ns, err
}

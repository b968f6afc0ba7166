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
// any. It sits in a namespace of its own, in which it has a number for each of
// the others, and by that asks the kernel, whose answers are in the same numbers:
// so the other end of a cable is known for sure. To answer, the kernel gives
// numbers to namespaces that nobody told of, and those are read too, whatever holds
// them. Nobody else's numbers change.
//
// Who may not make a namespace sees the own one, and which others its links lead
// to.
//
// An Observer is used by one goroutine at a time.
type Observer struct {
	conns []*conn        // as many as read at once
	known map[int32]bool // the numbers of namespaces that were added
	self  *self          // not nil: it sits in the ground's own namespace
}

// observerConns is how many sockets read at once.
const observerConns = 2

// NewObserver makes an Observer that knows no namespace yet.
func NewObserver() (*Observer, error) {
	return newListeningObserver(func(*Observer) error { return nil })
}

// newListeningObserver makes an Observer and calls listen where it sits, for other
// sockets there.
func newListeningObserver(listen func(*Observer) error) (*Observer, error) {
	o := &Observer{known: map[int32]bool{}}
	sit := func() error { return errors.Join(o.dial(), listen(o)) }
	seat, err := netns.CreateUnnamed()
	switch {
	case errors.Is(err, unix.EPERM):
		if o.self, err = newSelf(); err == nil {
			err = sit()
		}
	case err == nil:
		err = errors.Join(seat.Do(sit), seat.Close()) // its sockets hold it
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
		// Else the kernel minds no namespace when it is asked for addresses.
		if err := c.setOption(unix.NETLINK_GET_STRICT_CHK, 1); err != nil {
			return err
		}
	}
	return nil
}

// Close lets go of everything.
func (o *Observer) Close() {
	for _, c := range o.conns {
		c.close()
	}
	o.conns = nil
}

// Add tells the observer of a namespace by an open descriptor, which may be closed
// afterwards, and returns its number. The same namespace has the same number
// however often it is added, as long as it lives.
func (o *Observer) Add(fd int) (int32, error) {
	if o.self != nil {
		return o.self.add(o.conns[0], fd)
	}
	c := o.conns[0]
	var b batch
	b.message(unix.RTM_NEWNSID, 0, func() {
		b.zeros(4) // struct rtgenmsg, aligned
		b.u32(netnsaFd, uint32(fd))
		b.u32(netnsaNsid, anyNsid)
	})
	if err := c.do(&b); err != nil && !errors.Is(err, unix.EEXIST) {
		return -1, err
	}
	id, err := c.nsidOf(fd)
	if err == nil {
		o.known[id] = true
	}
	return id, err
}

// anyNsid leaves it to the kernel what number a namespace gets.
const anyNsid = 1<<32 - 1

// observerTries bounds how often namespaces are read again that do not fit
// together. What goes meanwhile may not do so for some milliseconds.
const observerTries = 5

// Read reads all namespaces that the observer knows and those that their links
// lead to. Those that are gone are left out. The error is of the observer itself:
// why a namespace could not be read is in the result.
func (o *Observer) Read() (*dump.Wiring, error) {
	w := &dump.Wiring{Namespaces: map[int32]*dump.Namespace{}, Unreadable: map[int32]error{}}
	known := o.known
	var err error
	if o.self != nil {
		known, err = o.self.added, o.self.read(o.conns[0], w)
	} else {
		err = o.readUntilWhole(w)
	}
	w.Hidden = slices.Sorted(maps.Keys(w.Namespaces))
	w.Hidden = slices.AppendSeq(w.Hidden, maps.Keys(w.Unreadable))
	w.Hidden = slices.DeleteFunc(w.Hidden, func(id int32) bool { return known[id] })
	slices.Sort(w.Hidden)
	return w, err
}

func (o *Observer) readUntilWhole(w *dump.Wiring) error {
	queue := slices.Sorted(maps.Keys(o.known))
	for range observerTries {
		if err := o.walk(w, queue); err != nil {
			return err
		}
		if queue = w.Inconsistent(); len(queue) == 0 {
			return nil
		}
	}
	return nil
}

// walk reads the namespaces of a queue, again if they were read, and all that are
// found by them.
func (o *Observer) walk(w *dump.Wiring, queue []int32) error {
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
			if err := o.take(w, id, read[i], errs[i]); err != nil {
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

// take puts into a wiring what reading a namespace gave.
func (o *Observer) take(w *dump.Wiring, id int32, ns *dump.Namespace, err error) error {
	switch {
	case err == nil:
		w.Namespaces[id] = ns
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		w.Unreadable[id] = err
	case errors.Is(err, unix.EINVAL): // nobody has that number any more
		delete(o.known, id)
	default:
		return err
	}
	return nil
}

// readAll reads namespaces with all sockets at once.
func (o *Observer) readAll(ids []int32) ([]*dump.Namespace, []error) {
	read, errs := make([]*dump.Namespace, len(ids)), make([]error, len(ids))
	var next atomic.Int64
	var wg sync.WaitGroup
	for _, c := range o.conns[:min(len(ids), len(o.conns))] {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(ids); i = int(next.Add(1)) - 1 {
				read[i], errs[i] = c.readNetns(ids[i])
			}
		})
	}
	wg.Wait()
	return read, errs
}

// ifaTargetNetnsid is IFA_TARGET_NETNSID (linux/if_addr.h).
const ifaTargetNetnsid = 10

// readNetns reads the links and addresses of the namespace that has a number in
// that of the socket.
func (c *conn) readNetns(id int32) (*dump.Namespace, error) {
	ns := &dump.Namespace{}
	err := c.dumpLinksBy(ns, func(b *batch) {
		b.ifinfo(0, 0, 0)
		b.u32(unix.IFLA_TARGET_NETNSID, uint32(id))
		b.u32(unix.IFLA_EXT_MASK, rtextFilterSkipStats)
	})
	if err != nil {
		return nil, err
	}
	err = c.dumpAddressesBy(ns, func(b *batch) {
		b.zeros(unix.SizeofIfAddrmsg)
		b.u32(ifaTargetNetnsid, uint32(id))
	})
	return ns, err
}

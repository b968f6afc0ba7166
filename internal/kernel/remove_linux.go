package kernel

import (
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/state"
)

// Remove deletes the names of namespaces and waits until the kernel has deleted all
// that was in them, so that all names can be used again. It returns the names of those
// that a process or an open descriptor still holds; they are deleted when released.
// It makes nothing, so it works also when a limit is reached.
//
// The host namespace gets an nsid for each of them, and the kernel notifies it of a
// deleted one (RTM_DELNSID). The kernel deletes namespaces in batches, one after the
// other, and sends the notifications at the beginning of each. So one namespace, the
// last, is deleted after the notifications of all others: at its own, their batches are
// complete. Its links are deleted before.
func Remove(ctx context.Context, names []string) (held []string, err error) {
	w := &removalWatch{pending: map[int32][]string{}}
	defer w.close()
	if err := netns.Do(state.Host, w.dial); err != nil {
		return nil, err
	}
	last, rest, err := w.split(names)
	if err != nil {
		return nil, err
	}
	if err := netns.Remove(rest...); err != nil {
		return nil, err
	}
	if err := w.waitHeld(ctx, func() bool { return w.deletedBut(last.nsid) }); err != nil {
		return nil, err
	}
	if err := w.removeLast(ctx, last); err != nil {
		return nil, err
	}
	if len(w.pending) > 0 { // they are held, or the kernel is still busy with others
		if err := errors.Join(AwaitRemoved(ctx), w.readPending()); err != nil {
			return nil, err
		}
	}
	for _, names := range w.pending {
		held = append(held, names...)
	}
	slices.SortFunc(held, state.CompareNames)
	return held, nil
}

// AwaitRemoved waits until the kernel has deleted all namespaces whose deletion has begun,
// as those of a program that was killed. For that it makes two empty ones, the second
// after the kernel has begun to delete the first: with the first, all others are in this
// batch or an earlier one, and with the second these are complete. Where a limit allows
// no namespace it does not wait.
func AwaitRemoved(ctx context.Context) error {
	w := &removalWatch{pending: map[int32][]string{}}
	defer w.close()
	if err := netns.Do(state.Host, w.dial); err != nil {
		return err
	}
	for range 2 {
		ns, err := netns.CreateUnnamed()
		if errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.ENOMEM) {
			return nil
		}
		if err != nil {
			return err
		}
		id, err := w.requests.assignNsid(ns.Fd(), w.freeNsid())
		w.pending[id] = []string{}
		if err := errors.Join(err, ns.Close()); err != nil {
			return err
		}
		if err := w.wait(ctx, func() bool { return w.pending[id] == nil }); err != nil {
			return err
		}
	}
	return nil
}

// RemoveLinks deletes the links that a lab has in the host namespace after its
// namespaces are deleted: those without a peer.
func RemoveLinks(lab string) error {
	return netns.Do(state.Host, func() error {
		return inside(func(c *conn) error {
			ns := &seenNamespace{name: state.Host}
			err := c.links(ns, func(l *seenLink) bool {
				m, _ := state.ParseMark(l.Alias)
				_, paired := l.Peer()
				return m.Lab == lab && managed(l) && !paired
			})
			for _, l := range ns.links {
				var b batch
				b.message(unix.RTM_DELLINK, 0, func() { b.ifinfo(l.Index, 0, 0) })
				if delErr := c.do(&b); !errors.Is(delErr, unix.ENODEV) { // deleted with its lower link
					err = errors.Join(err, delErr)
				}
			}
			return err
		})
	})
}

// holdTime is how long another process may hold a namespace: programs that list
// namespaces enter each of them for a moment.
const holdTime = 2 * time.Second

// noNsid is the nsid of no namespace.
const noNsid = -1

// A removalWatch waits until namespaces are deleted.
type removalWatch struct {
	*conn                       // receives the notifications
	requests *conn              // another one, as a notification that comes with an answer is lost
	pending  map[int32][]string // the names of those not yet deleted, by nsid
	lastNsid uint32             // see freeNsid; 0: none yet
}

// watchBuffer holds the notifications of ten thousand namespaces that are deleted at
// once, in bytes. It is a limit, not a reservation.
const watchBuffer = 16 << 20

func (w *removalWatch) dial() (err error) {
	if w.requests, err = dial(); err != nil {
		return err
	}
	if w.conn, err = dial(unix.RTNLGRP_NSID); err != nil {
		return err
	}
	_ = unix.SetsockoptInt(w.fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, watchBuffer)
	return nil
}

func (w *removalWatch) close() {
	for _, c := range []*conn{w.conn, w.requests} {
		if c != nil {
			c.close()
		}
	}
}

// A watched namespace has an nsid in the host namespace, noNsid if it does not exist.
type watched struct {
	nsid  int32
	names []string
}

// split gives each namespace an nsid. It returns the one to delete last, and the names of
// all others. A name without a namespace, which is only a file, is one of those.
func (w *removalWatch) split(names []string) (last watched, rest []string, err error) {
	ids := make([]int32, len(names))
	last.nsid = noNsid
	for i, name := range names {
		if ids[i], err = w.nsid(name); err != nil {
			return last, nil, err
		}
		if ids[i] != noNsid {
			last.nsid = ids[i]
			w.pending[ids[i]] = append(w.pending[ids[i]], name)
		}
	}
	for i, name := range names {
		if ids[i] == noNsid || ids[i] != last.nsid {
			rest = append(rest, name)
		}
	}
	last.names = w.pending[last.nsid]
	return last, rest, nil
}

// nsid returns the nsid that a namespace has in the host namespace, and assigns one if
// it has none; noNsid if no namespace has the name.
func (w *removalWatch) nsid(name string) (int32, error) {
	fd, err := netns.OpenFd(name)
	if errors.Is(err, fs.ErrNotExist) {
		return noNsid, nil
	}
	if err != nil {
		return noNsid, err
	}
	defer unix.Close(fd)
	return w.requests.assignNsid(fd, w.freeNsid())
}

// freeNsid returns an nsid that is most probably free. The kernel's own choice is the
// lowest free one, which may have been that of a namespace whose notification is still to
// come. They follow one another: for each namespace that it deletes, the kernel walks the
// tree of all nsids, which takes twice as long if they are scattered.
func (w *removalWatch) freeNsid() uint32 {
	if w.lastNsid == 0 {
		w.lastNsid = 1<<30 + rand.Uint32N(1<<29)
	}
	w.lastNsid++
	return w.lastNsid
}

// removeLast deletes the last namespace.
func (w *removalWatch) removeLast(ctx context.Context, last watched) error {
	if len(last.names) == 0 {
		return nil
	}
	if err := netns.Do(last.names[0], deleteLinks); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := netns.Remove(last.names...); err != nil {
		return err
	}
	return w.waitHeld(ctx, func() bool { return w.pending[last.nsid] == nil })
}

// deletedGroup is the group of links to delete, an arbitrary number that no other
// link of a lab has.
const deletedGroup = 0x64656c21

// deleteLinks deletes the links of the calling thread's namespace together: one by one
// takes 20 ms each. The kernel deletes those that remain with the namespace.
func deleteLinks() error {
	return inside(func(c *conn) error {
		ns := &dump.Namespace{}
		if err := c.dumpLinks(ns); err != nil {
			return err
		}
		var b batch
		for i, l := range ns.Links {
			b.op = i
			// A link without a kind, such as lo or a network card, can't be deleted, and
			// then none of its group is.
			if l.Kind != "" {
				b.message(unix.RTM_SETLINK, 0, func() {
					b.ifinfo(l.Index, 0, 0)
					b.u32(unix.IFLA_GROUP, deletedGroup)
				})
			}
		}
		if len(b.ops) == 0 {
			return nil
		}
		_ = c.do(&b) // ENODEV: the link is deleted with its peer
		b.message(unix.RTM_DELLINK, 0, func() {
			b.ifinfo(0, 0, 0)
			b.u32(unix.IFLA_GROUP, deletedGroup)
		})
		_ = c.do(&b) // the same
		return nil
	})
}

// waitHeld waits until done returns true or holdTime is over.
func (w *removalWatch) waitHeld(ctx context.Context, done func() bool) error {
	deadline, cancel := context.WithTimeout(ctx, holdTime)
	defer cancel()
	if err := w.wait(deadline, done); err == nil || deadline.Err() == nil {
		return err
	}
	return ctx.Err() // nil at the deadline: they are held
}

// wait waits until done returns true.
func (w *removalWatch) wait(ctx context.Context, done func() bool) error {
	for !done() {
		if err := w.poll(ctx); err != nil {
			return err
		}
		if err := w.readEvents(); err != nil {
			return err
		}
	}
	return nil
}

// readPending reads the notifications that have come.
func (w *removalWatch) readPending() error {
	for {
		ready, err := w.await(0)
		if err != nil || !ready {
			return err
		}
		if err := w.readEvents(); err != nil {
			return err
		}
	}
}

// deletedBut reports whether all namespaces but one are deleted.
func (w *removalWatch) deletedBut(last int32) bool {
	return len(w.pending) == 0 || len(w.pending) == 1 && w.pending[last] != nil
}

// readEvents reads the next notifications.
func (w *removalWatch) readEvents() error {
	err := w.receive(w.deleted)
	if errors.Is(err, unix.ENOBUFS) {
		return w.recount()
	}
	return err
}

// deleted handles the notification of a deleted namespace.
func (w *removalWatch) deleted(h header, body []byte) {
	if h.typ != unix.RTM_DELNSID || len(body) < 4 {
		return
	}
	for a := range eachAttribute(body[4:]) {
		if a.typ == netnsaNsid {
			delete(w.pending, int32(a.u32()))
		}
	}
}

// recount dumps the nsids that still exist, after notifications were lost.
func (w *removalWatch) recount() error {
	var left map[int32][]string
	err := w.requests.dump(unix.RTM_GETNSID,
		func(b *batch) { b.zeros(4) }, // struct rtgenmsg, aligned
		func() { left = map[int32][]string{} },
		func(body []byte) {
			for a := range eachAttribute(body[min(4, len(body)):]) {
				if id := int32(a.u32()); a.typ == netnsaNsid {
					if names, waiting := w.pending[id]; waiting {
						left[id] = names
					}
				}
			}
		})
	if err == nil {
		w.pending = left
	}
	return err
}

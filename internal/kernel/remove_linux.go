package kernel

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/state"
)

// Remove deletes the names of namespaces and waits until the kernel has deleted all
// that was in them, so that all names can be used again. It returns the names of those
// that a process or an open descriptor still holds; they are deleted when released.
//
// A further namespace, the watch, has an nsid for each of them, and the kernel notifies
// it of a deleted one (RTM_DELNSID). The kernel deletes namespaces in batches, one
// after the other, and sends the notifications at the beginning of each. Two empty
// namespaces are deleted last: after the notification of the first, all others are in
// this batch or an earlier one; only then the second is closed, so after its
// notification those batches are complete.
func Remove(ctx context.Context, names []string) (held []string, err error) {
	watch, err := netns.CreateUnnamed()
	if err != nil {
		return nil, err
	}
	defer watch.Close()
	w := &removalWatch{pending: map[int32]string{}}
	if err := watch.Do(w.dial); err != nil {
		return nil, err
	}
	defer w.close()
	if err := w.assignNSIDs(names); err != nil {
		return nil, err
	}
	// They get their nsids before anything is deleted: a notification that is read
	// together with an answer would be lost.
	first, errFirst := w.empty()
	second, errSecond := w.empty()
	if err := errors.Join(errFirst, errSecond); err != nil {
		return nil, err
	}
	if err := netns.Remove(names...); err != nil {
		return nil, err
	}
	if err := w.drop(ctx, first); err != nil {
		return nil, err
	}
	late := len(w.pending) > 1 // others than the second
	if err := w.drop(ctx, second); err != nil {
		return nil, err
	}
	if late {
		if err := w.wait(ctx); err != nil {
			return nil, err
		}
	}
	for _, name := range w.pending {
		held = append(held, name)
	}
	slices.SortFunc(held, state.CompareNames)
	return held, nil
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

// wait waits for the namespaces that were still held when the others were deleted.
func (w *removalWatch) wait(ctx context.Context) error {
	deadline, cancel := context.WithTimeout(ctx, holdTime)
	defer cancel()
	for len(w.pending) > 0 && w.poll(deadline) == nil {
		if err := w.readEvents(); err != nil {
			return err
		}
	}
	// Of those whose notification came with that of an empty one, the deletion has
	// only begun.
	for {
		left := len(w.pending)
		if err := w.follow(ctx); err != nil || len(w.pending) == left {
			return err
		}
	}
}

// follow deletes a further empty namespace after those before.
func (w *removalWatch) follow(ctx context.Context) error {
	e, err := w.empty()
	if err != nil {
		return err
	}
	if err := w.recount(); err != nil { // a notification may have come with the answer
		return err
	}
	return w.drop(ctx, e)
}

// removalWatch waits until namespaces are deleted.
type removalWatch struct {
	*conn
	pending map[int32]string // not yet deleted, by nsid
	next    int32
}

// watchBuffer holds the notifications of ten thousand namespaces that are deleted at
// once, in bytes. It is a limit, not a reservation.
const watchBuffer = 16 << 20

func (w *removalWatch) dial() error {
	c, err := dial(unix.RTNLGRP_NSID)
	if err != nil {
		return err
	}
	w.conn = c
	_ = unix.SetsockoptInt(c.fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, watchBuffer)
	return nil
}

func (w *removalWatch) assignNSIDs(names []string) error {
	for _, name := range names {
		fd, err := netns.OpenFd(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // the name does not exist, or is only a file
		}
		if err == nil {
			err = w.assignNSID(fd, name)
			unix.Close(fd)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// assignNSID assigns a new nsid to a namespace.
func (w *removalWatch) assignNSID(fd int, name string) error {
	w.next++
	var b batch
	b.message(unix.RTM_NEWNSID, 0, func() {
		b.zeros(4) // struct rtgenmsg, aligned
		b.u32(netnsaFd, uint32(fd))
		b.u32(netnsaNsid, uint32(w.next))
	})
	if err := w.do(&b); err != nil {
		if errors.Is(err, unix.EEXIST) {
			return nil // a second name of the same namespace
		}
		return err
	}
	w.pending[w.next] = name
	return nil
}

// An emptyNamespace is created for the notification of its deletion.
type emptyNamespace struct {
	*netns.Namespace
	nsid int32
}

func (w *removalWatch) empty() (emptyNamespace, error) {
	ns, err := netns.CreateUnnamed()
	if err != nil {
		return emptyNamespace{}, err
	}
	err = w.assignNSID(ns.Fd(), "")
	return emptyNamespace{ns, w.next}, err
}

// drop closes an empty namespace and waits until the kernel begins to delete it.
func (w *removalWatch) drop(ctx context.Context, e emptyNamespace) error {
	if err := e.Close(); err != nil {
		return err
	}
	for {
		if _, waiting := w.pending[e.nsid]; !waiting {
			return nil
		}
		if err := w.poll(ctx); err != nil {
			return err
		}
		if err := w.readEvents(); err != nil {
			return err
		}
	}
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
	for _, a := range attributes(body[4:]) {
		if a.typ == netnsaNsid {
			delete(w.pending, int32(a.u32()))
		}
	}
}

// recount dumps the nsids that still exist, after notifications were lost.
func (w *removalWatch) recount() error {
	var left map[int32]string
	err := w.dump(unix.RTM_GETNSID,
		func(b *batch) { b.zeros(4) }, // struct rtgenmsg, aligned
		func() { left = map[int32]string{} },
		func(body []byte) {
			for _, a := range attributes(body[min(4, len(body)):]) {
				if id := int32(a.u32()); a.typ == netnsaNsid {
					if name, waiting := w.pending[id]; waiting {
						left[id] = name
					}
				}
			}
		})
	if err == nil {
		w.pending = left
	}
	return err
}

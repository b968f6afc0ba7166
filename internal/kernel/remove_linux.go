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

// Remove takes away the names of namespaces and waits until the kernel has
// cleaned up behind them, so that nothing of them is left and all their names
// can be used again. It returns the names of those that somebody still holds,
// a process or an open descriptor; they go when they are let go.
//
// How it knows: a further namespace, the watch, has a number for each of them,
// and the kernel tells it when a numbered namespace goes (RTM_DELNSID). The
// kernel cleans up in batches, one after the other, each begun by telling so.
// Two empty namespaces follow the last name: when the first is told of, all
// that were let go are in this batch or in one before; only then the second is
// dropped, so when it is told of, those batches are through.
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
	if err := w.numberAll(names); err != nil {
		return nil, err
	}
	// Numbered before anything goes: an answer to a question may be read
	// together with what the kernel has to tell, and that would be lost.
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

// RemoveLinks deletes the links that a lab still has in the machine's own namespace
// when its namespaces are gone: those that stand by themselves.
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
				if gone := c.do(&b); !errors.Is(gone, unix.ENODEV) { // it stood on one before
					err = errors.Join(err, gone)
				}
			}
			return err
		})
	})
}

// holdTime is how long others may hold a namespace in passing: whoever lists
// the machine's namespaces enters each of them for a moment.
const holdTime = 2 * time.Second

// wait waits for the namespaces that somebody still held when the rest went.
func (w *removalWatch) wait(ctx context.Context) error {
	deadline, cancel := context.WithTimeout(ctx, holdTime)
	defer cancel()
	for len(w.pending) > 0 && w.poll(deadline) == nil {
		if err := w.hear(); err != nil {
			return err
		}
	}
	// Those that were told of together with an empty one have only begun to go.
	for {
		left := len(w.pending)
		if err := w.follow(ctx); err != nil || len(w.pending) == left {
			return err
		}
	}
}

// follow sends a further empty namespace after those that went.
func (w *removalWatch) follow(ctx context.Context) error {
	e, err := w.empty()
	if err != nil {
		return err
	}
	if err := w.recount(); err != nil { // the answer may have come with news
		return err
	}
	return w.drop(ctx, e)
}

// removalWatch waits for namespaces to go.
type removalWatch struct {
	*conn
	pending map[int32]string // not yet gone, by number
	next    int32
}

// watchBuffer holds the kernel's word on some ten thousand namespaces that go
// at once. It is a limit, not a reservation.
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

func (w *removalWatch) numberAll(names []string) error {
	for _, name := range names {
		fd, err := netns.OpenFd(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // only a file is left, or not even that
		}
		if err == nil {
			err = w.number(fd, name)
			unix.Close(fd)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// number gives a namespace a number of its own.
func (w *removalWatch) number(fd int, name string) error {
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

// An emptyNamespace is there only to be told of when it goes.
type emptyNamespace struct {
	*netns.Namespace
	number int32
}

func (w *removalWatch) empty() (emptyNamespace, error) {
	ns, err := netns.CreateUnnamed()
	if err != nil {
		return emptyNamespace{}, err
	}
	err = w.number(ns.Fd(), "")
	return emptyNamespace{ns, w.next}, err
}

// drop lets an empty namespace go and waits until the kernel begins to clean up
// behind it.
func (w *removalWatch) drop(ctx context.Context, e emptyNamespace) error {
	if err := e.Close(); err != nil {
		return err
	}
	for {
		if _, waiting := w.pending[e.number]; !waiting {
			return nil
		}
		if err := w.poll(ctx); err != nil {
			return err
		}
		if err := w.hear(); err != nil {
			return err
		}
	}
}

// hear takes in what the kernel has to tell.
func (w *removalWatch) hear() error {
	err := w.receive(w.gone)
	if errors.Is(err, unix.ENOBUFS) {
		return w.recount()
	}
	return err
}

// gone takes note of a namespace that goes.
func (w *removalWatch) gone(h header, body []byte) {
	if h.typ != unix.RTM_DELNSID || len(body) < 4 {
		return
	}
	for _, a := range attributes(body[4:]) {
		if a.typ == netnsaNsid {
			delete(w.pending, int32(a.u32()))
		}
	}
}

// recount asks which namespaces still have a number, for when the kernel had
// more to tell than the buffer holds.
func (w *removalWatch) recount() error {
	var left map[int32]string
	err := w.dump(unix.RTM_GETNSID,
		func(b *batch) { b.zeros(4) }, // struct rtgenmsg, aligned
		func() { left = map[int32]string{} },
		func(body []byte) {
			for _, a := range attributes(body[min(4, len(body)):]) {
				if number := int32(a.u32()); a.typ == netnsaNsid {
					if name, waiting := w.pending[number]; waiting {
						left[number] = name
					}
				}
			}
		})
	if err == nil {
		w.pending = left
	}
	return err
}

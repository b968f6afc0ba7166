package kernel

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
)

// A Watch tells when something changes in namespaces. While it is open it holds
// them, unless their names are taken away: then it lets go at once.
type Watch struct {
	names   []string
	conns   []*conn // as many; nil: let go
	inotify int     // for the folder of names; -1: not open
	above   bool    // it is for the folder above
	lost    bool    // the folder is another than the one that is watched
}

// groups of what a State holds.
var watchGroups = []int{
	unix.RTNLGRP_LINK, unix.RTNLGRP_IPV4_IFADDR, unix.RTNLGRP_IPV6_IFADDR, unix.RTNLGRP_IPV4_ROUTE, unix.RTNLGRP_IPV6_ROUTE,
}

// NewWatch watches the namespaces of those names, and the folder of names for
// others that come. What happens from now on is not missed.
func NewWatch(names []string) (*Watch, error) {
	w := &Watch{names: names, conns: make([]*conn, len(names)), inotify: -1}
	err := w.openFolder()
	if err == nil {
		err = netns.Each(names, func(i int) (err error) {
			w.conns[i], err = dial(watchGroups...)
			return err
		})
	}
	if err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// openFolder watches the folder of names or, while there is none, the one that it
// will be in.
func (w *Watch) openFolder() (err error) {
	if w.inotify, err = unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK); err != nil {
		return os.NewSyscallError("inotify_init", err)
	}
	folder := netns.Dir
	_, err = unix.InotifyAddWatch(w.inotify, folder, unix.IN_CREATE|unix.IN_DELETE|unix.IN_MOVE)
	if errors.Is(err, unix.ENOENT) {
		folder, w.above = filepath.Dir(folder), true
		_, err = unix.InotifyAddWatch(w.inotify, folder, unix.IN_CREATE|unix.IN_MOVED_TO)
	}
	if err != nil {
		return &os.PathError{Op: "watch", Path: folder, Err: err}
	}
	return nil
}

// Close lets go of everything.
func (w *Watch) Close() {
	for i := range w.conns {
		w.letGo(i)
	}
	if w.inotify >= 0 {
		unix.Close(w.inotify)
		w.inotify = -1
	}
}

func (w *Watch) letGo(i int) {
	if w.conns[i] != nil {
		w.conns[i].close()
		w.conns[i] = nil
	}
}

// Wait returns when something has changed since it returned last, or with the
// error of ctx when that ends.
func (w *Watch) Wait(ctx context.Context) error {
	fds := []unix.PollFd{{Fd: int32(w.inotify), Events: unix.POLLIN}}
	for _, c := range w.conns {
		fd := int32(-1) // poll leaves it out
		if c != nil {
			fd = int32(c.fd)
		}
		fds = append(fds, unix.PollFd{Fd: fd, Events: unix.POLLIN})
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := unix.Poll(fds, pollInterval)
		if err != nil && !errors.Is(err, unix.EINTR) {
			return os.NewSyscallError("poll", err)
		}
		if n > 0 {
			return w.take(fds)
		}
	}
}

// take throws away what was told, and lets go of the namespaces that have lost
// their names, also if others have got them meanwhile.
func (w *Watch) take(fds []unix.PollFd) error {
	if fds[0].Revents != 0 {
		for _, name := range w.renamed() {
			switch i := slices.Index(w.names, name); {
			case name == "": // the folder itself has gone
				w.lost = true
			case w.above:
				w.lost = w.lost || name == filepath.Base(netns.Dir)
			case i >= 0:
				w.letGo(i)
			}
		}
	}
	for i, c := range w.conns {
		if c != nil && fds[i+1].Revents != 0 {
			c.drain()
		}
	}
	return nil
}

// renamed returns the names that have come or gone; "" is the folder's own.
func (w *Watch) renamed() []string {
	var names []string
	var b [64 << 10]byte
	for {
		n, err := unix.Read(w.inotify, b[:])
		if err != nil || n <= 0 {
			return names
		}
		for at := 0; at+unix.SizeofInotifyEvent <= n; { // struct inotify_event, inotify(7)
			begin := at + unix.SizeofInotifyEvent
			at = begin + int(native.Uint32(b[begin-4:]))
			if at <= n {
				names = append(names, string(bytes.TrimRight(b[begin:at], "\x00")))
			}
		}
	}
}

// Stale reports whether the Watch has let go of a namespace, or does not hear of
// new names: then another Watch is needed.
func (w *Watch) Stale() bool { return w.lost || slices.Contains(w.conns, nil) }

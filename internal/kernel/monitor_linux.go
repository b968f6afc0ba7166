package kernel

import (
	"context"
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/live"
)

// A Monitor follows namespaces: it reads what is there, and then hears of every
// change through one socket for all of them, which sits with an [Observer].
//
// A Monitor is used by one goroutine at a time.
type Monitor struct {
	find     func() ([]NamespaceFile, error)
	observer *Observer
	events   *conn
	mounts   int // /proc/self/mountinfo, which tells of names; -1: not open
	sweep    time.Duration

	spots   map[int32]NamespaceFile // by the observer's number; those without are hidden
	seen    map[int32]bool          // namespaces that were told of
	up      map[dump.LinkRef]bool   // links that are switched on
	calls   map[called]int32        // by the observer's number
	stale   map[int32]bool          // namespaces whose routes are to be read anew
	again   map[dump.LinkRef]bool   // links that are to be read anew
	missing map[int32]time.Time     // namespaces that have no name, since when
	looked  time.Time               // for names, last
	took    time.Duration           // to look for them
	look    bool                    // names have changed since
}

// called is how a namespace calls another: both numbers are of different
// namespaces' making.
type called struct {
	by   int32 // in the observer's numbers
	name int32 // in the numbers of that
}

// liveGroups are the groups of news.
var liveGroups = []int{
	unix.RTNLGRP_LINK, unix.RTNLGRP_IPV4_IFADDR, unix.RTNLGRP_IPV6_IFADDR, unix.RTNLGRP_IPV4_ROUTE, unix.RTNLGRP_IPV6_ROUTE,
	unix.RTNLGRP_IPV4_RULE, unix.RTNLGRP_IPV6_RULE, unix.RTNLGRP_NEIGH, unix.RTNLGRP_NSID,
}

// liveBuffer holds the news of a lab of a thousand nodes that is made at once.
const liveBuffer = 8 << 20

// NewMonitor follows the namespaces that find tells of, now and whenever names
// change, and those that their links lead to. The first [Monitor.Next] returns what
// is there.
func NewMonitor(find func() ([]NamespaceFile, error), o MonitorOptions) (*Monitor, error) {
	m := &Monitor{
		find: find, mounts: -1, sweep: o.Sweep, spots: map[int32]NamespaceFile{}, seen: map[int32]bool{},
		up: map[dump.LinkRef]bool{}, calls: map[called]int32{}, stale: map[int32]bool{}, again: map[dump.LinkRef]bool{},
		missing: map[int32]time.Time{}, look: true,
	}
	var err error
	if m.observer, err = newListeningObserver(func(seat *Observer) error { return m.listen(seat, o.Buffer) }); err != nil {
		m.Close()
		return nil, err
	}
	m.mounts, err = unix.Open("/proc/self/mountinfo", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		m.Close()
		return nil, &os.PathError{Op: "open", Path: "/proc/self/mountinfo", Err: err}
	}
	return m, nil
}

// listen opens the socket for news in the calling thread's namespace.
func (m *Monitor) listen(o *Observer, buffer int) (err error) {
	if m.events, err = dial(liveGroups...); err != nil {
		return err
	}
	if buffer == 0 {
		buffer = liveBuffer
	}
	if unix.SetsockoptInt(m.events.fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, buffer) != nil {
		_ = unix.SetsockoptInt(m.events.fd, unix.SOL_SOCKET, unix.SO_RCVBUF, buffer) // as much as anybody may
	}
	if o.self != nil {
		return nil // who may not make a namespace hears of the own one only
	}
	return m.events.setOption(unix.NETLINK_LISTEN_ALL_NSID, 1)
}

// Close lets go of everything.
func (m *Monitor) Close() {
	if m.observer != nil {
		m.observer.Close()
	}
	if m.events != nil {
		m.events.close()
		m.events = nil
	}
	if m.mounts >= 0 {
		unix.Close(m.mounts)
		m.mounts = -1
	}
}

// HostOnly reports whether only the host namespace can be seen: others would need CAP_NET_ADMIN.
func (m *Monitor) HostOnly() bool { return m.observer.self != nil }

// Looking for names takes at most one part in lookShare of the time while names
// change, and one in sweepShare while nobody knows that they do.
const (
	lookShare  = 4
	sweepShare = 20
	lookPause  = 2 * time.Millisecond // at least
)

// Next waits until something has happened and returns it. If ctx ends first it
// returns its error.
func (m *Monitor) Next(ctx context.Context) ([]live.Update, error) {
	for {
		updates, err := m.lookForNames()
		if err != nil {
			return nil, err
		}
		heard, err := m.hear()
		updates = append(updates, heard...)
		if errors.Is(err, unix.ENOBUFS) {
			var lost live.SetAll
			lost, err = m.readAll()
			updates = append(updates, lost)
		}
		if err != nil || len(updates) > 0 {
			return updates, err
		}
		if err := m.wait(ctx); err != nil {
			return nil, err
		}
	}
}

// due reports whether it is time to look for names.
func (m *Monitor) due() bool {
	since := time.Since(m.looked)
	return m.look && since >= max(lookPause, lookShare*m.took) ||
		len(m.missing) > 0 && since >= max(farewell, lookShare*m.took) ||
		m.sweep > 0 && since >= max(m.sweep, sweepShare*m.took)
}

// wait waits until there may be news.
func (m *Monitor) wait(ctx context.Context) error {
	fds := []unix.PollFd{{Fd: int32(m.events.fd), Events: unix.POLLIN}, {Fd: int32(m.mounts), Events: unix.POLLPRI}}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		ms := pollInterval
		if m.look {
			ms = int(lookPause.Milliseconds())
		}
		n, err := unix.Poll(fds, ms)
		if err != nil && !errors.Is(err, unix.EINTR) {
			return os.NewSyscallError("poll", err)
		}
		m.look = m.look || fds[1].Revents != 0
		if n > 0 || m.due() {
			return nil
		}
	}
}

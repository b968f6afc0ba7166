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

// A Monitor follows namespaces: it reads them once, and then receives a notification
// of every change through one socket for all, which is in the namespace of an
// [Observer].
//
// A Monitor is used by one goroutine at a time.
type Monitor struct {
	find     func() ([]NamespaceFile, error)
	observer *Observer
	events   *conn
	mounts   int // /proc/self/mountinfo, which is ready when a name comes or goes; -1: not open
	sweep    time.Duration

	files    map[int32]NamespaceFile // by the observer's nsid; of namespaces that find returned
	seen     map[int32]bool          // namespaces with an update already sent
	up       map[dump.LinkRef]bool   // links that are up
	nsids    map[foreignNSID]int32   // the observer's nsids for those of other namespaces
	stale    map[int32]bool          // namespaces whose routes must be read again
	again    map[dump.LinkRef]bool   // links that must be read again
	missing  map[int32]time.Time     // when namespaces lost their name
	lost     bool                    // notifications: everything must be read again
	resynced time.Time               // when that was last done
	looked   time.Time               // when names were last searched
	took     time.Duration           // how long that took
	look     bool                    // a name may have changed since
}

// A foreignNSID is the nsid that one namespace has for another.
type foreignNSID struct {
	in   int32 // the one namespace, by the observer's nsid
	nsid int32
}

// monitorGroups are the groups that a Monitor joins.
var monitorGroups = []int{
	unix.RTNLGRP_LINK, unix.RTNLGRP_IPV4_IFADDR, unix.RTNLGRP_IPV6_IFADDR, unix.RTNLGRP_IPV4_ROUTE, unix.RTNLGRP_IPV6_ROUTE,
	unix.RTNLGRP_IPV4_RULE, unix.RTNLGRP_IPV6_RULE, unix.RTNLGRP_NEIGH, unix.RTNLGRP_NSID,
}

// monitorBuffer holds the notifications of a lab of a thousand nodes that is created
// at once, in bytes.
const monitorBuffer = 8 << 20

// NewMonitor follows the namespaces that find returns, now and whenever names change,
// and those that their links lead to. The first [Monitor.Next] returns all that
// exists.
func NewMonitor(find func() ([]NamespaceFile, error), o MonitorOptions) (*Monitor, error) {
	m := &Monitor{
		find: find, mounts: -1, sweep: o.Sweep, files: map[int32]NamespaceFile{}, seen: map[int32]bool{},
		up: map[dump.LinkRef]bool{}, nsids: map[foreignNSID]int32{}, stale: map[int32]bool{}, again: map[dump.LinkRef]bool{},
		missing: map[int32]time.Time{}, look: true,
	}
	var err error
	if m.observer, err = newListeningObserver(func(obs *Observer) error { return m.listen(obs, o.Buffer) }); err != nil {
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

// listen opens the socket for notifications in the calling thread's namespace.
func (m *Monitor) listen(o *Observer, buffer int) (err error) {
	if m.events, err = dial(monitorGroups...); err != nil {
		return err
	}
	if buffer == 0 {
		buffer = monitorBuffer
	}
	if unix.SetsockoptInt(m.events.fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, buffer) != nil {
		_ = unix.SetsockoptInt(m.events.fd, unix.SOL_SOCKET, unix.SO_RCVBUF, buffer) // up to net.core.rmem_max
	}
	if o.self != nil {
		return nil // without CAP_SYS_ADMIN: notifications of the host namespace only
	}
	return m.events.setOption(unix.NETLINK_LISTEN_ALL_NSID, 1)
}

// Close closes all sockets.
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

// The search for names takes at most 1/lookShare of the time while names change, and
// 1/sweepShare while no change was notified.
const (
	lookShare  = 4
	sweepShare = 20
	lookPause  = 2 * time.Millisecond // at least
)

// Next waits for updates and returns them. If ctx ends first it returns its error.
func (m *Monitor) Next(ctx context.Context) ([]live.Update, error) {
	for {
		updates, err := m.updateNames()
		if err != nil {
			return nil, err
		}
		changes, err := m.readEvents()
		updates = append(updates, changes...)
		if m.lost = m.lost || errors.Is(err, unix.ENOBUFS); m.lost {
			if err := m.pauseResync(ctx); err != nil {
				return updates, err
			}
			var all live.SetAll
			all, err = m.readAll()
			updates = append(updates, all)
		}
		if err != nil || len(updates) > 0 {
			return updates, err
		}
		if err := m.wait(ctx); err != nil {
			return nil, err
		}
	}
}

// resyncPause is the least time between two reads of everything: a user who causes
// notifications without end must not keep this program busy.
const resyncPause = 500 * time.Millisecond

// pauseResync waits until everything may be read again.
func (m *Monitor) pauseResync(ctx context.Context) error {
	if pause := time.Until(m.resynced.Add(resyncPause)); pause > 0 {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
	m.lost, m.resynced = false, time.Now()
	return nil
}

// due reports whether it is time to search for names.
func (m *Monitor) due() bool {
	since := time.Since(m.looked)
	return m.look && since >= max(lookPause, lookShare*m.took) ||
		len(m.missing) > 0 && since >= max(namelessTime, lookShare*m.took) ||
		m.sweep > 0 && since >= max(m.sweep, sweepShare*m.took)
}

// wait waits until there may be a notification or a change of names.
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

package hostmap

import (
	"context"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/kernel"
)

// Take makes a map of this machine, as far as this user can see it.
//
// It returns as soon as ctx ends, even while a read of another user's file or process
// blocks.
func Take(ctx context.Context, o Options) (*Map, error) {
	type result struct {
		m   *Map
		err error
	}
	taken := make(chan result, 1)
	go func() {
		m, err := take(ctx, o)
		taken <- result{m, err}
	}()
	select {
	case r := <-taken:
		return r.m, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func take(ctx context.Context, o Options) (*Map, error) {
	c, err := takeCensus()
	if err != nil {
		return nil, err
	}
	s, err := readNamespaces(c)
	if err != nil {
		return nil, err
	}
	t := newTree("/")
	e := &evidence{files: t, processes: c.processes}
	containers := e.containers()
	if o.Engines {
		containers = queryEngines(ctx, e, containers)
	}
	m := build(c, s, containers, e.podmanNetworks())
	m.mapAsOwners(c, o.AsOwner)
	m.noteUnseen(c)
	m.noteSkipped(t.skipped)
	m.name()
	m.noteCuts()
	return m, nil
}

// readNamespaces opens every namespace of a census once and reads it.
func readNamespaces(c *census) (*reading, error) {
	o, err := kernel.NewObserver()
	if err != nil {
		return nil, err
	}
	defer o.Close()
	s := &reading{inodes: map[int32]uint64{}, routes: map[int32][]dump.Route{}, failed: map[uint64]error{}, owners: map[uint64]string{}}
	v := &visitor{observer: o, reading: s}
	v.visit(slices.Sorted(maps.Keys(c.held)), c)
	s.wiring, err = o.Read()
	return s, err
}

// A visitor opens namespaces and closes each at once: there may be more than the limit
// of open files.
type visitor struct {
	mu       sync.Mutex // guards the two below
	observer *kernel.Observer
	reading  *reading
}

func (v *visitor) visit(inodes []uint64, c *census) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), 4) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(inodes); i = int(next.Add(1)) - 1 {
				if err := v.enter(c.held[inodes[i]], c); err != nil {
					v.mu.Lock()
					v.reading.failed[inodes[i]] = err
					v.mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
}

func (v *visitor) enter(h *held, c *census) error {
	fd, err := h.open()
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	v.mu.Lock()
	id, err := v.observer.Add(fd)
	if err == nil {
		v.reading.inodes[id], v.reading.owners[h.inode] = h.inode, ownerOf(fd)
	}
	v.mu.Unlock()
	if err != nil {
		return err
	}
	// Without the right to enter, the links can still be read by nsid.
	read := func() ([]dump.Route, error) { return v.observer.DefaultRoutes(id, fd) }
	if h.inode == c.host {
		read = kernel.DefaultHostRoutes // needs no right to enter
	}
	routes, err := read()
	if err != nil {
		return nil
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.reading.routes[id] = routes
	return nil
}

// ownerOf returns the owner of a network namespace's user namespace, if neither root nor
// the viewer: that user can set every name in it.
func ownerOf(fd int) string {
	user, err := unix.IoctlRetInt(fd, unix.NS_GET_USERNS)
	if err != nil {
		return "" // EPERM: the owner is an ancestor of this program's user namespace
	}
	defer unix.Close(user)
	uid, err := unix.IoctlGetUint32(user, unix.NS_GET_OWNER_UID)
	if err != nil {
		return ""
	}
	return untrusted(int(uid))
}

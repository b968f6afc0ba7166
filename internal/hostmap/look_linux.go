package hostmap

import (
	"maps"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/kernel"
)

// Take makes a map of this machine, as far as this user can see it.
func Take(o Options) (*Map, error) {
	c, err := takeCensus()
	if err != nil {
		return nil, err
	}
	s, err := look(c)
	if err != nil {
		return nil, err
	}
	e := &evidence{files: os.DirFS("/"), processes: c.processes}
	containers := e.containers()
	if o.Engines {
		containers = askEngines(e, containers)
	}
	m := build(c, s, containers, e.podmanNetworks())
	m.askOwners(c, o.AsOwner)
	m.tellUnseen(c)
	m.name()
	return m, nil
}

// look opens every namespace of a census once, and reads what is in it.
func look(c *census) (*sight, error) {
	o, err := kernel.NewObserver()
	if err != nil {
		return nil, err
	}
	defer o.Close()
	s := &sight{inodes: map[int32]uint64{}, routes: map[int32][]dump.Route{}, failed: map[uint64]error{}}
	v := &visitor{observer: o, sight: s}
	v.visit(slices.Sorted(maps.Keys(c.held)), c)
	s.wiring, err = o.Read()
	return s, err
}

// A visitor opens namespaces, each for a moment only: there may be more of them
// than a process can have open.
type visitor struct {
	mu       sync.Mutex // guards the two below
	observer *kernel.Observer
	sight    *sight
}

func (v *visitor) visit(inodes []uint64, c *census) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), 4) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(inodes); i = int(next.Add(1)) - 1 {
				if err := v.enter(c.held[inodes[i]], c); err != nil {
					v.mu.Lock()
					v.sight.failed[inodes[i]] = err
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
		v.sight.inodes[id] = h.inode
	}
	v.mu.Unlock()
	if err != nil {
		return err
	}
	// Without the right to enter, the links may be seen all the same.
	read := func() ([]dump.Route, error) { return kernel.RoutesFd(fd) }
	if h.inode == c.host {
		read = kernel.HostRoutes // which needs no right to enter
	}
	routes, err := read()
	if err != nil {
		return nil
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.sight.routes[id] = routes
	return nil
}

package kernel

import (
	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/state"
)

// self is what an Observer knows that sits in the ground's own namespace. It takes
// for the numbers of others those by which this one calls them already. Where
// there is none it makes up one below zero, as no link leads there.
type self struct {
	identity netns.Identity
	made     map[netns.Identity]int32 // numbers of its own
	added    map[int32]bool
}

// selfID is the number of the ground's own namespace.
const selfID = -2

func newSelf() (*self, error) {
	fd, err := netns.OpenFd(state.Host)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	identity, err := netns.Identify(fd)
	return &self{identity: identity, made: map[netns.Identity]int32{identity: selfID}, added: map[int32]bool{}}, err
}

// add returns the number of the namespace of an open descriptor.
func (s *self) add(c *conn, fd int) (int32, error) {
	identity, err := netns.Identify(fd)
	if err != nil {
		return -1, err
	}
	id, ok := s.made[identity]
	if !ok {
		if id, err = c.nsidOf(fd); err != nil {
			return -1, err
		}
		if id < 0 {
			id = selfID - int32(len(s.made))
			s.made[identity] = id
		}
	}
	s.added[id] = true
	return id, nil
}

// read reads the ground's own namespace, if it was added. All others are closed.
func (s *self) read(c *conn, w *dump.Wiring) error {
	for id := range s.added {
		w.Unreadable[id] = unix.EPERM
	}
	if !s.added[selfID] {
		return nil
	}
	ns := &dump.Namespace{}
	err := c.dumpLinksBy(ns, func(b *batch) {
		b.ifinfo(0, 0, 0)
		b.u32(unix.IFLA_EXT_MASK, rtextFilterSkipStats)
	})
	if err == nil {
		err = c.dumpAddresses(ns)
	}
	for _, id := range w.Unread(ns) {
		w.Unreadable[id] = unix.EPERM
	}
	delete(w.Unreadable, selfID)
	w.Namespaces[selfID] = ns
	return err
}

package kernel

import (
	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/state"
)

// self are the namespaces of an Observer whose sockets are in the host namespace. It
// uses the nsids that the host namespace already has. A namespace without one gets a
// negative placeholder; no link refers to it.
type self struct {
	identity     netns.Identity
	placeholders map[netns.Identity]int32
	added        map[int32]bool
}

// selfID is the placeholder of the host namespace.
const selfID = -2

func newSelf() (*self, error) {
	fd, err := netns.OpenFd(state.Host)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	identity, err := netns.Identify(fd)
	return &self{identity: identity, placeholders: map[netns.Identity]int32{identity: selfID}, added: map[int32]bool{}}, err
}

// add returns the nsid or placeholder of the namespace of an open descriptor.
func (s *self) add(c *conn, fd int) (int32, error) {
	identity, err := netns.Identify(fd)
	if err != nil {
		return -1, err
	}
	id, ok := s.placeholders[identity]
	if !ok {
		if id, err = c.nsidOf(fd); err != nil {
			return -1, err
		}
		if id < 0 {
			id = selfID - int32(len(s.placeholders))
			s.placeholders[identity] = id
		}
	}
	s.added[id] = true
	return id, nil
}

// read reads the host namespace, if it was added. All others are unreadable.
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
	}, decodeLink)
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

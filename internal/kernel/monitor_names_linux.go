package kernel

import (
	"errors"
	"maps"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/live"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/state"
)

// NamespaceFiles returns the spots of all named namespaces and of the machine's own.
func NamespaceFiles() ([]NamespaceFile, error) {
	names, err := netns.List()
	if err != nil {
		return nil, err
	}
	spots := []NamespaceFile{{Name: live.HostName, Path: netns.Path(state.Host)}}
	for _, name := range names {
		spots = append(spots, NamespaceFile{Name: name, Path: netns.Path(name)})
	}
	return spots, nil
}

// lookForNames tells, if it is time to look, of the namespaces that have come, and
// of those that have lost their name or have another.
func (m *Monitor) lookForNames() ([]live.Update, error) {
	if !m.due() {
		return nil, nil
	}
	return m.meet()
}

// meet looks for names and tells of what is new, and of namespaces that were come
// across, whether they have a name or not.
func (m *Monitor) meet(others ...int32) ([]live.Update, error) {
	come, nameless, err := m.findAll()
	if err != nil {
		return nil, err
	}
	var updates []live.Update
	for _, id := range nameless {
		updates = append(updates, live.SetNamespace{Netns: id})
	}
	arrived, err := m.arrive(append(come, others...))
	return append(updates, arrived...), err
}

// farewell is how long a namespace may be without a name before that is told: as a
// rule it goes, and that is what is to be told.
const farewell = time.Second

// findAll finds namespaces and returns those that were not found before, and those
// that have lost their name.
func (m *Monitor) findAll() (come, nameless []int32, err error) {
	begun := time.Now()
	m.look, m.looked = false, begun
	defer func() {
		m.looked = time.Now()
		m.took = m.looked.Sub(begun)
	}()
	spots, err := m.find()
	if err != nil {
		return nil, nil, err
	}
	known := map[NamespaceFile]int32{}
	for id, s := range m.spots {
		known[s] = id
	}
	now := map[int32]bool{}
	for _, s := range spots {
		id, err := m.number(s, known)
		if err != nil || now[id.netns] { // it has gone, or it has a second name
			continue
		}
		now[id.netns] = true
		if id.fresh {
			m.spots[id.netns] = id.spot
			come = append(come, id.netns)
		}
	}
	return come, m.lostNames(now), nil
}

// lostNames returns the namespaces that have no name any more, given those that
// have: without one for a while, or their name is another's.
func (m *Monitor) lostNames(named map[int32]bool) []int32 {
	taken := map[string]bool{}
	for id := range named {
		taken[m.spots[id].Name] = true
		delete(m.missing, id)
	}
	var lost []int32
	for _, id := range slices.Sorted(maps.Keys(m.spots)) {
		if named[id] {
			continue
		}
		if m.missing[id].IsZero() {
			m.missing[id] = m.looked
		}
		if taken[m.spots[id].Name] || m.looked.Sub(m.missing[id]) >= farewell {
			delete(m.spots, id)
			delete(m.missing, id)
			lost = append(lost, id)
		}
	}
	return lost
}

// numbered is a spot with the observer's number of the namespace there.
type numbered struct {
	netns int32
	spot  NamespaceFile
	fresh bool // it was not known to be there
}

// number returns the number of the namespace at a spot.
func (m *Monitor) number(s NamespaceFile, known map[NamespaceFile]int32) (numbered, error) {
	var st unix.Stat_t
	if err := unix.Stat(s.Path, &st); err != nil {
		return numbered{}, err
	}
	s.inode = st.Ino
	if id, ok := known[s]; ok {
		return numbered{id, s, false}, nil
	}
	fd, err := netns.OpenPath(s.Path)
	if err != nil {
		return numbered{}, err
	}
	defer unix.Close(fd)
	id, err := m.observer.Add(fd)
	return numbered{id, s, true}, err
}

// arrive reads namespaces and those that their links lead to, and tells of them.
func (m *Monitor) arrive(ids []int32) ([]live.Update, error) {
	w := &dump.Wiring{Namespaces: map[int32]*dump.Namespace{}, Unreadable: map[int32]error{}}
	for id := range m.seen {
		w.Namespaces[id] = &dump.Namespace{} // it is not read again
	}
	var updates []live.Update
	slices.Sort(ids)
	ids = slices.Compact(ids)
	unread := slices.DeleteFunc(slices.Clone(ids), func(id int32) bool { return m.seen[id] })
	if err := m.observer.walk(w, unread); err != nil {
		return nil, err
	}
	for id := range m.seen {
		delete(w.Namespaces, id)
	}
	for _, id := range ids {
		if m.seen[id] { // it has a name now, or another
			updates = append(updates, live.SetNamespace{Netns: id, Name: m.spots[id].Name})
		}
	}
	for _, a := range m.tell(w) {
		updates = append(updates, a)
	}
	return updates, nil
}

// tell tells of all namespaces of a wiring, in order.
func (m *Monitor) tell(w *dump.Wiring) []live.SetNamespace {
	m.readInside(w)
	var list []live.SetNamespace
	for _, id := range slices.Sorted(maps.Keys(w.Namespaces)) {
		m.seen[id] = true
		for _, link := range w.Namespaces[id].Links {
			if link.Flags.Has(dump.Up) {
				m.up[dump.LinkRef{Netns: id, Index: link.Index}] = true
			}
		}
		list = append(list, live.SetNamespace{Netns: id, Name: m.spots[id].Name, Seen: w.Namespaces[id]})
	}
	return list
}

// readAll reads everything anew, for when news was lost.
func (m *Monitor) readAll() (live.SetAll, error) {
	m.events.drain()
	clear(m.calls)
	clear(m.stale)
	clear(m.again)
	clear(m.seen)
	clear(m.up)
	if _, _, err := m.findAll(); err != nil {
		return live.SetAll{}, err
	}
	w, err := m.observer.Read()
	if err != nil {
		return live.SetAll{}, err
	}
	return live.SetAll{Now: m.tell(w)}, nil
}

// maxInside bounds how many namespaces are open at once.
const maxInside = 500

// readInside reads what can't be read from outside, of the namespaces that it is
// known where to find. Those that have gone, or that may not be entered, are left
// without.
func (m *Monitor) readInside(w *dump.Wiring) {
	ids := slices.DeleteFunc(slices.Sorted(maps.Keys(w.Namespaces)), func(id int32) bool { return m.spots[id].Path == "" })
	for part := range slices.Chunk(ids, maxInside) {
		m.enterAll(part, func(c *conn, id int32) error {
			ns := w.Namespaces[id]
			return errors.Join(c.dumpRoutes(ns), c.dumpRules(ns), c.dumpNeighbours(ns))
		})
	}
}

// enterAll calls fn with a socket of each namespace.
func (m *Monitor) enterAll(ids []int32, fn func(c *conn, id int32) error) {
	if m.observer.self != nil {
		if slices.Contains(ids, selfID) {
			_ = inside(func(c *conn) error { return fn(c, selfID) })
		}
		return
	}
	var fds []int
	var there []int32
	for _, id := range ids {
		fd, err := netns.OpenPath(m.spots[id].Path)
		if err != nil {
			continue
		}
		defer unix.Close(fd)
		if now, err := m.observer.Add(fd); err == nil && now == id { // not another that has the name now
			fds, there = append(fds, fd), append(there, id)
		}
	}
	_ = netns.EachFd(fds, func(i int) error {
		return inside(func(c *conn) error { return fn(c, there[i]) })
	})
}

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

// NamespaceFiles returns the files of all named namespaces and of the host namespace.
func NamespaceFiles() ([]NamespaceFile, error) {
	names, err := netns.List()
	if err != nil {
		return nil, err
	}
	files := []NamespaceFile{{Name: live.HostName, Path: netns.Path(state.Host)}}
	for _, name := range names {
		files = append(files, NamespaceFile{Name: name, Path: netns.Path(name)})
	}
	return files, nil
}

// updateNames searches for names, if it is time to, and returns the namespaces that
// are new, have lost their name or have another.
func (m *Monitor) updateNames() ([]live.Update, error) {
	if !m.due() {
		return nil, nil
	}
	return m.discover()
}

// discover searches for names and returns updates of what is new, and of others, which
// links lead to, whether they have a name or not.
func (m *Monitor) discover(others ...int32) ([]live.Update, error) {
	found, nameless, err := m.findAll()
	if err != nil {
		return nil, err
	}
	var updates []live.Update
	for _, id := range nameless {
		updates = append(updates, live.SetNamespace{Netns: id})
	}
	added, err := m.add(append(found, others...))
	return append(updates, added...), err
}

// namelessTime is how long a namespace may be without a name before that is reported:
// mostly it is being deleted, which is then reported instead.
const namelessTime = time.Second

// findAll calls find and returns the namespaces that are new, and those that have lost
// their name.
func (m *Monitor) findAll() (found, nameless []int32, err error) {
	begun := time.Now()
	m.look, m.looked = false, begun
	defer func() {
		m.looked = time.Now()
		m.took = m.looked.Sub(begun)
	}()
	files, err := m.find()
	if err != nil {
		return nil, nil, err
	}
	known := map[NamespaceFile]int32{}
	for id, s := range m.files {
		known[s] = id
	}
	now := map[int32]bool{}
	for _, s := range files {
		id, err := m.identify(s, known)
		if err != nil || now[id.netns] { // deleted, or a second name
			continue
		}
		now[id.netns] = true
		if id.fresh {
			m.files[id.netns] = id.file
			found = append(found, id.netns)
		}
	}
	return found, m.nameless(now), nil
}

// nameless returns the namespaces that have lost their name, given those that have
// one: [namelessTime] ago, or another namespace has it now.
func (m *Monitor) nameless(named map[int32]bool) []int32 {
	taken := map[string]bool{}
	for id := range named {
		taken[m.files[id].Name] = true
		delete(m.missing, id)
	}
	var lost []int32
	for _, id := range slices.Sorted(maps.Keys(m.files)) {
		if named[id] {
			continue
		}
		if m.missing[id].IsZero() {
			m.missing[id] = m.looked
		}
		if taken[m.files[id].Name] || m.looked.Sub(m.missing[id]) >= namelessTime {
			delete(m.files, id)
			delete(m.missing, id)
			lost = append(lost, id)
		}
	}
	return lost
}

// identified is a file with the observer's nsid of its namespace.
type identified struct {
	netns int32
	file  NamespaceFile
	fresh bool // the file did not refer to that namespace before
}

// identify returns the nsid of the namespace of a file.
func (m *Monitor) identify(s NamespaceFile, known map[NamespaceFile]int32) (identified, error) {
	var st unix.Stat_t
	if err := unix.Stat(s.Path, &st); err != nil {
		return identified{}, err
	}
	s.inode = st.Ino
	if id, ok := known[s]; ok {
		return identified{id, s, false}, nil
	}
	fd, err := netns.OpenPath(s.Path)
	if err != nil {
		return identified{}, err
	}
	defer unix.Close(fd)
	id, err := m.observer.Add(fd)
	return identified{id, s, true}, err
}

// add reads namespaces and those that their links lead to, and returns updates.
func (m *Monitor) add(ids []int32) ([]live.Update, error) {
	w := &dump.Wiring{Namespaces: map[int32]*dump.Namespace{}, Unreadable: map[int32]error{}}
	for id := range m.seen {
		w.Namespaces[id] = &dump.Namespace{} // not read again
	}
	var updates []live.Update
	slices.Sort(ids)
	ids = slices.Compact(ids)
	unread := slices.DeleteFunc(slices.Clone(ids), func(id int32) bool { return m.seen[id] })
	if err := m.observer.readFrom(w, unread); err != nil {
		return nil, err
	}
	for id := range m.seen {
		delete(w.Namespaces, id)
	}
	for _, id := range ids {
		if m.seen[id] { // named, or renamed
			updates = append(updates, live.SetNamespace{Netns: id, Name: m.files[id].Name})
		}
	}
	for _, a := range m.updatesOf(w) {
		updates = append(updates, a)
	}
	return updates, nil
}

// updatesOf returns an update of each namespace of a wiring, in order.
func (m *Monitor) updatesOf(w *dump.Wiring) []live.SetNamespace {
	m.readInside(w)
	var list []live.SetNamespace
	for _, id := range slices.Sorted(maps.Keys(w.Namespaces)) {
		m.seen[id] = true
		for _, link := range w.Namespaces[id].Links {
			if link.Flags.Has(dump.Up) {
				m.up[dump.LinkRef{Netns: id, Index: link.Index}] = true
			}
		}
		list = append(list, live.SetNamespace{Netns: id, Name: m.files[id].Name, Seen: w.Namespaces[id]})
	}
	return list
}

// readAll reads everything again after notifications were lost.
func (m *Monitor) readAll() (live.SetAll, error) {
	m.events.drain()
	clear(m.nsids)
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
	return live.SetAll{Now: m.updatesOf(w)}, nil
}

// maxInside bounds how many namespaces are entered at once.
const maxInside = 500

// readInside reads what can be read only inside a namespace, of those that have a file.
// Those that are deleted, or that may not be entered, are left without.
func (m *Monitor) readInside(w *dump.Wiring) {
	ids := slices.DeleteFunc(slices.Sorted(maps.Keys(w.Namespaces)), func(id int32) bool { return m.files[id].Path == "" })
	for part := range slices.Chunk(ids, maxInside) {
		m.enterAll(part, func(c *conn, id int32) error {
			ns := w.Namespaces[id]
			err := errors.Join(c.dumpRoutes(ns), c.dumpRules(ns), c.dumpNeighbours(ns))
			ns.Cuts = append(ns.Cuts, c.foreign.cutList()...)
			return err
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
	var open []int32
	for _, id := range ids {
		fd, err := netns.OpenPath(m.files[id].Path)
		if err != nil {
			continue
		}
		defer unix.Close(fd)
		if now, err := m.observer.Add(fd); err == nil && now == id { // not another of the same name
			fds, open = append(fds, fd), append(open, id)
		}
	}
	_ = netns.EachFd(fds, func(i int) error {
		return inside(func(c *conn) error {
			c.foreign = m.observer.reader(open[i])
			return fn(c, open[i])
		})
	})
}

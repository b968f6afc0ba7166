package kernel

import (
	"errors"
	"maps"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/live"
)

// maxEvents bounds how many notifications are read before the updates are returned.
const maxEvents = 1000

// readEvents returns updates of the notifications in the socket's buffer. The error is
// ENOBUFS if some were lost.
func (m *Monitor) readEvents() ([]live.Update, error) {
	var updates []live.Update
	for range maxEvents {
		var err error
		received := m.events.receiveEvents(func(origin int32, h header, body []byte) {
			if origin == ownNamespace && m.observer.self != nil {
				origin = selfID
			}
			more, eventErr := m.event(origin, h, body)
			updates, err = append(updates, more...), errors.Join(err, eventErr)
		})
		if errors.Is(received, unix.EAGAIN) {
			break
		}
		if err := errors.Join(received, err); err != nil {
			return updates, err
		}
	}
	again, err := m.readAgain()
	updates = append(updates, again...)
	return append(updates, m.readStale()...), err
}

// ownNamespace is the origin of events in the namespace of the socket itself.
const ownNamespace = -1

// receiveEvents reads one datagram, which is about one namespace, without waiting.
func (c *conn) receiveEvents(fn func(origin int32, h header, body []byte)) error {
	if len(c.in) < maxInSize {
		c.in = make([]byte, maxInSize) // what is cut off here can't be received again
	}
	var control [64]byte
	var n, controlSize int
	_, err := retryEINTR(func() (_ int, err error) {
		n, controlSize, _, _, err = unix.Recvmsg(c.fd, c.in, control[:], unix.MSG_DONTWAIT)
		return 0, err
	})
	if err != nil {
		return err
	}
	origin := originOf(control[:controlSize])
	return eachMessage(c.in[:n], func(h header, body []byte) { fn(origin, h, body) })
}

// originOf returns the nsid of the namespace that a datagram is about.
func originOf(control []byte) int32 {
	messages, err := unix.ParseSocketControlMessage(control)
	if err != nil {
		return ownNamespace
	}
	for _, m := range messages {
		if m.Header.Level == unix.SOL_NETLINK && m.Header.Type == unix.NETLINK_LISTEN_ALL_NSID && len(m.Data) >= 4 {
			return int32(native.Uint32(m.Data))
		}
	}
	return ownNamespace
}

// event returns the updates that a message leads to.
func (m *Monitor) event(origin int32, h header, body []byte) ([]live.Update, error) {
	switch {
	case h.typ == unix.RTM_DELNSID:
		return m.netnsDeleted(origin, body), nil
	case origin == ownNamespace, !m.seen[origin] && h.typ != unix.RTM_DELLINK: // a link may have moved to a namespace in view
		return nil, nil
	}
	switch h.typ {
	case unix.RTM_NEWLINK:
		return m.linkSet(origin, body)
	case unix.RTM_DELLINK:
		return m.linkDeleted(origin, body)
	case unix.RTM_NEWADDR:
		return decoded(origin, body, decodeAddress, live.SetAddress), nil
	case unix.RTM_DELADDR:
		m.stale[origin] = true // the kernel deletes routes from that address without a notification
		return decoded(origin, body, decodeAddress, live.DelAddress), nil
	case unix.RTM_NEWROUTE:
		r, _ := decodeRoute(body)
		if h.flags&(unix.NLM_F_REPLACE|unix.NLM_F_APPEND) != 0 || len(r.Hops) > 0 {
			m.stale[origin] = true // another route is deleted or changed without a notification
		}
		return decoded(origin, body, decodeRoute, live.SetRoute), nil
	case unix.RTM_DELROUTE:
		return decoded(origin, body, decodeRoute, live.DelRoute), nil
	case unix.RTM_NEWRULE:
		return decoded(origin, body, decodeRule, live.SetRule), nil
	case unix.RTM_DELRULE:
		return decoded(origin, body, decodeRule, live.DelRule), nil
	case unix.RTM_NEWNEIGH:
		return decoded(origin, body, decodeNeighbour, live.SetNeighbour), nil
	case unix.RTM_DELNEIGH:
		return decoded(origin, body, decodeNeighbour, live.DelNeighbour), nil
	}
	return nil, nil
}

// decoded returns the update of the object in a message's body.
func decoded[T any](origin int32, body []byte, decode func([]byte) (T, bool), update func(int32, T) live.Update) []live.Update {
	t, ok := decode(body)
	if !ok {
		return nil
	}
	return []live.Update{update(origin, t)}
}

// netnsDeleted handles an nsid that a namespace has no longer. Where that is the
// observer's, the namespace is deleted.
func (m *Monitor) netnsDeleted(origin int32, body []byte) []live.Update {
	var updates []live.Update
	for a := range eachAttribute(body[min(4, len(body)):]) {
		if a.typ != netnsaNsid {
			continue
		}
		id := int32(a.u32())
		delete(m.nsids, foreignNSID{origin, id})
		if origin == ownNamespace {
			m.forget(id)
			updates = append(updates, live.DelNamespace{Netns: id})
		}
	}
	return updates
}

// forget drops all that is known of a deleted namespace. Another can have its name
// already, and even its inode.
func (m *Monitor) forget(id int32) {
	if _, named := m.files[id]; named {
		m.look = true
	}
	delete(m.seen, id)
	delete(m.files, id)
	delete(m.stale, id)
	delete(m.missing, id)
	delete(m.observer.known, id)
	m.observer.limit.forget(id)
	maps.DeleteFunc(m.nsids, func(f foreignNSID, own int32) bool { return f.in == id || own == id })
	maps.DeleteFunc(m.up, func(p dump.LinkRef, _ bool) bool { return p.Netns == id })
}

// linkSet returns the updates of a new or changed link.
func (m *Monitor) linkSet(origin int32, body []byte) ([]live.Update, error) {
	link, ok := decodeLink(body)
	if !ok {
		return nil, nil
	}
	if link.ParentNetns != nil {
		link.ParentNetns = new(m.translate(origin, *link.ParentNetns, link.Index))
	}
	ref := dump.LinkRef{Netns: origin, Index: link.Index}
	if link.Flags.Has(dump.Up) {
		m.up[ref] = true
	} else {
		m.setDown(ref)
	}
	return m.updateLink(origin, link)
}

// setDown notes that a link is down: the kernel deletes its IPv4 routes without a
// notification.
func (m *Monitor) setDown(ref dump.LinkRef) {
	if m.up[ref] {
		m.stale[ref.Netns] = true
		delete(m.up, ref)
	}
}

// updateLink returns the update of a link, after those of the namespace that it leads
// to if that is new.
func (m *Monitor) updateLink(netns int32, link dump.Link) (updates []live.Update, err error) {
	if id := link.ParentNetns; id != nil && *id >= 0 && !m.seen[*id] {
		if updates, err = m.discover(*id); err != nil {
			return nil, err
		}
	}
	return append(updates, live.SetLink{Netns: netns, Link: link}), nil
}

// linkDeleted returns the updates of a link that is deleted or moved. The peer of a
// moved one is read again: where it leads to changes without a notification.
func (m *Monitor) linkDeleted(origin int32, body []byte) ([]live.Update, error) {
	link, ok := decodeLink(body)
	if !ok {
		return nil, nil
	}
	u := live.DelLink{Netns: origin, Index: link.Index, To: m.movedTo(origin, link.Index, body)}
	var updates []live.Update
	if u.To != nil {
		if link.ParentNetns != nil {
			link.ParentNetns = new(m.translate(origin, *link.ParentNetns, 0))
		}
		if peer, ok := link.Target(origin); ok {
			m.again[peer] = true
		}
		m.again[*u.To] = true
		if u.To.Netns >= 0 && !m.seen[u.To.Netns] {
			var err error
			if updates, err = m.discover(u.To.Netns); err != nil {
				return nil, err
			}
		}
	}
	m.setDown(dump.LinkRef{Netns: origin, Index: link.Index})
	return append(updates, u), nil
}

// movedTo returns where a link moves to, with nsid -1 if the namespace is unknown; nil
// if it is deleted.
func (m *Monitor) movedTo(origin int32, index int, body []byte) *dump.LinkRef {
	var to *dump.LinkRef
	for a := range eachAttribute(body[unix.SizeofIfInfomsg:]) {
		if a.typ != unix.IFLA_NEW_NETNSID && a.typ != unix.IFLA_NEW_IFINDEX {
			continue
		}
		if to == nil {
			to = &dump.LinkRef{Netns: -1, Index: index}
		}
		if a.typ == unix.IFLA_NEW_NETNSID {
			to.Netns = m.translate(origin, int32(a.u32()), 0)
		} else {
			to.Index = int(a.u32())
		}
	}
	return to
}

// readAgain reads the links in m.again and their peers: of a link that has moved more
// than once, only the link itself still names its peer.
func (m *Monitor) readAgain() ([]live.Update, error) {
	var updates []live.Update
	refs := slices.SortedFunc(maps.Keys(m.again), dump.LinkRef.Compare)
	for i := 0; i < len(refs); i++ {
		ref := refs[i]
		if !m.seen[ref.Netns] || m.observer.self != nil {
			continue
		}
		link, err := m.observer.link(ref)
		if err != nil {
			continue // deleted
		}
		more, err := m.updateLink(ref.Netns, link)
		if err != nil {
			return nil, err
		}
		updates = append(updates, more...)
		if other, ok := link.Target(ref.Netns); ok && !m.again[other] {
			m.again[other] = true
			refs = append(refs, other)
		}
	}
	clear(m.again)
	return updates, nil
}

// readStale reads the routes of the namespaces in m.stale.
func (m *Monitor) readStale() []live.Update {
	ids := slices.DeleteFunc(slices.Sorted(maps.Keys(m.stale)), func(id int32) bool { return m.files[id].Path == "" })
	clear(m.stale)
	read := make([]dump.Namespace, len(ids))
	done := make([]bool, len(ids))
	for part := range slices.Chunk(ids, maxInside) {
		m.enterAll(part, func(c *conn, id int32) error {
			i, _ := slices.BinarySearch(ids, id)
			err := c.dumpRoutes(&read[i])
			done[i] = err == nil
			return err
		})
	}
	var updates []live.Update
	for i, id := range ids {
		if done[i] {
			updates = append(updates, live.SetRoutes(id, read[i].Routes))
		}
	}
	return updates
}

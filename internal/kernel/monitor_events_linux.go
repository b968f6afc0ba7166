package kernel

import (
	"errors"
	"maps"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/live"
)

// maxNews bounds how much is heard before it is told.
const maxNews = 1000

// hear returns the news that waits. The error is ENOBUFS where some was lost.
func (m *Monitor) hear() ([]live.Update, error) {
	var updates []live.Update
	for range maxNews {
		var err error
		received := m.events.receiveNews(func(origin int32, h header, body []byte) {
			if origin == seat && m.observer.self != nil {
				origin = selfID
			}
			more, newsErr := m.news(origin, h, body)
			updates, err = append(updates, more...), errors.Join(err, newsErr)
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

// seat is the origin of what happens in the namespace of the socket itself.
const seat = -1

// receiveNews reads what was told at once, of one namespace, without waiting.
func (c *conn) receiveNews(fn func(origin int32, h header, body []byte)) error {
	if c.in == nil {
		c.in = make([]byte, inSize)
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

// originOf returns the number of the namespace that news is from.
func originOf(control []byte) int32 {
	messages, err := unix.ParseSocketControlMessage(control)
	if err != nil {
		return seat
	}
	for _, m := range messages {
		if m.Header.Level == unix.SOL_NETLINK && m.Header.Type == unix.NETLINK_LISTEN_ALL_NSID && len(m.Data) >= 4 {
			return int32(native.Uint32(m.Data))
		}
	}
	return seat
}

// news tells what a message says.
func (m *Monitor) news(origin int32, h header, body []byte) ([]live.Update, error) {
	switch {
	case h.typ == unix.RTM_DELNSID:
		return m.netnsGone(origin, body), nil
	case origin == seat, !m.seen[origin] && h.typ != unix.RTM_DELLINK: // which may matter to others
		return nil, nil
	}
	switch h.typ {
	case unix.RTM_NEWLINK:
		return m.linkNews(origin, body)
	case unix.RTM_DELLINK:
		return m.linkGone(origin, body)
	case unix.RTM_NEWADDR:
		return told(origin, body, decodeAddress, live.SetAddress), nil
	case unix.RTM_DELADDR:
		m.stale[origin] = true // routes from that address go without a word
		return told(origin, body, decodeAddress, live.DelAddress), nil
	case unix.RTM_NEWROUTE:
		r, _ := decodeRoute(body)
		if h.flags&(unix.NLM_F_REPLACE|unix.NLM_F_APPEND) != 0 || len(r.Hops) > 0 {
			m.stale[origin] = true // another has gone, or is another now, without a word
		}
		return told(origin, body, decodeRoute, live.SetRoute), nil
	case unix.RTM_DELROUTE:
		return told(origin, body, decodeRoute, live.DelRoute), nil
	case unix.RTM_NEWRULE:
		return told(origin, body, decodeRule, live.SetRule), nil
	case unix.RTM_DELRULE:
		return told(origin, body, decodeRule, live.DelRule), nil
	case unix.RTM_NEWNEIGH:
		return told(origin, body, decodeNeighbour, live.SetNeighbour), nil
	case unix.RTM_DELNEIGH:
		return told(origin, body, decodeNeighbour, live.DelNeighbour), nil
	}
	return nil, nil
}

func told[T any](origin int32, body []byte, decode func([]byte) (T, bool), update func(int32, T) live.Update) []live.Update {
	t, ok := decode(body)
	if !ok {
		return nil
	}
	return []live.Update{update(origin, t)}
}

// netnsGone takes note that somebody has no number for a namespace any more. Where
// that is the observer the namespace itself has gone.
func (m *Monitor) netnsGone(origin int32, body []byte) []live.Update {
	var updates []live.Update
	for _, a := range attributes(body[min(4, len(body)):]) {
		if a.typ != netnsaNsid {
			continue
		}
		id := int32(a.u32())
		delete(m.calls, called{origin, id})
		if origin == seat {
			m.forget(id)
			updates = append(updates, live.DelNamespace{Netns: id})
		}
	}
	return updates
}

// forget drops all that is known of a namespace that has gone. Another can have its
// name already, and even its inode.
func (m *Monitor) forget(id int32) {
	if _, named := m.spots[id]; named {
		m.look = true
	}
	delete(m.seen, id)
	delete(m.spots, id)
	delete(m.stale, id)
	delete(m.missing, id)
	delete(m.observer.known, id)
	maps.DeleteFunc(m.calls, func(c called, means int32) bool { return c.by == id || means == id })
	maps.DeleteFunc(m.up, func(p dump.LinkRef, _ bool) bool { return p.Netns == id })
}

// linkNews tells what a link is like now.
func (m *Monitor) linkNews(origin int32, body []byte) ([]live.Update, error) {
	link, ok := decodeLink(body)
	if !ok {
		return nil, nil
	}
	if link.ParentNetns != nil {
		link.ParentNetns = new(m.translate(origin, *link.ParentNetns, link.Index))
	}
	place := dump.LinkRef{Netns: origin, Index: link.Index}
	if link.Flags.Has(dump.Up) {
		m.up[place] = true
	} else {
		m.switchedOff(place)
	}
	return m.linkIs(origin, link)
}

// switchedOff takes note that IPv4 routes by a link have gone without a word.
func (m *Monitor) switchedOff(place dump.LinkRef) {
	if m.up[place] {
		m.stale[place.Netns] = true
		delete(m.up, place)
	}
}

// linkIs tells what a link is like. If it leads to a namespace that is not known,
// that is told of first.
func (m *Monitor) linkIs(netns int32, link dump.Link) (updates []live.Update, err error) {
	if id := link.ParentNetns; id != nil && *id >= 0 && !m.seen[*id] {
		if updates, err = m.meet(*id); err != nil {
			return nil, err
		}
	}
	return append(updates, live.SetLink{Netns: netns, Link: link}), nil
}

// linkGone tells that a link has gone, and where to. Of one that moves the other end
// is read anew: it leads elsewhere now, of which the kernel tells nothing.
func (m *Monitor) linkGone(origin int32, body []byte) ([]live.Update, error) {
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
			if updates, err = m.meet(u.To.Netns); err != nil {
				return nil, err
			}
		}
	}
	m.switchedOff(dump.LinkRef{Netns: origin, Index: link.Index})
	return append(updates, u), nil
}

// movedTo returns the place that a link moves to, of number -1 if it is not known
// where that is; nil: it is no more.
func (m *Monitor) movedTo(origin int32, index int, body []byte) *dump.LinkRef {
	var to *dump.LinkRef
	for _, a := range attributes(body[unix.SizeofIfInfomsg:]) {
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

// readAgain tells what links are like of which it is not certain, and those that
// they lead to: of one that has moved more than once, only it itself still tells
// which its other end is.
func (m *Monitor) readAgain() ([]live.Update, error) {
	var updates []live.Update
	places := slices.SortedFunc(maps.Keys(m.again), dump.LinkRef.Compare)
	for i := 0; i < len(places); i++ {
		place := places[i]
		if !m.seen[place.Netns] || m.observer.self != nil {
			continue
		}
		link, err := m.observer.link(place)
		if err != nil {
			continue // it has gone
		}
		more, err := m.linkIs(place.Netns, link)
		if err != nil {
			return nil, err
		}
		updates = append(updates, more...)
		if other, ok := link.Target(place.Netns); ok && !m.again[other] {
			m.again[other] = true
			places = append(places, other)
		}
	}
	clear(m.again)
	return updates, nil
}

// readStale tells which routes there are where it is not certain.
func (m *Monitor) readStale() []live.Update {
	ids := slices.DeleteFunc(slices.Sorted(maps.Keys(m.stale)), func(id int32) bool { return m.spots[id].Path == "" })
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

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
func (l *Live) hear() ([]live.Update, error) {
	var updates []live.Update
	for range maxNews {
		var err error
		received := l.events.receiveNews(func(origin int32, h header, body []byte) {
			if origin == seat && l.observer.self != nil {
				origin = selfID
			}
			more, newsErr := l.news(origin, h, body)
			updates, err = append(updates, more...), errors.Join(err, newsErr)
		})
		if errors.Is(received, unix.EAGAIN) {
			break
		}
		if err := errors.Join(received, err); err != nil {
			return updates, err
		}
	}
	return append(updates, l.readStale()...), nil
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
func (l *Live) news(origin int32, h header, body []byte) ([]live.Update, error) {
	switch {
	case h.typ == unix.RTM_DELNSID:
		return l.netnsGone(origin, body), nil
	case !l.seen[origin]:
		return nil, nil
	}
	switch h.typ {
	case unix.RTM_NEWLINK:
		return l.linkNews(origin, body)
	case unix.RTM_DELLINK:
		return l.linkGone(origin, body), nil
	case unix.RTM_NEWADDR:
		return told(origin, body, decodeAddress, live.AddressIs), nil
	case unix.RTM_DELADDR:
		l.stale[origin] = true // routes from that address go without a word
		return told(origin, body, decodeAddress, live.AddressLost), nil
	case unix.RTM_NEWROUTE:
		r, _ := decodeRoute(body)
		if h.flags&(unix.NLM_F_REPLACE|unix.NLM_F_APPEND) != 0 || len(r.Hops) > 0 {
			l.stale[origin] = true // another has gone, or is another now, without a word
		}
		return told(origin, body, decodeRoute, live.RouteIs), nil
	case unix.RTM_DELROUTE:
		return told(origin, body, decodeRoute, live.RouteLost), nil
	case unix.RTM_NEWRULE:
		return told(origin, body, decodeRule, live.RuleIs), nil
	case unix.RTM_DELRULE:
		return told(origin, body, decodeRule, live.RuleLost), nil
	case unix.RTM_NEWNEIGH:
		return told(origin, body, decodeNeighbour, live.NeighbourIs), nil
	case unix.RTM_DELNEIGH:
		return told(origin, body, decodeNeighbour, live.NeighbourLost), nil
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
func (l *Live) netnsGone(origin int32, body []byte) []live.Update {
	var updates []live.Update
	for _, a := range attributes(body[min(4, len(body)):]) {
		if a.typ != netnsaNsid {
			continue
		}
		id := int32(a.u32())
		delete(l.calls, called{origin, id})
		if origin == seat {
			l.forget(id)
			updates = append(updates, live.Left{Netns: id})
		}
	}
	return updates
}

// forget drops all that is known of a namespace that has gone. Another can have its
// name already, and even its inode.
func (l *Live) forget(id int32) {
	if _, named := l.spots[id]; named {
		l.look = true
	}
	delete(l.seen, id)
	delete(l.spots, id)
	delete(l.stale, id)
	delete(l.missing, id)
	delete(l.observer.known, id)
	maps.DeleteFunc(l.calls, func(c called, means int32) bool { return c.by == id || means == id })
	maps.DeleteFunc(l.up, func(p dump.Place, _ bool) bool { return p.Netns == id })
}

// linkNews tells what a link is like now. If it leads to a namespace that is not
// known, that is told of first.
func (l *Live) linkNews(origin int32, body []byte) ([]live.Update, error) {
	link, ok := decodeLink(body)
	if !ok {
		return nil, nil
	}
	var updates []live.Update
	if link.ParentNetns != nil {
		id := l.translate(origin, *link.ParentNetns, link.Index)
		link.ParentNetns = &id
		if id >= 0 && !l.seen[id] {
			var err error
			if updates, err = l.meet(id); err != nil {
				return nil, err
			}
		}
	}
	place := dump.Place{Netns: origin, Index: link.Index}
	if up := link.Flags.Has(dump.Up); up {
		l.up[place] = true
	} else if l.up[place] {
		l.stale[origin] = true // IPv4 routes by it have gone without a word
		delete(l.up, place)
	}
	return append(updates, live.LinkIs{Netns: origin, Link: link}), nil
}

// linkGone tells that a link has gone, and where to.
func (l *Live) linkGone(origin int32, body []byte) []live.Update {
	link, ok := decodeLink(body)
	if !ok {
		return nil
	}
	u := live.LinkLost{Netns: origin, Index: link.Index}
	for _, a := range attributes(body[unix.SizeofIfInfomsg:]) {
		switch a.typ {
		case unix.IFLA_NEW_NETNSID:
			if u.To == nil {
				u.To = &dump.Place{Index: link.Index}
			}
			u.To.Netns = l.translate(origin, int32(a.u32()), 0)
		case unix.IFLA_NEW_IFINDEX:
			if u.To == nil {
				u.To = &dump.Place{Netns: -1}
			}
			u.To.Index = int(a.u32())
		}
	}
	place := dump.Place{Netns: origin, Index: link.Index}
	if l.up[place] {
		l.stale[origin] = true
		delete(l.up, place)
	}
	return []live.Update{u}
}

// readStale tells which routes there are where it is not certain.
func (l *Live) readStale() []live.Update {
	ids := slices.DeleteFunc(slices.Sorted(maps.Keys(l.stale)), func(id int32) bool { return l.spots[id].Path == "" })
	clear(l.stale)
	read := make([]dump.Namespace, len(ids))
	done := make([]bool, len(ids))
	for part := range slices.Chunk(ids, maxInside) {
		l.enterAll(part, func(c *conn, id int32) error {
			i, _ := slices.BinarySearch(ids, id)
			err := c.dumpRoutes(&read[i])
			done[i] = err == nil
			return err
		})
	}
	var updates []live.Update
	for i, id := range ids {
		if done[i] {
			updates = append(updates, live.RoutesAre(id, read[i].Routes))
		}
	}
	return updates
}

// Package walk follows an Ethernet frame through the dumps of several namespaces:
// which links it passes, where copies are delivered, and why other copies are dropped.
//
// The table kinds has the behaviour of each kind of link. A kind without a row is
// reported as not supported; nothing is guessed.
//
// A walk uses the addresses and the size of a frame, and of links what a
// [dump.Wiring] has. It ignores: VLAN tags (bridges that filter VLANs are not
// supported), nftables and bridge-nf-call, traffic control, XDP, the multicast
// database (multicast is flooded, as by a bridge without a querier), backup ports, and
// neighbour requests that a bridge answers itself.
//
// The package is pure. There is one file per kind of link.
package walk

import (
	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/topo"
)

// A Frame has the fields of an untagged Ethernet frame that decide its path.
type Frame struct {
	Src, Dst topo.MAC
	Size     int // bytes after the Ethernet header; 0 fits every MTU
}

// isMulticast reports whether the group bit of an address is set, as in broadcastMAC.
func isMulticast(a topo.MAC) bool { return a[0]&1 != 0 }

// broadcastMAC is the Ethernet broadcast address.
var broadcastMAC = topo.MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

// A Network is a wiring with the forwarding databases of its bridges. It is not safe
// for concurrent use.
type Network struct {
	wiring *dump.Wiring
	fdb    map[dump.LinkRef]database       // by bridge
	ports  map[dump.LinkRef][]dump.LinkRef // by master, in order
	uppers map[dump.LinkRef][]dump.LinkRef // by lower device, in order
}

// New returns a Network of a wiring, which must not change afterwards. Bridges have the
// forwarding databases in it; if a namespace's was not read, only the addresses of the
// bridge and of its ports.
func New(w *dump.Wiring) *Network {
	n := &Network{
		wiring: w, fdb: map[dump.LinkRef]database{},
		ports: map[dump.LinkRef][]dump.LinkRef{}, uppers: map[dump.LinkRef][]dump.LinkRef{},
	}
	for _, p := range w.LinkRefs() {
		l := w.Link(p)
		if l.Master != 0 {
			master := dump.LinkRef{Netns: p.Netns, Index: l.Master}
			n.ports[master] = append(n.ports[master], p)
		}
		if lower, ok := w.Lower(p); ok {
			n.uppers[lower] = append(n.uppers[lower], p)
		}
	}
	n.readDatabases()
	return n
}

// Send follows a frame that a namespace sends by one of its links. Bridges learn from
// it, also for later frames. The first step is that link's; the others follow in the
// order in which they happen.
func (n *Network) Send(from dump.LinkRef, f Frame) []Step {
	return n.walk(move{at: from, dir: Out, from: -1}, f)
}

// Receive is Send for a frame that a link receives from outside of the wiring, such as
// a physical device.
func (n *Network) Receive(at dump.LinkRef, f Frame) []Step {
	return n.walk(move{at: at, dir: In, from: -1}, f)
}

// maxSteps is the limit of a walk: if bridges form several loops, the number of a
// flooded frame's paths grows exponentially. The largest labs need two steps for each
// port, far below the limit.
const maxSteps = 1 << 16

// A move is a frame before a link handles it.
type move struct {
	at    dump.LinkRef
	dir   Direction
	from  int  // index of the step before; -1 for the first
	local bool // the link's namespace receives it whatever its destination is
	drop  drop // not zero: it is dropped before the link
}

// An action is what a link does with a frame.
type action struct {
	drop      drop // not zero: the frame, or this copy of it, ends here
	delivered bool // to the namespace
	lookup    Lookup
	learned   Learned
	next      []move
}

// walk processes moves in FIFO order, as the kernel does: a veth queues received
// frames. So bridges learn in the same order.
func (n *Network) walk(first move, f Frame) []Step {
	var steps []Step
	for queue := []move{first}; len(queue) > 0; queue = queue[1:] {
		m := queue[0]
		var a action
		switch {
		case m.drop != drop{}:
			a.drop = m.drop
		case len(steps) == maxSteps:
			a.drop = dropped(TooManySteps, "%d", maxSteps)
			queue = queue[:1]
		case n.visited(steps, m):
			a.drop = dropped(Loop, "")
		case m.dir == Out:
			a = n.send(m, f)
		default:
			a = n.receive(m, f)
		}
		for _, next := range a.next {
			next.from = len(steps)
			queue = append(queue, next)
		}
		steps = append(steps, stepOf(m, a))
	}
	return steps
}

// visited reports whether the copy passed the same link in the same direction before:
// it loops forever.
func (n *Network) visited(steps []Step, m move) bool {
	for i := m.from; i >= 0; i = steps[i].From {
		if steps[i].At == m.at && steps[i].Direction == m.dir {
			return true
		}
	}
	return false
}

// vlanTag is by how many bytes a forwarded frame may exceed the MTU: the size of a
// VLAN tag (is_skb_forwardable).
const vlanTag = 4

// send transmits a frame by a link.
func (n *Network) send(m move, f Frame) action {
	l := n.wiring.Link(m.at)
	if l == nil {
		return action{drop: dropped(NotRead, "")}
	}
	row := kinds[l.Kind]
	most := l.MTU
	if m.from >= 0 {
		most += vlanTag
	}
	switch {
	case !l.Flags.Has(dump.Up):
		return action{drop: dropped(LinkDown, "")}
	case row.send == nil:
		return action{drop: unknownKind(l.Kind)}
	case !l.Flags.Has(dump.LowerUp):
		return action{drop: dropped(NoCarrier, "%s", row.noCarrier(n, m.at))}
	case f.Size > most:
		return action{drop: tooLong(f, l)}
	}
	return row.send(n, m.at, f)
}

// receive handles a frame that a link receives: it goes to the link's master or its
// namespace, and also to its upper devices.
func (n *Network) receive(m move, f Frame) action {
	l := n.wiring.Link(m.at)
	if l == nil {
		return action{drop: dropped(NotRead, "")}
	}
	next, all := n.take(m.at, f)
	if all {
		return action{next: next}
	}
	a := n.deliver(m, l, f)
	a.next = append(a.next, next...)
	return a
}

// take passes a received frame to the upper devices of a link. It returns true if the link
// itself does not get it. What the namespace receives whatever its destination is has passed
// them.
func (n *Network) take(lower dump.LinkRef, f Frame) (next []move, all bool) {
	asked := map[string]bool{}
	for _, upper := range n.uppers[lower] {
		kind := n.wiring.Link(upper).Kind
		switch take := kinds[kind].take; {
		case take == nil:
			next = append(next, move{at: upper, dir: In, drop: unknownKind(kind)})
		case !asked[kind]:
			asked[kind] = true
			moves, taken := take(n, lower, f)
			next, all = append(next, moves...), all || taken
		}
	}
	return next, all
}

// deliver passes a received frame to the link's master, or without one to the
// namespace, which accepts frames for the link's own address and for groups.
func (n *Network) deliver(m move, l *dump.Link, f Frame) action {
	if l.Master != 0 {
		at := dump.LinkRef{Netns: m.at.Netns, Index: l.Master}
		master := n.wiring.Link(at)
		if master == nil {
			return action{drop: dropped(NotRead, "its master, link %d", l.Master)}
		}
		if kinds[master.Kind].receive == nil {
			return action{drop: unknownKind(master.Kind)}
		}
		return kinds[master.Kind].receive(n, at, m.at, f)
	}
	if m.local || isMulticast(f.Dst) || f.Dst == macOf(l) {
		return action{delivered: true}
	}
	return action{drop: dropped(OtherMAC, "the link has %s", l.Address)}
}

// macOf returns the Ethernet address of a link; zero for other address types.
func macOf(l *dump.Link) topo.MAC { return toMAC(l.Address) }

func toMAC(a dump.HWAddr) topo.MAC {
	if len(a) != len(topo.MAC{}) {
		return topo.MAC{}
	}
	return topo.MAC(a)
}

func tooLong(f Frame, l *dump.Link) drop {
	return dropped(TooLong, "%d bytes, MTU %d", f.Size, l.MTU)
}

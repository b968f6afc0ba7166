// Package walk follows an Ethernet frame over what is seen of several namespaces:
// which links it passes, where a copy of it is delivered, and why another copy is
// dropped.
//
// What a kind of link does with a frame stands in one table, kinds. A kind without a
// row is said to be not known; nothing is guessed.
//
// A walk knows of a frame its addresses and its size, and of links what a
// [dump.Wiring] holds. It does not look at: tags (a bridge that filters by VLAN is
// said to be not known), nftables and bridge-nf-call, traffic control, XDP, the
// multicast database (groups are flooded as a bridge does without a querier), backup
// ports, and what a bridge answers itself instead of a neighbour.
//
// The package is pure. There is one file per kind of link.
package walk

import (
	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/topo"
)

// A Frame is what of an untagged Ethernet frame decides its way.
type Frame struct {
	Src, Dst topo.MAC
	Size     int // bytes that follow the Ethernet header; 0: it fits everywhere
}

// group reports whether frames to an address are for more than one, be it all.
func group(a topo.MAC) bool { return a[0]&1 != 0 }

// toAll is the broadcast address.
var toAll = topo.MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

// A Network is a wiring with what its bridges have learned. It is used by one
// goroutine at a time.
type Network struct {
	wiring *dump.Wiring
	fdb    map[dump.LinkRef]database       // by bridge
	ports  map[dump.LinkRef][]dump.LinkRef // by what they are ports of, in order
	uppers map[dump.LinkRef][]dump.LinkRef // by what they stand on, in order
}

// New returns a Network over a wiring, which must not change afterwards. Bridges
// know what the forwarding databases in it say; where a namespace's was not read,
// the addresses of the bridge and of its ports only.
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

// Send walks a frame that a namespace gives to one of its links to send. Bridges
// learn on the way, for the next frame too. The first step is that link's; the
// others follow in the order in which they happen.
func (n *Network) Send(from dump.LinkRef, f Frame) []Step {
	return n.walk(move{at: from, dir: Out, from: -1}, f)
}

// Receive walks a frame that comes to a link from outside of the wiring, as by a
// device of the machine. It is otherwise as Send.
func (n *Network) Receive(at dump.LinkRef, f Frame) []Step {
	return n.walk(move{at: at, dir: In, from: -1}, f)
}

// maxSteps bounds a walk: where bridges form several loops, a flooded frame has more
// ways than can be counted. It is well above the two steps for each port of the
// largest labs.
const maxSteps = 1 << 16

// A move is a frame on its way to a link.
type move struct {
	at    dump.LinkRef
	dir   Direction
	from  int  // the step that it comes from; -1: none
	taken bool // the link's namespace takes it whatever its destination is
	drop  drop // not zero: it does not get there
}

// An action is what a link does with a frame: the row of its kind says it.
type action struct {
	drop      drop // not zero: the frame, or this copy of it, ends here
	delivered bool // the namespace takes it from this link
	lookup    Lookup
	learned   Learned
	next      []move
}

// walk does one move after another, first come first served, as the kernel does: it
// queues what arrives at a veth, and so learns in this order.
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
		case n.again(steps, m):
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

// again reports whether a copy was at the same link, in the same direction, before:
// the same happens to it again, without end.
func (n *Network) again(steps []Step, m move) bool {
	for i := m.from; i >= 0; i = steps[i].From {
		if steps[i].At == m.at && steps[i].Direction == m.dir {
			return true
		}
	}
	return false
}

// tag is how many bytes longer than the MTU a frame may be that is handed on: there
// must be space for a VLAN tag (is_skb_forwardable).
const tag = 4

// send is what a link does with a frame that it is given.
func (n *Network) send(m move, f Frame) action {
	l := n.wiring.Link(m.at)
	if l == nil {
		return action{drop: dropped(NotSeen, "")}
	}
	row := kinds[l.Kind]
	most := l.MTU
	if m.from >= 0 {
		most += tag
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

// receive is what happens to a frame that arrives at a link: its master has it, or
// its namespace, and links that stand on this one have it besides.
func (n *Network) receive(m move, f Frame) action {
	l := n.wiring.Link(m.at)
	if l == nil {
		return action{drop: dropped(NotSeen, "")}
	}
	a := n.deliver(m, l, f)
	for _, upper := range n.uppers[m.at] {
		a.next = append(a.next, move{at: upper, dir: In, drop: unknownKind(n.wiring.Link(upper).Kind)})
	}
	return a
}

// deliver gives a received frame to the link's master, or without one to the
// namespace, which takes what is for the link's own address or for a group.
func (n *Network) deliver(m move, l *dump.Link, f Frame) action {
	if l.Master != 0 {
		at := dump.LinkRef{Netns: m.at.Netns, Index: l.Master}
		master := n.wiring.Link(at)
		if master == nil {
			return action{drop: dropped(NotSeen, "its master, link %d", l.Master)}
		}
		if kinds[master.Kind].receive == nil {
			return action{drop: unknownKind(master.Kind)}
		}
		return kinds[master.Kind].receive(n, at, m.at, f)
	}
	if m.taken || group(f.Dst) || f.Dst == macOf(l) {
		return action{delivered: true}
	}
	return action{drop: dropped(OtherMAC, "the link has %s", l.Address)}
}

// macOf returns the Ethernet address of a link, zero if it has another sort.
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

package kernel

import (
	"net/netip"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// ndaProtocol is NDA_PROTOCOL (linux/neighbour.h), since Linux 5.0.
const ndaProtocol = 12

func (e *encoder) addNeighbour(op plan.AddNeighbour) error {
	flags := uint16(createNew)
	if op.Replace {
		flags = unix.NLM_F_CREATE | unix.NLM_F_REPLACE
	}
	index, err := e.index(op.At())
	if err != nil {
		return err
	}
	e.message(unix.RTM_NEWNEIGH, flags, func() {
		e.neighbourHead(op.Neighbour.Address, index, unix.NUD_PERMANENT)
		e.attr(unix.NDA_LLADDR, op.Neighbour.MAC[:])
		if op.Protocol != 0 {
			e.u8(ndaProtocol, op.Protocol)
		}
	})
	return nil
}

func (e *encoder) delNeighbour(op plan.DelNeighbour) error {
	index, err := e.index(op.At())
	if err != nil {
		return err
	}
	e.deleteNeighbour(index, op.Key.Address)
	return nil
}

// neighbourHead writes a struct ndmsg and whose entry it is.
func (b *batch) neighbourHead(a netip.Addr, index int, state uint16) {
	h := b.zeros(unix.SizeofNdMsg)
	h[0] = familyOf(a)
	native.PutUint32(h[4:], uint32(index))
	native.PutUint16(h[8:], state)
	b.attr(unix.NDA_DST, a.AsSlice())
}

// neighbourDumps is the number of namespaces up to which the neighbour entries of all
// of a lab's namespaces are read. A dump walks the machine's whole table, with the
// entries of all namespaces and the buckets they have ever needed: that of n
// namespaces takes time by n².
const neighbourDumps = 128

// neighbourScope returns the namespaces of a lab whose permanent neighbour entries
// are read: all of them in a lab of up to [neighbourDumps] namespaces, in a larger
// one those for which want or last, which may be nil, have an entry.
func neighbourScope(want, last *state.State) func(name string) bool {
	named := map[string]bool{}
	count := 0
	for _, s := range []*state.State{want, last} {
		if s == nil {
			continue
		}
		count = max(count, len(s.Namespaces))
		for name, ns := range s.Namespaces {
			if len(ns.Neighbours) > 0 {
				named[name] = true
			}
		}
	}
	return func(name string) bool { return count <= neighbourDumps || named[name] }
}

// readNeighbours reads the entries of the neighbour tables: the permanent ones, and apart
// from them those that the kernel has learned. Of the host namespace only those
// of links that count do, and of a lab's only marked ones.
func readNeighbours(r reading) (put, error) {
	if !r.neighbours {
		return func(*state.Namespace, map[int]string) {}, nil
	}
	var list []dump.Neighbour
	err := dumpInto(r.conn, &list, unix.RTM_GETNEIGH, func(b *batch) { b.zeros(unix.SizeofNdMsg) }, decodeNeighbour)
	return func(ns *state.Namespace, names map[int]string) {
		for _, n := range list {
			dev := names[n.Index]
			if dev == "" || dev == state.Lo || n.Proxy {
				continue
			}
			entry := state.Neighbour{Address: n.To, Dev: dev}
			if len(n.Address) == len(entry.MAC) {
				entry.MAC = topo.MAC(n.Address)
			}
			switch {
			case n.State&unix.NUD_PERMANENT == 0:
				r.seen.learned = append(r.seen.learned, entry)
			case entry.MAC.IsZero():
			case ns.Name != state.Host || r.lab == nil || n.Protocol == state.Protocol || slices.Contains(r.lab.neighbours, entry):
				ns.Neighbours = ns.Neighbours.Set(entry)
			default:
				r.seen.others.Neighbours = r.seen.others.Neighbours.Set(entry)
			}
		}
	}, err
}

package walk

import (
	"bytes"
	"slices"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/topo"
)

// A database is the forwarding database of a bridge.
type database map[topo.MAC]entry

// An entry is the port of an address.
type entry struct {
	dump.FDBEntry

	port dump.LinkRef // or the bridge itself
}

// permanent is NUD_PERMANENT, and reachable NUD_REACHABLE.
const (
	permanent = 0x80
	reachable = 0x02
)

// readDatabases fills the databases of all bridges from the wiring. Entries of a VLAN
// are left out, since bridges that filter VLANs are not supported.
func (n *Network) readDatabases() {
	for _, p := range n.wiring.LinkRefs() {
		if _, ok := n.settings(p); !ok {
			continue
		}
		n.fdb[p] = database{}
		if n.wiring.Namespaces[p.Netns].FDB == nil {
			n.addOwn(p)
		}
	}
	for id, ns := range n.wiring.Namespaces {
		for _, e := range ns.FDB {
			db := n.fdb[dump.LinkRef{Netns: id, Index: e.Master}]
			if db != nil && e.VLAN == 0 {
				db[toMAC(e.Address)] = entry{e, dump.LinkRef{Netns: id, Index: e.Index}}
			}
		}
	}
}

// addOwn adds the addresses of a bridge and of its ports. A bridge mostly has the
// address of one port; the entry is then the port's.
func (n *Network) addOwn(bridge dump.LinkRef) {
	for _, at := range append([]dump.LinkRef{bridge}, n.ports[bridge]...) {
		l := n.wiring.Link(at)
		e := dump.FDBEntry{Address: l.Address, Index: at.Index, Master: bridge.Index, State: permanent}
		n.fdb[bridge][macOf(l)] = entry{e, at}
	}
}

// learn records the port of an address (br_fdb_update).
func (n *Network) learn(b dump.Bridge, bridge, port dump.LinkRef, a topo.MAC) Learned {
	e, found := n.fdb[bridge][a]
	switch {
	case !n.port(port).Learning:
		return LearningOff
	case b.AgeingTime == 0:
		return AgeingTimeZero
	case found && e.Local():
		return LocalAddress
	case found && e.port == port:
		return AlreadyKnown
	case found && e.Sticky():
		return StickyAtOther
	}
	if !found {
		e.FDBEntry = dump.FDBEntry{Address: a[:], Master: bridge.Index, State: reachable}
	}
	e.Index, e.port = port.Index, port
	n.fdb[bridge][a] = e
	if found {
		return Moved
	}
	return NewEntry
}

// FDB returns the current forwarding database of a bridge, sorted by address.
func (n *Network) FDB(bridge dump.LinkRef) []dump.FDBEntry {
	var list []dump.FDBEntry
	for _, e := range n.fdb[bridge] {
		list = append(list, e.FDBEntry)
	}
	slices.SortFunc(list, func(a, b dump.FDBEntry) int { return bytes.Compare(a.Address, b.Address) })
	return list
}

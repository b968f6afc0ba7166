package live

import (
	"cmp"
	"net/netip"

	"github.com/vethlab/vethlab/internal/dump"
)

// A Neighbour is a neighbour table entry (ARP, ND) with names in place of indexes.
type Neighbour struct {
	To    netip.Addr `json:"to"`
	Dev   string     `json:"dev"`
	MAC   string     `json:"mac,omitempty"`
	State string     `json:"state"` // reachable, stale, failed, … (ip-neighbour(8))
}

// SetNeighbour returns the update that adds or changes a neighbour entry.
func SetNeighbour(netns int32, n dump.Neighbour) Update {
	return setEntry[neighbourKey, dump.Neighbour]{neighbours(), netns, n}
}

// DelNeighbour returns the update that deletes a neighbour entry.
func DelNeighbour(netns int32, n dump.Neighbour) Update {
	return delEntry[neighbourKey, dump.Neighbour]{neighbours(), netns, n}
}

type neighbourKey struct {
	index int
	to    netip.Addr
}

func neighbours() table[neighbourKey, dump.Neighbour] {
	return table[neighbourKey, dump.Neighbour]{
		entries: func(t *tables) map[neighbourKey]dump.Neighbour { return t.neighbours },
		key:     func(n dump.Neighbour) neighbourKey { return neighbourKey{n.Index, n.To} },
		shown:   func(n dump.Neighbour) bool { return n.State != stateNoARP && !n.Proxy },
		order: func(a, b dump.Neighbour) int {
			return cmp.Or(a.Index-b.Index, a.To.Compare(b.To))
		},
		added: NeighbourAdded, deleted: NeighbourDeleted,
		changed: func(old, now dump.Neighbour) (Kind, string) {
			if old.State == now.State && old.Address.String() == now.Address.String() {
				return "", ""
			}
			return NeighbourChanged, neighbourState(old.State)
		},
		event: func(v *View, netns int32, n dump.Neighbour, e *Event) bool {
			if !v.allInScope(netns) {
				return false
			}
			d := describeNeighbour(v.wiring.Namespaces[netns], n)
			e.Node, _ = v.node(netns)
			e.Interface, e.Neighbour = d.Dev, &d
			return true
		},
	}
}

func describeNeighbour(ns *dump.Namespace, n dump.Neighbour) Neighbour {
	return Neighbour{To: n.To, Dev: ns.LinkName(n.Index), MAC: n.Address.String(), State: neighbourState(n.State)}
}

// stateNoARP is NUD_NOARP: the kernel never resolves the address, such as a group's.
const stateNoARP = 0x40

// neighbourState returns the word for a state (NUD_*, linux/neighbour.h).
func neighbourState(state uint16) string {
	switch state {
	case 0x00:
		return "none"
	case 0x01:
		return "incomplete"
	case 0x02:
		return "reachable"
	case 0x04:
		return "stale"
	case 0x08:
		return "delay"
	case 0x10:
		return "probe"
	case 0x20:
		return "failed"
	case stateNoARP:
		return "noarp"
	case 0x80:
		return "permanent"
	}
	return "unknown"
}

package live

import (
	"cmp"
	"net/netip"

	"github.com/vethlab/vethlab/internal/dump"
)

// A Neighbour is an entry of the ARP or ND table as people know it.
type Neighbour struct {
	To    netip.Addr `json:"to"`
	Dev   string     `json:"dev"`
	MAC   string     `json:"mac,omitempty"`
	State string     `json:"state"` // reachable, stale, failed, … (ip-neighbour(8))
}

// NeighbourIs says what a neighbour is like now.
func NeighbourIs(netns int32, n dump.Neighbour) Update {
	return entryIs[neighbourKey, dump.Neighbour]{neighbours(), netns, n}
}

// NeighbourLost says that a neighbour is forgotten.
func NeighbourLost(netns int32, n dump.Neighbour) Update {
	return entryLost[neighbourKey, dump.Neighbour]{neighbours(), netns, n}
}

type neighbourKey struct {
	index int
	to    netip.Addr
}

func neighbours() table[neighbourKey, dump.Neighbour] {
	return table[neighbourKey, dump.Neighbour]{
		of:     func(t *tables) map[neighbourKey]dump.Neighbour { return t.neighbours },
		key:    func(n dump.Neighbour) neighbourKey { return neighbourKey{n.Index, n.To} },
		wanted: func(n dump.Neighbour) bool { return n.State != stateNoARP && !n.Proxy },
		order: func(a, b dump.Neighbour) int {
			return cmp.Or(a.Index-b.Index, a.To.Compare(b.To))
		},
		added: NeighbourAdded, gone: NeighbourGone,
		changed: func(old, now dump.Neighbour) (Kind, string) {
			if old.State == now.State && old.Address.String() == now.Address.String() {
				return "", ""
			}
			return NeighbourChanged, neighbourState(old.State)
		},
		event: func(p *Picture, netns int32, n dump.Neighbour, e *Event) bool {
			if !p.countsAll(netns) {
				return false
			}
			d := describeNeighbour(p.wiring.Namespaces[netns], n)
			e.Node, _ = p.node(netns)
			e.Interface, e.Neighbour = d.Dev, &d
			return true
		},
	}
}

func describeNeighbour(ns *dump.Namespace, n dump.Neighbour) Neighbour {
	return Neighbour{To: n.To, Dev: ns.LinkName(n.Index), MAC: n.Address.String(), State: neighbourState(n.State)}
}

// stateNoARP is NUD_NOARP: of addresses that nobody is asked for.
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

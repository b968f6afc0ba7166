package ipshow

import (
	"strings"

	"github.com/vethlab/vethlab/internal/dump"
)

// noARP is NUD_NOARP: an entry without resolution, such as a multicast group.
const noARP = 0x40

func (q *Query) neighbours(ns *dump.Namespace) []fields {
	var list []fields
	for _, n := range ns.Neighbours {
		dev := ns.LinkName(n.Index)
		if n.Proxy == q.proxy && n.State&noARP == 0 && q.family.Has(prefixOf(n.To)) && (q.dev == "" || q.dev == dev) {
			list = append(list, q.neighbour(n, dev))
		}
	}
	return list
}

// neighbourStates are NUD_* by ip's words.
var neighbourStates = []struct {
	bit  uint16
	name string
}{
	{1, "INCOMPLETE"}, {2, "REACHABLE"}, {4, "STALE"}, {8, "DELAY"}, {16, "PROBE"}, {32, "FAILED"}, {noARP, "NOARP"}, {128, "PERMANENT"},
}

func (q *Query) neighbour(n dump.Neighbour, dev string) fields {
	fs := fields{{"dst", n.To.String(), n.To.String() + " "}}
	if q.dev == "" {
		fs.word("dev", "dev", dev)
	}
	if len(n.Address) > 0 {
		fs.word("lladdr", "lladdr", n.Address.String())
	}
	for _, f := range []struct {
		bit  uint8
		name string
	}{{0x80, "router"}, {0x08, "proxy"}, {0x10, "extern_learn"}} {
		if n.Flags&f.bit != 0 {
			fs.add(f.name, nil, f.name+" ")
		}
	}
	states := []string{}
	for _, s := range neighbourStates {
		if n.State&s.bit != 0 {
			states = append(states, s.name)
		}
	}
	if !n.Proxy {
		fs.add("state", states, strings.Join(states, ",")+" ")
	}
	fs.others(n.Other)
	if n.Protocol != 0 {
		fs.word("protocol", "proto", protocolName(n.Protocol))
	}
	fs.say("\n")
	return fs
}

// NeighbourLines returns the neighbours as ip prints them, without NUD_NOARP.
func NeighbourLines(ns *dump.Namespace) []string {
	q := &Query{}
	var lines []string
	for _, n := range ns.Neighbours {
		if n.State&noARP == 0 {
			lines = append(lines, oneLine(q.neighbour(n, ns.LinkName(n.Index))))
		}
	}
	return lines
}

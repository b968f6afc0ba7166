package topo

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// MacvlanMode says which frames a macvlan exchanges with others on its lower device.
type MacvlanMode string

// The values of MacvlanMode, as in ip-link(8).
const (
	MacvlanBridge   MacvlanMode = "bridge"   // exchanges frames with others of this mode
	MacvlanPrivate  MacvlanMode = "private"  // exchanges none, also not over a switch outside
	MacvlanVEPA     MacvlanMode = "vepa"     // sends all through the lower device, to a switch that sends them back
	MacvlanPassthru MacvlanMode = "passthru" // is the only one, and has the MAC of the lower device
)

// macvlanModes are the values of MacvlanMode.
var macvlanModes = []string{string(MacvlanBridge), string(MacvlanPrivate), string(MacvlanVEPA), string(MacvlanPassthru)}

// A Macvlan is an interface with a MAC of its own on a lower device. It sends and receives
// through that device, but exchanges no frames with it.
type Macvlan struct {
	Link string      // the lower device: an interface of the node, or "node:interface"
	Mode MacvlanMode // "": MacvlanBridge
}

// Word returns "macvlan".
func (*Macvlan) Word() string { return "macvlan" }

func (m *Macvlan) clone() LinkKind { c := *m; return &c }

func (m *Macvlan) traits() traits {
	return traits{
		options: m.options(), inLowerSegment: true, rxHandler: true, noMAC: m.Mode == MacvlanPassthru,
		mtuOfLower: true, rejectLower: m.rejectLower, check: m.check,
	}
}

func (m *Macvlan) options() []option {
	link := optionOf("link", &m.Link, func(d *decoder, v value) string { return d.word(v, "an interface") })
	if m.Link != "" {
		link.interfaces = []string{m.Link}
	}
	mode := optionOf("mode", &m.Mode, func(d *decoder, v value) MacvlanMode {
		return MacvlanMode(d.word(v, strings.Join(macvlanModes, ", ")))
	})
	return []option{link, mode}
}

// rejectLower refuses a macvlan on another one: the kernel would create it on the lower device
// of that one. It also refuses others beside one with mode passthru.
func (m *Macvlan) rejectLower(upper, lower *WiredInterface) *fault {
	if on, ok := lower.Kind.(*Macvlan); ok {
		return faultf("link", fmt.Sprintf("write link: %s", on.Link), "%s is a macvlan and can't be the lower device of another", lower)
	}
	for _, other := range lower.Uppers {
		o, ok := other.Kind.(*Macvlan)
		if ok && other != upper && (m.Mode == MacvlanPassthru || o.Mode == MacvlanPassthru) {
			return faultf("link", "", "a macvlan with mode passthru must be the only one on %s, which is the lower device of %s too", lower, other)
		}
	}
	return nil
}

func (m *Macvlan) check(i *Interface) []*fault {
	var faults []*fault
	if m.Link == "" {
		faults = append(faults, faultf("", "write macvlan: {link: eth0}", "interface %s is a macvlan and has no lower device", i.Name))
	}
	if mode := cmp.Or(m.Mode, MacvlanBridge); !slices.Contains(macvlanModes, string(mode)) {
		faults = append(faults, faultf("mode", oneOf(string(mode), macvlanModes), "unknown mode %q of macvlan %s", mode, i.Name))
	}
	return faults
}

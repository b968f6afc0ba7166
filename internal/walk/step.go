package walk

import (
	"cmp"
	"fmt"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/topo"
)

// A Step is what happens to a frame, or to one copy of a frame, at one link.
type Step struct {
	At        dump.LinkRef
	Direction Direction
	From      int     // index of the step before; -1 for the first step
	Fate      Fate    // of this copy
	Reason    Reason  // of a drop, a loop or Undecided
	Detail    string  // the deciding value, such as the port's state, or ""
	Lookup    Lookup  // result for the destination in the bridge's database; "": not looked up
	Learned   Learned // what the bridge learned of the source; "": nothing looked up
}

// A Direction says on which side of a link a frame is.
type Direction string

const (
	Out Direction = "out" // the link transmits it
	In  Direction = "in"  // the link receives it
)

// A Fate is the outcome of a step.
type Fate string

const (
	Passed    Fate = "passed"    // to the steps whose From is this one
	Delivered Fate = "delivered" // to the network stack of the link's namespace
	Dropped   Fate = "dropped"
	Loops     Fate = "loops"     // forever
	Undecided Fate = "undecided" // the wiring lacks what decides
)

// A Reason is why a frame is dropped, loops, or why its fate is undecided. It is a
// stable identifier for programs.
type Reason string

const (
	LinkDown          Reason = "link-down"
	NoCarrier         Reason = "no-carrier"
	TooLong           Reason = "too-long"
	OtherMAC          Reason = "other-mac"
	BadSource         Reason = "bad-source"
	PauseFrame        Reason = "pause-frame"
	PortState         Reason = "port-state"
	HairpinOff        Reason = "hairpin-off"
	Isolated          Reason = "isolated"
	Locked            Reason = "locked"
	FloodOff          Reason = "flood-off"
	MulticastFloodOff Reason = "multicast-flood-off"
	BroadcastFloodOff Reason = "broadcast-flood-off"
	ProxyARP          Reason = "proxy-arp"
	ToItself          Reason = "to-itself"
	Discards          Reason = "discards"

	UnknownKind  Reason = "unknown-kind"
	NotRead      Reason = "not-read"
	PeerNotRead  Reason = "peer-not-read"
	FiltersVLANs Reason = "filters-vlans"
	Loop         Reason = "loop"
	TooManySteps Reason = "too-many-steps"
)

// reasons has one row per reason.
var reasons = map[Reason]struct {
	words string
	fate  Fate // "": dropped
}{
	LinkDown:          {words: "the link is down"},
	NoCarrier:         {words: "the link has no carrier"},
	TooLong:           {words: "the frame is longer than the link's MTU"},
	OtherMAC:          {words: "the frame is for another MAC address"},
	BadSource:         {words: "the source address is not a unicast address"},
	PauseFrame:        {words: "bridges drop pause frames"},
	PortState:         {words: "the port does not forward in its state"},
	HairpinOff:        {words: "the frame was received from this port, and hairpin is off"},
	Isolated:          {words: "the frame was received from an isolated port, and this one is isolated"},
	Locked:            {words: "the port is locked"},
	FloodOff:          {words: "the destination is unknown, and flooding of unicast is off at this port"},
	MulticastFloodOff: {words: "flooding of multicast is off at this port"},
	BroadcastFloodOff: {words: "flooding of broadcast is off at this port"},
	ProxyARP:          {words: "bridges do not flood to a port with proxy ARP"},
	ToItself:          {words: "the destination is the bridge's own address"},
	Discards:          {words: "links of this kind discard all frames"},

	UnknownKind:  {words: "this kind of link is not supported", fate: Undecided},
	NotRead:      {words: "the link or its settings were not read", fate: Undecided},
	PeerNotRead:  {words: "the peer was not read", fate: Undecided},
	FiltersVLANs: {words: "the bridge filters by VLAN, and the VLANs of its ports were not read", fate: Undecided},
	Loop:         {words: "the frame passed this link before: it loops forever", fate: Loops},
	TooManySteps: {words: "the limit of steps is reached: the frame multiplies", fate: Undecided},
}

// A Lookup is the result of a bridge's lookup of the destination.
type Lookup string

const (
	Known     Lookup = "known"     // forwarded to one port
	Unknown   Lookup = "unknown"   // flooded
	Local     Lookup = "local"     // an address of the bridge or of a port
	Multicast Lookup = "multicast" // flooded, and received by the bridge
	Broadcast Lookup = "broadcast" // likewise
)

// Learned is what a bridge learns from the source of a frame.
type Learned string

const (
	NewEntry       Learned = "new"
	AlreadyKnown   Learned = "known"         // at this port
	Moved          Learned = "moved"         // from another port
	StickyAtOther  Learned = "sticky"        // at another port
	LocalAddress   Learned = "local-address" // of the bridge or a port
	LearningOff    Learned = "learning-off"  // at this port
	AgeingTimeZero Learned = "ageing-time-0" // entries expire at once
)

// A drop is why a copy ends.
type drop struct {
	reason Reason
	detail string
}

func dropped(r Reason, format string, args ...any) drop { return drop{r, fmt.Sprintf(format, args...)} }

// stepOf returns the step of a move and the link's action.
func stepOf(m move, a action) Step {
	s := Step{
		At: m.at, Direction: m.dir, From: m.from, Fate: Passed,
		Reason: a.drop.reason, Detail: a.drop.detail, Lookup: a.lookup, Learned: a.learned,
	}
	switch {
	case s.Reason != "":
		s.Fate = cmp.Or(reasons[s.Reason].fate, Dropped)
	case a.delivered:
		s.Fate = Delivered
	}
	return s
}

// Why returns Reason and Detail as a sentence, or "".
func (s Step) Why() string {
	words := reasons[s.Reason].words
	if s.Detail != "" {
		words += " (" + s.Detail + ")"
	}
	return words
}

// macText formats an address, also 00:00:00:00:00:00.
func macText(a topo.MAC) string { return dump.HWAddr(a[:]).String() }

package walk

import (
	"cmp"
	"fmt"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/topo"
)

// A Step is what becomes of a frame, or of one copy of it, at one link.
type Step struct {
	At        dump.LinkRef
	Direction Direction
	From      int     // the number of the step that the frame comes from; -1: the first
	Fate      Fate    // of this copy
	Reason    Reason  // why it is dropped or undecided
	Detail    string  // the value that decides, such as the port's state; "": there is none
	Lookup    Lookup  // what the bridge knows of the destination; "": it was not asked
	Learned   Learned // what the bridge does about the source; "": it was not asked
}

// A Direction says on which side of a link a frame is.
type Direction string

const (
	Out Direction = "out" // the link is given it to send
	In  Direction = "in"  // it arrives at the link
)

// A Fate is what becomes of a copy of a frame.
type Fate string

const (
	Passed    Fate = "passed"    // the steps that come from this one say more
	Delivered Fate = "delivered" // to the network stack of the link's namespace
	Dropped   Fate = "dropped"
	Circles   Fate = "circles"   // without end
	Undecided Fate = "undecided" // by what is seen it can't be told
)

// A Reason is why a frame is dropped, or why that can't be told. It is a word that
// stays the same, to be compared with and looked up.
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
	DeadEnd           Reason = "dead-end"

	UnknownKind  Reason = "unknown-kind"
	NotSeen      Reason = "not-seen"
	PeerNotSeen  Reason = "peer-not-seen"
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
	BadSource:         {words: "the source address is not one of a single interface"},
	PauseFrame:        {words: "bridges drop pause frames"},
	PortState:         {words: "the port does not forward in its state"},
	HairpinOff:        {words: "the frame came by this port, and hairpin is off"},
	Isolated:          {words: "the frame came by an isolated port, and this one is isolated"},
	Locked:            {words: "the port is locked"},
	FloodOff:          {words: "the destination is unknown, and flooding of unicast is off at this port"},
	MulticastFloodOff: {words: "flooding of multicast is off at this port"},
	BroadcastFloodOff: {words: "flooding of broadcast is off at this port"},
	ProxyARP:          {words: "nothing is flooded to a port with proxy ARP"},
	ToItself:          {words: "the destination is the bridge's own address"},

	UnknownKind:  {words: "it is not known what this kind of link does with a frame", fate: Undecided},
	NotSeen:      {words: "this was not read", fate: Undecided},
	PeerNotSeen:  {words: "the peer was not read", fate: Undecided},
	FiltersVLANs: {words: "the bridge filters by VLAN, and the VLANs of its ports were not read", fate: Undecided},
	Loop:         {words: "the frame was here before: it goes round without end", fate: Circles},
	TooManySteps: {words: "the walk was ended: the frame multiplies", fate: Undecided},
}

// A Lookup is what a bridge knows of the destination of a frame.
type Lookup string

const (
	Known     Lookup = "known"     // at one of its ports, which alone sends it
	Unknown   Lookup = "unknown"   // it is flooded
	Own       Lookup = "own"       // an address of the bridge or of a port
	Multicast Lookup = "multicast" // it is flooded, and received by the bridge
	Broadcast Lookup = "broadcast" // likewise
)

// Learned is what a bridge does about the source of a frame.
type Learned string

const (
	NewEntry       Learned = "new"
	KnownHere      Learned = "known"         // it was learned at this port
	Moved          Learned = "moved"         // it was known at another port
	StaysElsewhere Learned = "stays"         // it is sticky at another port
	OwnAddress     Learned = "own-address"   // the bridge or a port has it itself
	LearningOff    Learned = "learning-off"  // at this port
	NeverLearns    Learned = "ageing-time-0" // the bridge forgets at once
)

// A drop is the end of a copy.
type drop struct {
	reason Reason
	detail string
}

func dropped(r Reason, format string, args ...any) drop { return drop{r, fmt.Sprintf(format, args...)} }

// stepOf returns what a link did with what came to it.
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

// Why says in words why the frame is dropped, or why that can't be told; "" if
// neither.
func (s Step) Why() string {
	words := reasons[s.Reason].words
	if s.Detail != "" {
		words += " (" + s.Detail + ")"
	}
	return words
}

// macText writes an address, also the one that stands for none.
func macText(a topo.MAC) string { return dump.HWAddr(a[:]).String() }

package walk

import (
	"maps"
	"slices"

	"github.com/vethlab/vethlab/internal/dump"
)

// A row is what one kind of link does with a frame. What is nil is not known.
type row struct {
	// send says what a link does that is given a frame, is up and has a carrier.
	send func(n *Network, at dump.LinkRef, f Frame) action

	// receive says what a link does, as a master, with a frame that its port
	// receives.
	receive func(n *Network, master, port dump.LinkRef, f Frame) action

	// lacks says why a link that is up has no carrier; "": that is not known.
	lacks func(n *Network, at dump.LinkRef) string
}

// kinds has one row per kind of link, by the kernel's word.
var kinds = map[string]row{
	"bridge": {send: sendByBridge, receive: receiveByBridge, lacks: bridgeLacks},
	"dummy":  {send: sendByDummy},
	"veth":   {send: sendByVeth, lacks: vethLacks},
}

// KindNames returns the kinds of link of which it is known what they do, in order.
func KindNames() []string { return slices.Sorted(maps.Keys(kinds)) }

func (r row) noCarrier(n *Network, at dump.LinkRef) string {
	if r.lacks == nil {
		return ""
	}
	return r.lacks(n, at)
}

func unknownKind(kind string) drop {
	if kind == "" {
		kind = "device of the machine"
	}
	return dropped(UnknownKind, "a %s", kind)
}

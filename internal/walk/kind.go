package walk

import (
	"maps"
	"slices"

	"github.com/vethlab/vethlab/internal/dump"
)

// A behaviour is what one kind of link does with a frame. Nil functions are not
// supported.
type behaviour struct {
	// send transmits a frame by a link that is up and has a carrier.
	send func(n *Network, at dump.LinkRef, f Frame) action

	// receive handles, as the master, a frame that a port receives.
	receive func(n *Network, master, port dump.LinkRef, f Frame) action

	// take handles what the lower device of links of the kind receives, before that device
	// does (its rx_handler). It returns false if the device gets the frame too.
	take func(n *Network, lower dump.LinkRef, f Frame) (next []move, all bool)

	// whyNoCarrier returns why a link that is up has no carrier; "" if unknown.
	whyNoCarrier func(n *Network, at dump.LinkRef) string
}

// kinds has one row per kind of link, by the kernel's name (IFLA_INFO_KIND).
var kinds = map[string]behaviour{
	"bridge":  {send: sendByBridge, receive: receiveByBridge, whyNoCarrier: bridgeWhyNoCarrier},
	"dummy":   {send: sendByDummy},
	"macvlan": {send: sendByMacvlan, take: takeForMacvlans, whyNoCarrier: macvlanWhyNoCarrier},
	"veth":    {send: sendByVeth, whyNoCarrier: vethWhyNoCarrier},
}

// KindNames returns the supported kinds of link, sorted.
func KindNames() []string { return slices.Sorted(maps.Keys(kinds)) }

func (b behaviour) noCarrier(n *Network, at dump.LinkRef) string {
	if b.whyNoCarrier == nil {
		return ""
	}
	return b.whyNoCarrier(n, at)
}

func unknownKind(kind string) drop {
	if kind == "" {
		kind = "device without a kind"
	}
	return dropped(UnknownKind, "a %s", kind)
}

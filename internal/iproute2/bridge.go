package iproute2

import (
	"strconv"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// bridgeKind is the row of bridges in linkKinds.
var bridgeKind = linkKind{
	add: parseAddBridge,
	settings: settingsOf(func(b state.Bridge) []string {
		return bridgeGrammar.write(state.BridgeChange{STP: &b.STP, ForwardDelay: &b.ForwardDelay})
	}),
	set:     parseSetBridge,
	changes: changesOf(bridgeGrammar.write),
}

// bridgeGrammar has STP first: with STP off the kernel accepts any forward delay.
var bridgeGrammar = grammar[state.BridgeChange]{options: []option[state.BridgeChange]{
	choice("stp_state", "1", "0", func(b *state.BridgeChange) **bool { return &b.STP }),
	{
		words: []string{"forward_delay"},
		write: func(b *state.BridgeChange) ([]string, bool) {
			if b.ForwardDelay == nil {
				return nil, false
			}
			return []string{strconv.Itoa(*b.ForwardDelay)}, true
		},
		read: func(w *words, b *state.BridgeChange) error {
			n, err := w.Number("hundredths of a second", maxSigned)
			b.ForwardDelay = &n
			return err
		},
	},
	fixed[state.BridgeChange]("0", "filtering VLANs is not supported", "vlan_filtering"),
	fixed[state.BridgeChange]("1", "a bridge without multicast snooping is not supported", "mcast_snooping"),
	fixed[state.BridgeChange]("30000", "only the default ageing time is supported", "ageing_time"),
	fixed[state.BridgeChange]("200", "only the default hello time is supported", "hello_time"),
	fixed[state.BridgeChange]("2000", "only the default maximum age is supported", "max_age"),
	fixed[state.BridgeChange]("32768", "only the default priority is supported", "priority"),
}}

func parseAddBridge(w *words, d device) (plan.Op, error) {
	settings := state.BridgeChange{STP: new(false), ForwardDelay: new(state.DefaultForwardDelay)}
	if err := bridgeGrammar.read(w, &settings); err != nil {
		return nil, err
	}
	return d.adds(w, state.Bridge{STP: *settings.STP, ForwardDelay: *settings.ForwardDelay})
}

func parseSetBridge(w *words) (state.Change, error) {
	var change state.BridgeChange
	if err := bridgeGrammar.read(w, &change); err != nil {
		return nil, err
	}
	if change == (state.BridgeChange{}) {
		return nil, w.Missing("stp_state or forward_delay")
	}
	return change, nil
}

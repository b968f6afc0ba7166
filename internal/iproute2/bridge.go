package iproute2

import (
	"strconv"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// bridge is what a command says about a bridge; nil where it says nothing.
type bridge struct {
	stp   *bool
	delay *int // hundredths of a second
}

// bridgeGrammar has STP first: without it the kernel takes any delay.
var bridgeGrammar = grammar[bridge]{options: []option[bridge]{
	choice("stp_state", "1", "0", func(b *bridge) **bool { return &b.stp }),
	{
		words: []string{"forward_delay"},
		write: func(b *bridge) ([]string, bool) {
			if b.delay == nil {
				return nil, false
			}
			return []string{strconv.Itoa(*b.delay)}, true
		},
		read: func(w *words, b *bridge) error {
			n, err := w.number("hundredths of a second", maxSigned)
			b.delay = &n
			return err
		},
	},
	fixed[bridge]("0", "filtering VLANs is not supported", "vlan_filtering"),
	fixed[bridge]("1", "a bridge without multicast snooping is not supported", "mcast_snooping"),
	fixed[bridge]("30000", "another ageing time than the kernel's is not supported", "ageing_time"),
	fixed[bridge]("200", "another hello time than the kernel's is not supported", "hello_time"),
	fixed[bridge]("2000", "another maximum age than the kernel's is not supported", "max_age"),
	fixed[bridge]("32768", "another priority than the kernel's is not supported", "priority"),
}}

// kernelForwardDelay is what the kernel gives a new bridge, in hundredths of a
// second.
const kernelForwardDelay = 1500

func bridgeWords(b bridge) []string {
	return append([]string{"type", state.Bridge{}.Kind()}, bridgeGrammar.write(b)...)
}

func printAddBridge(op plan.AddBridge) []string {
	d := device{name: op.Link.Link, index: op.Index, mac: op.MAC, mtu: op.MTU}
	c := append(ip(op.Link.Namespace, "link", "add"), d.words()...)
	return append(c, bridgeWords(bridge{&op.Bridge.STP, &op.Bridge.ForwardDelay})...)
}

func parseAddBridge(w *words, d device) (plan.Op, error) {
	if d.name == "" {
		return nil, w.missing("the name of a link")
	}
	b := bridge{new(false), new(kernelForwardDelay)}
	err := bridgeGrammar.read(w, &b)
	return plan.AddBridge{
		Link:  state.Endpoint{Namespace: d.netns, Link: d.name},
		Index: d.index, MAC: d.mac, MTU: d.mtu,
		Bridge: state.Bridge{STP: *b.stp, ForwardDelay: *b.delay},
	}, err
}

func printSetBridge(op plan.SetBridge) []string {
	return append(setLink(op.Link), bridgeWords(bridge{op.STP, op.ForwardDelay})...)
}

// parseSetBridge reads what stands behind "type".
func parseSetBridge(w *words, link state.Endpoint) (plan.Op, error) {
	if w.skip("bridge_slave") {
		return nil, w.unsupported("settings of a bridge's port are not supported")
	}
	if !w.skip(state.Bridge{}.Kind()) {
		return nil, w.unexpected(state.Bridge{}.Kind())
	}
	var b bridge
	if err := bridgeGrammar.read(w, &b); err != nil {
		return nil, err
	}
	if b.stp == nil && b.delay == nil {
		return nil, w.missing("stp_state or forward_delay")
	}
	return plan.SetBridge{Link: link, STP: b.stp, ForwardDelay: b.delay}, nil
}

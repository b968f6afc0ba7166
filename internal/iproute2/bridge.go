package iproute2

import (
	"errors"
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
		write: func(b *bridge) ([]string, bool) { return []string{strconv.Itoa(*b.delay)}, true },
		read: func(w *words, b *bridge) error {
			n, err := w.number("hundredths of a second", maxSigned)
			b.delay = &n
			return err
		},
	},
}}

// kernelForwardDelay is what the kernel gives a new bridge, in hundredths of a
// second.
const kernelForwardDelay = 1500

func bridgeWords(b state.Bridge) []string {
	return append([]string{"type", b.Kind()}, bridgeGrammar.write(bridge{&b.STP, &b.ForwardDelay})...)
}

func printAddBridge(op plan.AddBridge) []string {
	d := device{name: op.Link.Link, index: op.Index, mac: op.MAC, mtu: op.MTU}
	c := append(ip(op.Link.Namespace, "link", "add"), d.words()...)
	return append(c, bridgeWords(op.Bridge)...)
}

func parseAddBridge(w *words, d device) (plan.Op, error) {
	b := bridge{new(false), new(kernelForwardDelay)}
	err := bridgeGrammar.read(w, &b)
	return plan.AddBridge{
		Link:  state.Endpoint{Namespace: d.netns, Link: d.name},
		Index: d.index, MAC: d.mac, MTU: d.mtu,
		Bridge: b.state(),
	}, err
}

func (b bridge) state() state.Bridge {
	return state.Bridge{STP: *b.stp, ForwardDelay: *b.delay}
}

func printSetBridge(op plan.SetBridge) []string {
	return append(setLink(op.Link), bridgeWords(op.Bridge)...)
}

// parseSetBridge wants both settings, since the Op sets both.
func parseSetBridge(w *words, link state.Endpoint) (plan.Op, error) {
	if !w.skip(state.Bridge{}.Kind()) {
		return nil, w.unexpected(state.Bridge{}.Kind())
	}
	var b bridge
	if err := bridgeGrammar.read(w, &b); err != nil {
		return nil, err
	}
	if b.stp == nil || b.delay == nil {
		return nil, errors.New("one setting of a bridge alone is not supported: give both stp_state and forward_delay")
	}
	return plan.SetBridge{Link: link, Bridge: b.state()}, nil
}

package iproute2

import (
	"strconv"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

func printAddBridge(op plan.AddBridge) []string {
	d := device{name: op.Link.Link, index: op.Index, mac: op.MAC, mtu: op.MTU}
	c := append(ip(op.Link.Namespace, "link", "add"), d.words()...)
	return append(c, bridgeWords(op.Bridge)...)
}

func printSetBridge(op plan.SetBridge) []string {
	return append(ip(op.Link.Namespace, "link", "set", op.Link.Link), bridgeWords(op.Bridge)...)
}

func bridgeWords(b state.Bridge) []string {
	return []string{
		"type", "bridge",
		"stp_state", choose(b.STP, "1", "0"),
		"forward_delay", strconv.Itoa(b.ForwardDelay),
	}
}

// kernelForwardDelay is what the kernel gives a new bridge, in hundredths of a
// second.
const kernelForwardDelay = 1500

func parseAddBridge(w *words, namespace string, d device) (plan.Op, error) {
	b, err := readBridge(w, state.Bridge{ForwardDelay: kernelForwardDelay})
	return plan.AddBridge{
		Link:  state.Endpoint{Namespace: namespace, Link: d.name},
		Index: d.index, MAC: d.mac, MTU: d.mtu, Bridge: b,
	}, err
}

// parseSetBridge needs both settings, since an Op sets both.
func parseSetBridge(w *words, link state.Endpoint) (plan.Op, error) {
	if !w.skip(state.Bridge{}.Kind()) {
		return nil, w.unexpected("bridge")
	}
	b, err := readBridge(w, state.Bridge{ForwardDelay: kernelForwardDelay})
	return plan.SetBridge{Link: link, Bridge: b}, err
}

// readBridge takes the settings of a bridge; what is not said stays as in b.
func readBridge(w *words, b state.Bridge) (state.Bridge, error) {
	for w.more() {
		switch {
		case w.skip("stp_state"):
			on, err := w.number("0 or 1", 0, 1)
			if err != nil {
				return b, err
			}
			b.STP = on == 1
		case w.skip("forward_delay"):
			delay, err := w.number("hundredths of a second", 0, maxIndex)
			if err != nil {
				return b, err
			}
			b.ForwardDelay = delay
		default:
			return b, w.unexpected("stp_state or forward_delay")
		}
	}
	return b, nil
}

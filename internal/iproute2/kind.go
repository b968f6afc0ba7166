package iproute2

import (
	"maps"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// linkKinds has one row per supported kind of link; OtherKinds has the rest of
// ip-link(8).
func linkKinds() map[string]linkKind {
	return map[string]linkKind{
		state.Veth{}.Kind():    vethKind,
		state.Bridge{}.Kind():  bridgeKind,
		state.Dummy{}.Kind():   {add: addsPlain(state.Dummy{})},
		state.Macvlan{}.Kind(): macvlanKind,
	}
}

// A linkKind prints and parses the attributes of a kind of link.
type linkKind struct {
	// add parses what follows the kind in ip link add. A kind with a lower device is
	// made with the zero Endpoint, see [device.adds].
	add func(*words, device) (plan.Op, error)

	// settings prints it. Nil: the kind has no attributes, or its own Op.
	settings func(state.Kind) []string

	// set parses what follows the kind in ip link set, and changes prints it.
	// Nil: no attribute can be changed.
	set     func(*words) (state.Change, error)
	changes func(state.Change) []string
}

// settingsOf, changesOf and setOf adapt functions on the Kind or Change type of a row.
func settingsOf[K state.Kind](write func(K) []string) func(state.Kind) []string {
	return func(k state.Kind) []string {
		kind, _ := state.As[K](k)
		return write(kind)
	}
}

func changesOf[C state.Change](write func(C) []string) func(state.Change) []string {
	return func(c state.Change) []string {
		change, _ := c.(C)
		return write(change)
	}
}

// addsPlain parses a kind without attributes.
func addsPlain(k state.Kind) func(*words, device) (plan.Op, error) {
	return func(w *words, d device) (plan.Op, error) { return d.adds(w, k) }
}

// adds returns the Op that creates a link, on the lower device of the command.
func (d device) adds(w *words, k state.Kind) (plan.Op, error) {
	if d.name == "" {
		return nil, w.Missing("the name of a link")
	}
	k, err := d.on(w, k)
	if err != nil {
		return nil, err
	}
	return plan.AddLink{Link: state.Endpoint{Namespace: d.netns, Link: d.name}, Index: d.index, MAC: d.mac, MTU: d.mtu, Kind: k}, nil
}

func printAddLink(op plan.AddLink) []string {
	d := device{name: op.Link.Link, index: op.Index, mac: op.MAC, mtu: op.MTU}
	if lower := op.Kind.Lower(); len(lower) > 0 {
		d.lower = lower[0].Link
	}
	if from := op.From(); from != op.Link.Namespace {
		d.netns = op.Link.Namespace
	}
	c := append(ip(op.From(), "link", "add"), d.words()...)
	c = append(c, "type", op.Kind.Kind())
	if write := linkKinds()[op.Kind.Kind()].settings; write != nil {
		c = append(c, write(op.Kind)...)
	}
	return c
}

func printSetKind(op plan.SetKind) []string {
	c := append(setLink(op.Link), "type", op.Change.Kind())
	return append(c, linkKinds()[op.Change.Kind()].changes(op.Change)...)
}

// parseSetKind parses what follows "type".
func parseSetKind(w *words, link state.Endpoint) (plan.Op, error) {
	if w.Skip("bridge_slave") {
		return nil, w.unsupported("settings of a bridge's port are not supported")
	}
	kinds := linkKinds()
	maps.DeleteFunc(kinds, func(_ string, k linkKind) bool { return k.set == nil })
	kind, ok := kinds[w.Peek()]
	if !ok {
		return nil, w.Unexpected(slices.Sorted(maps.Keys(kinds))...)
	}
	w.Next()
	change, err := kind.set(w)
	if err != nil {
		return nil, err
	}
	return plan.SetKind{Link: link, Change: change}, nil
}

// KindNames returns the supported kinds of link, sorted.
func KindNames() []string { return slices.Sorted(maps.Keys(linkKinds())) }

func (w *words) unsupportedKind() error {
	return w.unsupported("links of kind %s are not supported", w.Next())
}

// OtherKinds are the kinds of ip-link(8) that are not supported.
func OtherKinds() []string {
	kinds := strings.Fields(`
		amt bareudp bond can dsa dummy erspan geneve gre gretap gtp hsr ifb ip6erspan ip6gre ip6gretap ip6tnl ipip ipoib ipvlan ipvtap
		lowpan macsec macvlan macvtap netdevsim netkit nlmon rmnet sit tun vcan virt_wifi vlan vrf vti vxcan vxlan wireguard xfrm`)
	return slices.DeleteFunc(kinds, func(k string) bool { return slices.Contains(KindNames(), k) })
}

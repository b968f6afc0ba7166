package compile

import (
	"testing"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// upper is a kind of link with a lower device.
type upper struct {
	state.Other
	on state.Endpoint
}

func (u upper) Renamed(from, to state.Endpoint) state.Kind {
	if u.on == from {
		u.on = to
	}
	return u
}

// A kind is on the lower device that the wiring has, in its node's namespace.
func TestLowerDeviceOfKind(t *testing.T) {
	word := state.Dummy{}.Kind()
	before := kinds[word]
	t.Cleanup(func() { kinds[word] = before })
	kinds[word] = kind{state: func(*compiler, *iface) state.Kind { return upper{} }}
	top := topo.MustParse("{name: l, links: [[a, b]], nodes: {a: {interfaces: {d0: {dummy: {}}}}}}")
	checked := top.Check()
	w, err := top.Wiring()
	if err != nil {
		t.Fatal(err)
	}
	c := &compiler{checked: checked, topo: top, wiring: w}
	c.start()
	d0 := w.Interface("a", "d0")
	d0.Lower = []*topo.WiredInterface{w.Interface("a", "eth0")}
	if got, want := c.kind(c.ifaces[d0]), (upper{on: state.Endpoint{Namespace: top.NamespacePrefix() + "a", Link: "eth0"}}); got != state.Kind(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Every kind of interface in a file compiles to the kernel's kind of the same name.
func TestKinds(t *testing.T) {
	for _, k := range topo.LinkKinds() {
		row, ok := kinds[k.Word()]
		if !ok {
			t.Errorf("kinds has no row for %s", k.Word())
			continue
		}
		i := &iface{WiredInterface: &topo.WiredInterface{Kind: k}}
		if got := row.state(nil, i).Kind(); got != k.Word() {
			t.Errorf("%s becomes a link of kind %s", k.Word(), got)
		}
	}
}

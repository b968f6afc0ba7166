package record

import (
	"encoding/json"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// described returns a State of one namespace with these sysctls.
func described(sysctls map[string]string, neighbours ...state.Neighbour) *state.State {
	s := state.New()
	ns := s.Add("n")
	ns.Sysctls, ns.Neighbours = sysctls, neighbours
	return s
}

// A record that replaces another keeps the settings of that which have to be undone, over
// any number of descriptions, until one has them again.
func TestReplacing(t *testing.T) {
	top := topo.MustParse("links: [[a, b]]")
	old := state.Neighbour{Dev: "eth0", Address: netip.MustParseAddr("10.0.0.9"), MAC: topo.MAC{2}}
	first := New(top, described(map[string]string{"x": "1", "y": "1"}, old))
	second := New(top, described(map[string]string{"y": "2", "z": "2"})).Replacing(first)
	third := New(top, described(map[string]string{"x": "3"})).Replacing(second)
	for _, test := range []struct {
		name string
		got  *Record
		want *state.State
	}{
		{"first", New(top, described(nil)).Replacing(nil), state.New()},
		{"second", second, described(map[string]string{"x": "1", "y": "2", "z": "2"}, old)},
		{"third", third, described(map[string]string{"x": "3", "y": "2", "z": "2"}, old)},
	} {
		if d := cmp.Diff(test.want.Namespaces, test.got.State().Namespaces, cmpopts.EquateComparable(netip.Addr{}), cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, d)
		}
	}
	if len(first.Undo) > 0 || len(third.Sysctls["n"]) != 1 {
		t.Errorf("a record that was replaced or replaces another has changed: %v, %v", first.Undo, third.Sysctls)
	}
	if (*Record)(nil).State() != nil {
		t.Error("a missing record has a State")
	}
}

// The positions of a description in its file survive JSON; those of another number of
// parts are not used.
func TestPositions(t *testing.T) {
	top := topo.MustParse("links: [[a, b]]\nnodes: {a: {interfaces: {eth0: 10.0.0.1/24}}}\ntests: [{from: a, to: b}]\n")
	want := positions(top)
	text, err := json.Marshal(top)
	if err != nil {
		t.Fatal(err)
	}
	got := &topo.Topology{}
	if err := json.Unmarshal(text, got); err != nil {
		t.Fatal(err)
	}
	setPositions(got, want)
	if d := cmp.Diff(want, positions(got)); d != "" || !got.Tests[0].Pos.IsValid() {
		t.Errorf("positions (-want +got):\n%s", d)
	}
	setPositions(got, want[1:])
	if got.Tests[0].Pos.IsValid() {
		t.Errorf("the test has the position %v of another description", got.Tests[0].Pos)
	}
}

// A record whose text stands in the file is not decoded; another one is, and checked.
func TestOrDecoded(t *testing.T) {
	r := New(topo.MustParse("name: x\nlinks: [[a, b]]"), described(map[string]string{"k": "1"}))
	other := New(topo.MustParse("name: x\nlinks: [[a, c]]"), described(map[string]string{"k": "2"}))
	text := func(r *Record) []byte {
		b, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	if got, err := r.orDecoded("x", text(r)); got != r || err != nil {
		t.Errorf("its own text: %p, %v; want %p", got, err, r)
	}
	got, err := r.orDecoded("x", text(other))
	if err != nil || got == r || got.Sysctls["n"]["k"] != "2" {
		t.Errorf("another text: %+v, %v", got, err)
	}
	for lab, bad := range map[string][]byte{"y": text(r), "x": []byte("{")} {
		if got, err := r.orDecoded(lab, bad); err == nil {
			t.Errorf("%s as the record of %s: %+v, no error", bad, lab, got)
		}
	}
}

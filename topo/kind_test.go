package topo

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// Each field of a kind has an option with its own key in a file.
func TestKindOptions(t *testing.T) {
	words := map[string]bool{}
	for _, k := range LinkKinds() {
		if words[k.Word()] {
			t.Errorf("two kinds have the key %q", k.Word())
		}
		words[k.Word()] = true
		var fields, keys []string
		for field := range reflect.TypeOf(k).Elem().Fields() {
			fields = append(fields, strings.ToLower(field.Name))
		}
		for _, o := range k.traits().options {
			if o.value() != nil {
				t.Errorf("%s: the zero value of %s would be written as %v", k.Word(), o.key, o.value())
			}
			keys = append(keys, strings.ReplaceAll(o.key, "_", ""))
		}
		slices.Sort(fields)
		slices.Sort(keys)
		if !slices.Equal(fields, keys) {
			t.Errorf("%s has the fields %v and the options %v", k.Word(), fields, keys)
		}
	}
}

func TestForest(t *testing.T) {
	f := forest[int]{}
	for _, pair := range [][2]int{{1, 2}, {3, 4}, {4, 1}} {
		if !f.join(pair[0], pair[1]) {
			t.Errorf("%v were one group", pair)
		}
	}
	if f.join(2, 3) {
		t.Error("2 and 3 were not one group")
	}
	for x := range 6 {
		if got, want := f.find(x) == f.find(1), 1 <= x && x <= 4; got != want {
			t.Errorf("%d in the group of 1: %v, want %v", x, got, want)
		}
	}
}

// tunnel is a kind of interface without a MAC.
type tunnel struct{}

func (tunnel) Word() string      { return "tunnel" }
func (tunnel) traits() traits    { return traits{noMAC: true} }
func (k tunnel) clone() LinkKind { return k }

// A MAC of an interface that has none is a mistake.
func TestKindWithoutMAC(t *testing.T) {
	own := Interface{Name: "t0", Kind: tunnel{}}
	lab := &Topology{Name: "l", Nodes: Nodes{{Name: "a", Interfaces: Interfaces{own}}}}
	if err := lab.Validate(); err != nil {
		t.Errorf("without a MAC: %v", err)
	}
	lab.Nodes[0].Interfaces[0].MAC = MAC{2, 5: 1}
	err := lab.Validate()
	if err == nil || !strings.Contains(err.Error(), "interface a:t0 is a tunnel, which has no MAC address") {
		t.Errorf("with a MAC: %v", err)
	}
}

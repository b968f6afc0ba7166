package draw

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/topotest"
)

// TestSVGIsTheScene reads images back: they have every box, every cable and every port on
// its bridge.
func TestSVGIsTheScene(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t, rapid.Bool().Draw(t, "tree"))
		s.relate(t)
		checkSVG(t, s)
	})
}

func TestSVGOfLabsIsTheLab(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lab, err := compile.Compile(topotest.Topology(t))
		if err != nil {
			t.Skip(err)
		}
		checkSVG(t, FromState(lab.State, nil))
	})
}

func checkSVG(t interface {
	Helper()
	Fatalf(string, ...any)
}, s *Scene,
) {
	t.Helper()
	text := SVG(s)
	got, err := readSVG(text)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	if d := cmp.Diff(shown(s), shown(got)); d != "" {
		t.Fatalf("the image differs from the Scene (-Scene +image):\n%s\n%s", d, text)
	}
}

// relate adds some relations to bars, ports and boxes.
func (s *Scene) relate(t *rapid.T) {
	for i := range rapid.IntRange(0, 3).Draw(t, "relations") {
		var ends [2]End
		for k := range ends {
			b := rapid.SampledFrom(s.Boxes).Draw(t, "box")
			ends[k] = End{Box: b.ID}
			if names := append(barNames(&b), portNames(&b)...); len(names) > 0 {
				ends[k].Port = rapid.SampledFrom(names).Draw(t, "end")
			}
		}
		if ends[0] != ends[1] {
			s.Relations = append(s.Relations, Relation{From: ends[0], To: ends[1], Label: fmt.Sprint("vxlan ", i)})
		}
	}
}

func portNames(b *Box) []string {
	var names []string
	for _, p := range b.Ports {
		names = append(names, p.Name)
	}
	return names
}

// twoBridges returns three boxes in a row. The middle one has two bridges, each with a
// port on either side.
func twoBridges() *Scene {
	port := func(name, bar string) Port { return Port{Name: name, Bar: bar, Up: true, Carrier: true} }
	host := func(id string) Box {
		return Box{ID: id, Name: id, Ports: []Port{
			{Name: "eth0", Addresses: []string{"192.0.2.1/24"}, Up: true, Carrier: true},
			{Name: "eth1", Addresses: []string{"198.51.100.1/24"}, Up: true, Carrier: true},
		}}
	}
	s := &Scene{Boxes: []Box{host("left"), host("right"), {
		ID: "sw", Name: "sw", Kind: Switch,
		Bars:  []Bar{{Name: "red", Up: true}, {Name: "blue", Up: true}},
		Ports: []Port{port("p0", "red"), port("p1", "blue"), port("p2", "blue"), port("p3", "red")},
	}}}
	for i, e := range []End{{"left", "eth0"}, {"left", "eth1"}, {"right", "eth0"}, {"right", "eth1"}} {
		s.Cables = append(s.Cables, Cable{Ends: [2]End{{"sw", fmt.Sprint("p", i)}, e}})
	}
	return s
}

func TestTwoBridgesInARow(t *testing.T) {
	checkSVG(t, twoBridges())
}

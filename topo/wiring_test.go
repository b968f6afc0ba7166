package topo_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/topo"
)

const wired = `
nodes:
  r:
    kind: router
    interfaces: {lan: {bridge: [p0, eth1]}, lo: 10.255.0.1/32, eth3: {bridge: []}}
  sw: {kind: switch}
  lone: {}
links: [[a, r:p0], [b, r:eth1], [r, sw], [r, c], [host, sw], [host:v, r]]
`

// The wiring has all interfaces in order, with names and kinds.
func TestWiringInterfaces(t *testing.T) {
	w := wiring(t, wired)
	for i, want := range []string{
		"r: bridge lan, bridge eth3, veth p0 in lan, veth eth1 in lan, veth eth0, veth eth2, veth eth4, loopback lo",
		"sw: bridge br0, veth eth0 in br0, veth eth1 in br0",
		"lone:",
		"a: veth eth0",
		"b: veth eth0",
		"c: veth eth0",
		"host: veth , veth v", // unnamed: the name must be unique on the machine
	} {
		n := w.Nodes[i]
		var is []string
		for _, i := range n.Interfaces {
			s := i.Kind.Word() + " " + i.Name
			if i.Master != nil {
				s += " in " + i.Master.Name
			}
			is = append(is, s)
			if i.Name != "" && w.Interface(n.Name, i.Name) != i {
				t.Errorf("%s is not found by its name", i)
			}
		}
		if got := strings.TrimSpace(n.Name + ": " + strings.Join(is, ", ")); got != want || n.Number != i || w.Node(n.Name) != n {
			t.Errorf("node %d is\n%s, want\n%s", n.Number, got, want)
		}
	}
	if len(w.Nodes) != 7 || w.Node("d") != nil || w.Interface("r", "eth9") != nil {
		t.Errorf("the wiring has %d nodes, want 7, or has a node or interface that the lab lacks", len(w.Nodes))
	}
}

func TestWiringSegments(t *testing.T) {
	w := wiring(t, wired)
	var got []string
	for _, s := range w.Segments {
		switches := ""
		for _, n := range s.Switches() {
			switches += " switch " + n.Name
		}
		got = append(got, fmt.Sprint(len(s.Links), " ", s.Interfaces, switches))
		for _, i := range s.Interfaces {
			if i.Segment != s {
				t.Errorf("%s is in another segment too", i)
			}
		}
	}
	want := []string{
		"2 [a:eth0 r:lan b:eth0]", "2 [r:eth0 host sw:br0] switch sw", "1 [r:eth2 c:eth0]", "1 [host:v r:eth4]",
		"0 [r:eth3]", "0 [r:lo]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, l := range w.Links {
		if l.Ends[0].Peer() != l.Ends[1] || l.Ends[1].Peer() != l.Ends[0] || l.Ends[0].Segment != l.Ends[1].Segment {
			t.Errorf("the ends %v of a link are not each other's peers on one segment", l.Ends)
		}
	}
}

func wiring(t *testing.T, text string) *topo.Wiring {
	t.Helper()
	w, err := topo.MustParse(text).Wiring()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// A lab with mistakes has no wiring.
func TestWiringError(t *testing.T) {
	lab := topo.MustParse(wired)
	lab.Links = append(lab.Links, lab.Links[0])
	if w, err := lab.Wiring(); w != nil || err == nil {
		t.Errorf("got %v, %v, want an error", w, err)
	}
}

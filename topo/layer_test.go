package topo

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// upper is a kind with a lower device, in whose segment it is if it is joined.
type upper struct {
	On     string
	Joined bool
}

func (*upper) Word() string { return "upper" }

func (u *upper) clone() LinkKind { c := *u; return &c }

func (u *upper) traits() traits {
	on := optionOf("on", &u.On, func(d *decoder, v value) string { return d.word(v, "an interface") })
	if u.On != "" {
		on.interfaces = []string{u.On}
	}
	return traits{options: []option{on, optionOf("joined", &u.Joined, (*decoder).boolean)}, inLowerSegment: u.Joined}
}

// withUpper makes files know the kind upper until the test ends.
func withUpper(t *testing.T) {
	t.Helper()
	before := linkKinds
	linkKinds = append(slices.Clone(before), new(upper))
	t.Cleanup(func() { linkKinds = before })
}

// firstLine returns the first line of an error, "" of nil.
func firstLine(err error) string {
	if err == nil {
		return ""
	}
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// An interface that is its own lower device is refused where its file names what closes the
// cycle, once.
func TestCyclesOfLowerDevices(t *testing.T) {
	withUpper(t)
	for _, c := range []struct{ interfaces, want string }{
		{"{u0: {upper: {on: u0}}}", "lab.yaml:3:37: interface a:u0 is its own lower device: u0 on u0"},
		{
			"{u0: {upper: {on: u1}}, u1: {upper: {on: u0}}}",
			"lab.yaml:3:60: interface a:u0 is its own lower device: u0 on u1 on u0",
		},
		{
			"{u0: {upper: {on: u1}}, u1: {upper: {on: u2}}, u2: {upper: {on: u1}}, u3: {upper: {on: u2}}}",
			"lab.yaml:3:83: interface a:u1 is its own lower device: u1 on u2 on u1",
		},
		{"{br0: {bridge: u0}, u0: {upper: {on: br0}}}", "lab.yaml:3:56: interface a:br0 is its own lower device: br0 on u0 on br0"},
		{
			"{br1: {bridge: u1}, br0: {bridge: u0}, u0: {upper: {on: br0}}, u1: {upper: {on: u0}}}",
			"lab.yaml:3:53: interface a:u0 is its own lower device: u0 on br0 on u0",
		},
		{
			"{u0: {upper: {on: u1}}, u1: {upper: {on: u2}}, u2: {upper: {on: u3}}, u3: {upper: {on: u4}}, u4: {upper: {on: u5}}, u5: {upper: {on: u0}}}",
			"lab.yaml:3:152: interface a:u0 is its own lower device: u0 on u1 on u2 on … on u4 on u5 on u0",
		},
		{"{u0: {upper: {on: eth0}}, u1: {upper: {on: eth0}}, u2: {upper: {on: u1}}}", ""},
		{"{u0: {upper: {on: eth7}}}", `lab.yaml:3:37: no link uses interface "eth7" of node a`},
	} {
		_, err := Parse("lab.yaml", []byte("links: [[a, b]]\nnodes:\n  a: {interfaces: "+c.interfaces+"}\n"))
		if got := firstLine(err); got != c.want {
			t.Errorf("%s:\n%s, want\n%s", c.interfaces, got, c.want)
		}
	}
}

// The wiring has lower devices, and an interface is in the segment of its lower device only
// if its kind is.
func TestSegmentsOfLowerDevices(t *testing.T) {
	withUpper(t)
	const file = `
links: [[a, b], [a:p0, c]]
nodes:
  a:
    interfaces:
      u0: {upper: {on: eth0, joined: true}%s}
      u1: {upper: {on: u0, joined: true}}
      u2: {upper: {on: u1}}
      br0: {bridge: [p0]}
      u3: {upper: {on: br0, joined: true}}
      d0: {dummy: {}}
      u4: {upper: {on: d0, joined: true}}
`
	top, err := Parse("lab.yaml", fmt.Appendf(nil, file, ""))
	if err != nil {
		t.Fatal(err)
	}
	w, err := top.Wiring()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range w.Segments {
		got = append(got, fmt.Sprint(s.Interfaces))
	}
	want := []string{"[a:eth0 b:eth0 a:u0 a:u1]", "[a:br0 c:eth0 a:u3]", "[a:u2]", "[a:d0 a:u4]"}
	if !slices.Equal(got, want) {
		t.Errorf("the segments are %q, want %q", got, want)
	}
	if i := w.Interface("a", "u1"); len(i.Lower) != 1 || i.Lower[0] != w.Interface("a", "u0") {
		t.Errorf("u1 is on %v", i.Lower)
	}
}

// A second interface in a subnet is accepted if both are in one segment.
func TestSubnetOfLowerDevice(t *testing.T) {
	withUpper(t)
	for joined, want := range map[bool]string{
		true:  "",
		false: "lab.yaml:3:89: 10.0.0.2/24 of a:u0 overlaps 10.0.0.1/24 of a:eth0 in line 3, which is on another segment",
	} {
		file := fmt.Sprintf("links: [[a, b]]\nnodes:\n  a: {interfaces: {eth0: 10.0.0.1/24, u0: {upper: {on: eth0, joined: %-5v}, addresses: 10.0.0.2/24}}}\n", joined)
		if _, err := Parse("lab.yaml", []byte(file)); firstLine(err) != want {
			t.Errorf("joined: %v: %v, want %s", joined, err, want)
		}
	}
}

// Bridges that are joined over lower devices are a loop as those joined by links are.
func TestLoopOverLowerDevices(t *testing.T) {
	withUpper(t)
	const file = "links: [[a, b]]\nnodes:\n  a: {interfaces: {br0: {bridge: [u0, u1]%s}, u0: {upper: {on: eth0, joined: true}}, u1: {upper: {on: eth0, joined: true}}}}\n"
	const want = "a:u1 on eth0 closes a loop of switches, in which frames would circulate forever"
	if _, err := Parse("lab.yaml", fmt.Appendf(nil, file, "")); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
	if _, err := Parse("lab.yaml", fmt.Appendf(nil, file, ", stp: true")); err != nil {
		t.Errorf("with a spanning tree: %v", err)
	}
}

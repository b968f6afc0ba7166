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
	Taking bool // all that its lower device receives, and it has the MTU of that
}

func (*upper) Word() string { return "upper" }

func (u *upper) clone() LinkKind { c := *u; return &c }

func (u *upper) traits() traits {
	on := optionOf("on", &u.On, func(d *decoder, v value) string { return d.word(v, "an interface") })
	if u.On != "" {
		on.interfaces = []string{u.On}
	}
	return traits{
		options: []option{
			on, optionOf("joined", &u.Joined, (*decoder).boolean), optionOf("taking", &u.Taking, (*decoder).boolean),
		},
		inLowerSegment: u.Joined, rxHandler: u.Taking, mtuOfLower: u.Taking, noMAC: u.Taking,
	}
}

// taker is another kind that takes all that its lower device receives.
type taker struct{ upper }

func (*taker) Word() string { return "taker" }

func (k *taker) clone() LinkKind { c := *k; return &c }

func (k *taker) traits() traits {
	t := k.upper.traits()
	t.rxHandler = true
	return t
}

// withUpper makes files know the kind upper until the test ends.
func withUpper(t *testing.T) {
	t.Helper()
	before := linkKinds
	linkKinds = append(slices.Clone(before), new(upper), new(taker))
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

// A lower device may be in another node. What the kernel refuses is refused at the option that
// names it.
func TestLowerDevices(t *testing.T) {
	withUpper(t)
	for _, c := range []struct{ nodes, want string }{
		{`{b: {interfaces: {u0: {upper: {on: "a:eth0"}}}}}`, ""},
		{`{b: {interfaces: {u0: {upper: {on: "aa:eth0"}}}}}`, `lab.yaml:3:38: unknown node "aa"`},
		{`{b: {interfaces: {u0: {upper: {on: "a:eth1"}}}}}`, `lab.yaml:3:38: no link uses interface "eth1" of node a`},
		{`{b: {interfaces: {u0: {upper: {on: "a:u0"}}}}, a: {interfaces: {u0: {upper: {on: "b:u0"}}}}}`, "lab.yaml:3:84: interface b:u0 is its own lower device: b:u0 on a:u0 on b:u0"},
		{"{b: {interfaces: {u0: {upper: {on: lo}}}}}", "lab.yaml:3:38: b:lo can't be the lower device of an upper"},
		{"{b: {interfaces: {u0: {upper: {on: lo}}, lo: 192.0.2.1/32}}}", "lab.yaml:3:38: b:lo can't be the lower device of an upper"},
		{"{b: {interfaces: {u0: {upper: {on: eth0}}, br0: {bridge: eth0}}}}", ""},
		{"{b: {interfaces: {u0: {upper: {on: eth0, taking: true}}, br0: {bridge: eth0}}}}", "lab.yaml:3:38: b:eth0 is a port of br0 and can't be the lower device of an upper"},
		{"{b: {interfaces: {u0: {upper: {on: br0, taking: true}}, br0: {bridge: eth0}}}}", ""},
		{"{b: {kind: switch, interfaces: {u0: {upper: {on: eth0, taking: true}}}}}", "lab.yaml:3:52: b:eth0 is a port of br0 and can't be the lower device of an upper"},
		{"{b: {interfaces: {u0: {upper: {on: eth0, taking: true}}, u1: {upper: {on: eth0, taking: true}}}}}", ""},
		{
			"{b: {interfaces: {u0: {upper: {on: eth0, taking: true}}, u1: {taker: {on: eth0}}}}}",
			"lab.yaml:3:38: b:eth0 is the lower device of b:u1, a taker, and can't be that of an upper too",
		},
		{"{b: {interfaces: {u0: {upper: {on: eth0, taking: true}, mtu: 1501}}}}", "lab.yaml:3:64: mtu 1501 of b:u0 is more than the 1500 of its lower device b:eth0"},
		{"{b: {interfaces: {u0: {upper: {on: eth0}, mtu: 1501}}}}", ""},
		{`{b: {interfaces: {u0: {upper: {on: eth0, taking: true}, mac: "02:00:00:00:00:01"}}}}`, "lab.yaml:3:64: interface b:u0 is an upper, which has no MAC address of its own"},
	} {
		_, err := Parse("lab.yaml", []byte("links: [[a, b]]\nnodes:\n  "+c.nodes+"\n"))
		if got := firstLine(err); got != c.want {
			t.Errorf("%s:\n%s, want\n%s", c.nodes, got, c.want)
		}
	}
}

// The kernel has at most eight devices on one another.
func TestHeightOfLowerDevices(t *testing.T) {
	withUpper(t)
	for uppers, want := range map[int]string{
		7: "",
		8: "a:u7 is on 8 devices on one another, the kernel's limit is 7",
		9: "a:u7 is on 8 devices on one another, the kernel's limit is 7",
	} {
		top := &Topology{Links: []Link{{Endpoints: [2]Endpoint{{Node: "a", Interface: "u"}, {Node: "b"}}}}, Name: "l", Nodes: Nodes{{Name: "a"}}}
		for k := range uppers {
			on := "u"
			if k > 0 {
				on = fmt.Sprintf("u%d", k-1)
			}
			top.Nodes[0].Interfaces = append(top.Nodes[0].Interfaces, Interface{Name: fmt.Sprintf("u%d", k), Kind: &upper{On: on}})
		}
		if got := firstLine(top.Validate()); !strings.HasSuffix(got, want) || want == "" && got != "" || strings.Count(fmt.Sprint(top.Validate()), "limit") > 1 {
			t.Errorf("%d: %s, want %s", uppers, got, want)
		}
	}
}

// The MTU of an interface is that of the file or of its kind, and of its lower device where
// the kind is so.
func TestMTUs(t *testing.T) {
	withUpper(t)
	top := MustParse(`
name: l
links: [["a:eth0", b, {mtu: 1400}], ["a:p0", c], ["a:p1", c, {mtu: 1300}]]
nodes:
  a:
    interfaces:
      u0: {upper: {on: eth0, taking: true}}
      u1: {upper: {on: u0, taking: true}}
      u2: {upper: {on: eth0}}
      br0: {bridge: [p0, p1]}
      u3: {upper: {on: br0, taking: true}}
      u4: {upper: {on: br0, taking: true}, mtu: 1290}
      lo: 192.0.2.1/32
`)
	w, err := top.Wiring()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int{"eth0": 1400, "p0": 1500, "br0": 1300, "u0": 1400, "u1": 1400, "u2": 1500, "u3": 1300, "u4": 1290, "lo": 65536} {
		if got := w.Interface("a", name).MTU(); got != want {
			t.Errorf("%s has the MTU %d, want %d", name, got, want)
		}
	}
}

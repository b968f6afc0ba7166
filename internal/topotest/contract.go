package topotest

import (
	"fmt"
	"maps"
	"slices"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/topo"
)

// groups puts some nodes into groups.
func (b *builder) groups() {
	for i := range b.top.Nodes {
		if b.chance("grouped", 3) {
			b.top.Nodes[i].Group = drawSome(b.t, "group", "left", "right", "g-3")
		}
	}
}

// tests draws tests, with any nodes: links has declared or linked each of them.
func (b *builder) tests() {
	for range rapid.IntRange(0, 2).Draw(b.t, "tests") {
		t := b.reach()
		if b.chance("command", 4) {
			t = b.command()
		}
		if b.chance("test has a name", 3) {
			t.Name = pick(b.t, "test's name", "web is up", `"quoted": {yes}`, "ü → ö", "null")
		}
		t.Timeout = b.duration("timeout", 4)
		t.RetryFor = b.duration("retry for", 4)
		b.top.Tests = append(b.top.Tests, t)
	}
}

func (b *builder) command() topo.Test {
	t := topo.Test{
		Run: pick(b.t, "run", []string{"true"}, []string{"ip route | grep -q default"}, []string{"echo", "a b", ""}),
		On:  b.nodeWords("on"),
	}
	if b.chance("exit", 3) {
		t.Exit = rapid.IntRange(1, 255).Draw(b.t, "exit code")
	}
	if b.chance("stdout", 3) {
		t.Stdout = pick(b.t, "stdout text", "yes", "two\nlines", `/^\d+ ms$/`, "10.0.0.1")
	}
	return t
}

func (b *builder) reach() topo.Test {
	t := topo.Test{
		From:   b.nodeWords("from"),
		To:     b.targets(),
		Via:    b.via(),
		Expect: pick(b.t, "expect", "", "", topo.Reachable, topo.Unreachable, topo.Refused),
	}
	if b.chance("matrix", 5) {
		t.Matrix = true
		if t.Via.Host == "" && rapid.Bool().Draw(b.t, "whole matrix") {
			t.From, t.To = nil, nil
		}
	}
	if t.Via.Host != "" && b.chance("to by URL", 2) {
		t.To, t.Via.Host = nil, b.anyNode("host of URL").Name
	}
	if t.Protocol() != topo.ICMP && b.chance("serve", 3) {
		serve := t.Expect != topo.Refused && rapid.Bool().Draw(b.t, "serves")
		t.Serve = &serve
	}
	if t.Outcome() == topo.Reachable {
		b.qualities(&t)
	}
	if b.chance("count", 4) {
		t.Count = rapid.IntRange(1, 100).Draw(b.t, "count")
	}
	return t
}

// qualities draws the limits of a test that expects reachable.
func (b *builder) qualities(t *topo.Test) {
	t.Within = b.duration("within", 4)
	if b.chance("loss", 4) {
		t.Loss.Side = b.side()
		t.Loss.Limit = pick[topo.Percent](b.t, "loss limit", 0, 0.5, 1, 33.25, 100)
	}
	if b.chance("mtu", 4) {
		t.MTU = drawMTU(b.t)
	}
	if b.chance("throughput", 4) {
		t.Throughput.Side = b.side()
		t.Throughput.Limit = pick(b.t, "throughput limit", 0, topo.Bit, 1500*topo.Kbit, 100*topo.Mbit, 1024, topo.Tbit)
	}
	if b.chance("path", 4) {
		t.Path = b.path(t)
	}
}

// path returns some routers that are neither source nor target of the test.
func (b *builder) path(t *topo.Test) []string {
	path := []string{}
	for _, n := range b.top.Nodes {
		end := slices.Contains(t.From, n.Name) || slices.Contains(t.Targets(), n.Name)
		if n.Kind == topo.Router && !end && b.chance("on the path", 2) {
			path = append(path, n.Name)
		}
	}
	return path
}

func (b *builder) side() topo.Side {
	return pick(b.t, "side", topo.Below, topo.AtMost, topo.Above, topo.AtLeast)
}

func (b *builder) duration(label string, oneIn int) topo.Duration {
	if !b.chance(label, oneIn) {
		return 0
	}
	return pick(b.t, label+" time", 1, 1500*topo.Microsecond, 20*topo.Millisecond, topo.Second, 90*topo.Second, 60*topo.Minute)
}

func (b *builder) via() topo.Via {
	return pick(b.t, "via",
		topo.Via{}, topo.Via{},
		topo.Via{Protocol: topo.ICMP},
		topo.Via{Protocol: topo.TCP, Port: 80},
		topo.Via{Protocol: topo.UDP, Port: 65535},
		topo.Via{Protocol: topo.HTTP, Path: "/"},
		topo.Via{Protocol: topo.HTTP, Host: "www.example.net", Port: 8080, Path: "/a%20b?q=1&r=ü%23"},
		topo.Via{Protocol: topo.HTTP, Host: "2001:db8::1", Path: "/x"},
		topo.Via{Protocol: topo.DNS, Name: "_sip._tcp.example.net."},
	)
}

// nodeWords draws words that match nodes.
func (b *builder) nodeWords(label string) []string {
	words := []string{topo.AllNodes, topo.HostNode}
	for _, n := range b.top.Nodes {
		words = append(words, n.Name)
	}
	return drawSome(b.t, label, append(words, b.groupNames()...)...)
}

func (b *builder) groupNames() []string {
	names := make(map[string]bool)
	for _, n := range b.top.Nodes {
		for _, g := range n.Group {
			names[g] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// targets draws words that match nodes, interfaces and addresses, but not the host,
// which need not be part of the lab.
func (b *builder) targets() []string {
	words := []string{topo.AllNodes, "192.0.2.1", "2001:db8::1"}
	for _, n := range b.top.Nodes {
		if n.Name != topo.HostNode {
			words = append(words, n.Name)
		}
	}
	for _, l := range b.top.Links {
		for _, e := range l.Endpoints {
			if e.Interface != "" && e.Node != topo.HostNode {
				words = append(words, fmt.Sprintf("%s:%s", e.Node, e.Interface))
			}
		}
	}
	return drawSome(b.t, "to", append(words, b.groupNames()...)...)
}

// drawSome draws one to three distinct words.
func drawSome(t *rapid.T, label string, words ...string) []string {
	return rapid.SliceOfNDistinct(rapid.SampledFrom(words), 1, min(3, len(words)), rapid.ID[string]).Draw(t, label)
}

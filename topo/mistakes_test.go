package topo_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/topo"
)

// A mistake is a part of a lab file with one mistake. "@" stands for a number that makes
// its names and addresses its own.
type mistake struct{ top, nodes, links, tests string }

// mistakes has each kind of mistake that topo reports, but for those that concern the
// whole file.
func mistakes() []mistake {
	return []mistake{
		// values of the wrong form
		{nodes: "left@: router", links: "[left@, right@]"},
		{nodes: "left@: {kind: [host]}", links: "[left@, right@]"},
		{nodes: "left@: {kind: ruoter}", links: "[left@, right@]"},
		{nodes: "left@: {kind: hub}", links: "[left@, right@]"},
		{nodes: "left@: {knid: router}", links: "[left@, right@]"},
		{nodes: "left@: {zzzzz: router}", links: "[left@, right@]"},
		{nodes: "left@: {interfaces: [eth0]}", links: "[left@, right@]"},
		{nodes: "left@: {interfaces: {eth0: 10.@.0.1}}", links: "[left@, right@]"},
		{nodes: "left@: {interfaces: {eth0: [10.@.0.1/33]}}", links: "[left@, right@]"},
		{nodes: "left@: {interfaces: {eth0: ten}}", links: "[left@, right@]"},
		{nodes: "left@: {interfaces: {eth0: {adresses: 10.@.0.1/24}}}", links: "[left@, right@]"},
		{nodes: "left@: {interfaces: {eth0: {mac: xyz}}}", links: "[left@, right@]"},
		{nodes: "left@: {interfaces: {eth0: {mtu: big}}}", links: "[left@, right@]"},
		{nodes: "left@: {interfaces: {eth0: {down: perhaps}}}", links: "[left@, right@]"},
		{nodes: "left@: {interfaces: {eth0: {neighbours: {x: 02:00:00:00:00:01}}}}", links: "[left@, right@]"},
		{nodes: "left@: {interfaces: {eth0: {neighbours: {10.9.9.9: 7}}}}", links: "[left@, right@]"},
		{nodes: "left@: {interfaces: {l: {bridge: {ports: [eth0], stp: perhaps, forward_delay: 4s}}}}", links: "[left@, right@]"},
		{nodes: "left@: {interfaces: {l: {brige: [eth0]}}}", links: "[left@, right@]"},
		{nodes: "left@: {interfaces: {l: {bridge: [eth0], dummy: {}}}}", links: "[left@, right@]"},
		{nodes: "left@: {routes: {to: default}}", links: "[left@, right@]"},
		{nodes: "left@: {routes: [10.99.0.0/16 via]}", links: "[left@, right@]"},
		{nodes: "left@: {routes: [{via: 10.1.0.1}]}", links: "[left@, right@]"},
		{nodes: "left@: {routes: [{to: default}]}", links: "[left@, right@]"},
		{nodes: "left@: {routes: [{to: 10.99.0.0/16, via: 10.1.0.1/24}]}", links: "[left@, right@]"},
		{nodes: "left@: {routes: [{to: default, via: \"fe80::1%eth0\"}]}", links: "[left@, right@]"},
		{nodes: "left@: {sysctls: {net.ipv4.ip_forward: true}}", links: "[left@, right@]"},
		{nodes: "left@: {nftables: [x]}", links: "[left@, right@]"},
		{nodes: "left@: {group: {g: 1}}", links: "[left@, right@]"},
		{nodes: "left@: {<<: router}", links: "[left@, right@]"},
		{nodes: "left@: {}\n  left@: {}", links: "[left@, right@]"},
		{links: "[left@, right@, {mtu: big}]"},
		{links: "[left@, right@, {subnet: 10.@.0.1/24}]"},
		{links: "[left@, right@, third@, fourth@]"},
		{links: "{mtu: 1400}"},
		{links: "{endpoint: [left@, right@]}"},
		{links: "left@"},
		{links: "[left@]"},
		{links: "[left@, [right@]]"},
		{links: "[left@, \"right@:\"]"},
		{tests: "left@"},
		{links: "[left@, right@]", tests: "{from: left@, to: right@, via: tpc/80}"},
		{links: "[left@, right@]", tests: "{from: left@, to: right@, via: https://right@/}"},
		{links: "[left@, right@]", tests: "{from: left@, to: right@, via: tcp/99999}"},
		{links: "[left@, right@]", tests: "{from: left@, to: right@, within: 20}"},
		{links: "[left@, right@]", tests: "{from: left@, to: right@, loss: few}"},
		{links: "[left@, right@]", tests: "{from: left@, to: right@, throughput: 100}"},
		{links: "[left@, right@]", tests: "{from: left@, to: right@, matrix: perhaps}"},
		{links: "[left@, right@]", tests: "{form: left@, to: right@}"},
		{links: "[left@, right@]", tests: "{from: {x: y}, to: right@}"},
		{links: "[left@, right@]", tests: "{from: left@, to: right@, count: 0}"},
		{links: "[left@, right@]", tests: "{run: {x: y}, on: left@}"},
		{links: "[left@, right@]", tests: "{run: x, on: left@, exit: no}"},
		// values out of range, contradictions
		{nodes: "left@: {subnet: 10.@.0.0/24}", links: "[left@, right@]"},
		{nodes: "\"left@(1)\": {}"},
		{nodes: "left@: {interfaces: {eth0: 10.@.0.0/24}}", links: "[left@, right@]"},
		{nodes: "left@: {interfaces: {eth0: 224.0.@.1/24}}", links: "[left@, right@]"},
		{nodes: "left@: {interfaces: {eth0: {mtu: 70000}}}", links: "[left@, right@]"},
		{nodes: "left@: {interfaces: {eth0: {mac: \"01:00:00:00:00:01\"}}}", links: "[left@, right@]"},
		{nodes: "left@: {interfaces: {eth0: {addresses: \"fd00:@::1/64\", mtu: 1000}}}", links: "[left@, right@]"},
		{nodes: "left@: {interfaces: {uplink: {}}}", links: "[left@:veth7, right@]"},
		{nodes: "left@: {interfaces: {eth7: {}}}", links: "[left@, right@]"},
		{nodes: "left@: {interfaces: {lo: {mtu: 1500}}}", links: "[left@, right@]"},
		{nodes: "left@: {interfaces: {l: {bridge: [eth9]}}}", links: "[left@, right@]"},
		{nodes: "left@: {interfaces: {l: {bridge: [eth0], forward_delay: 4s}}}", links: "[left@, right@]"},
		{nodes: "left@: {interfaces: {l: {bridge: [eth0]}, eth0: 10.@.0.1/24}}", links: "[left@, right@]"},
		{nodes: "left@: {interfaces: {eth0: 10.@.0.1/24}, routes: [10.99.0.0/16 via 10.98.0.1]}", links: "[left@, right@]"},
		{nodes: "left@: {routes: [{to: 10.99.0.0/16, dev: eth9}]}", links: "[left@, right@]"},
		{nodes: "left@: {routes: [{to: 10.99.0.0/16}]}", links: "[left@, right@]"},
		{nodes: "left@: {sysctls: {kernel.x: 1}}", links: "[left@, right@]"},
		{nodes: "left@: {sysctls: {net.ipv4.conf.eth9.forwarding: 1}}", links: "[left@, right@]"},
		{nodes: "left@: {nftables: \"table ip f { chain c { jump d; }; }\"}", links: "[left@, right@]"},
		{nodes: "left@: {nftables: \"table ip f { chain c { iif eth9 drop; }; }\"}", links: "[left@, right@]"},
		{nodes: "left@: {nftables: \"table ip f { chain c { ip sadr 10.0.0.1 drop; }; }\"}", links: "[left@, right@]"},
		{nodes: "left@: {group: all}", links: "[left@, right@]"},
		{nodes: "left@: {group: [g@, g@]}", links: "[left@, right@]"},
		{nodes: "left@: {interfaces: {eth0: 10.@.0.1/24}}\n  right@: {interfaces: {eth0: 10.@.0.1/24}}", links: "[left@, right@]"},
		{nodes: "left@: {interfaces: {eth0: 10.@.0.1/25}}\n  right@: {interfaces: {eth0: 10.@.0.129/25}}", links: "[left@, right@]"},
		{nodes: "left@: {interfaces: {eth0: 10.@.0.1/24, eth1: 10.@.0.5/24}}", links: "[left@, right@]\n- [left@, third@]"},
		{nodes: "s@: {kind: switch, interfaces: {p: 10.@.0.1/24}}", links: "[left@, s@:p]"},
		{nodes: "s@: {kind: switch}", links: "[left@, s@:br0]"},
		{nodes: "s@: {kind: switch}\n  t@: {kind: switch}", links: "[s@, t@]\n- [s@, t@]"},
		{links: "[left@, right@, {mtu: 67}]"},
		{links: "[left@, right@, {subnet: 224.0.@.0/24}]"},
		{links: "[left@, left@]"},
		{links: "[left@:x, right@]\n- [left@:x, third@]"},
		{links: "[\"left@:this-name-is-too-long\", right@]"},
		{nodes: "router@: {}", links: "[router@, right@]\n- [rotuer@, third@]"},
		{links: "[left@, right@]", tests: "{from: left@, to: nobody@nowhere}"},
		{links: "[left@, right@]", tests: "{from: left@, to: \"left@:eth9\"}"},
		{links: "[left@, right@]", tests: "{from: left@, to: right@, expect: reachible, within: 5ms}"},
		{links: "[left@, right@]", tests: "{from: left@}"},
		{links: "[left@, right@]", tests: "{from: left@, to: right@, mtu: 12}"},
		{links: "[left@, right@]", tests: "{from: left@, to: right@, serve: true}"},
		{links: "[left@, right@]\n- [right@, third@]", tests: "{from: left@, to: third@, path: [right@]}"},
		{links: "[left@, right@]", tests: "{from: left@, to: right@, on: right@}"},
		{links: "[left@, right@]", tests: "{run: x}"},
		{links: "[left@, right@]", tests: "{run: x, on: left@, stdout: \"/(/\"}"},
		// the file
		{top: "zzz@: 1"},
		{top: "prefix: \"x y\""},
		{top: "addressing: {ipv4: nothing}"},
		{top: "routing: automatic"},
	}
}

// file returns a lab file with some of the mistakes.
func file(ms []mistake, which []int) string {
	var top, nodes, links, tests strings.Builder
	for _, i := range which {
		number := strings.NewReplacer("@", fmt.Sprint(100+i))
		for _, part := range []struct {
			b            *strings.Builder
			margin, text string
		}{{&top, "", ms[i].top}, {&nodes, "  ", ms[i].nodes}, {&links, "- ", ms[i].links}, {&tests, "- ", ms[i].tests}} {
			if part.text != "" {
				part.b.WriteString(part.margin + number.Replace(part.text) + "\n")
			}
		}
	}
	return "name: lab\n" + top.String() + "nodes:\n  first: {}\n" + nodes.String() + "links:\n- [first, second]\n" + links.String() + "tests:\n- {from: first, to: second}\n" + tests.String()
}

// found returns where the mistakes of a file are: lines without their numbers, columns.
func found(t interface{ Fatalf(string, ...any) }, text string) []string {
	_, err := topo.Parse("lab.yaml", []byte(text))
	var es topo.Errors
	if !errors.As(err, &es) {
		t.Fatalf("no mistake in\n%s", text)
	}
	var places []string
	for _, e := range es {
		places = append(places, fmt.Sprintf("%d of %s", e.Pos.Col, e.Source))
	}
	slices.Sort(places)
	return places
}

// Each of the mistakes is one, and has a place.
func TestOneMistake(t *testing.T) {
	ms := mistakes()
	for i := range ms {
		text := file(ms, []int{i})
		if places := found(t, text); len(places) != 1 || strings.HasPrefix(places[0], "0 of") {
			_, err := topo.Parse("lab.yaml", []byte(text))
			t.Errorf("%d mistakes instead of one:\n%v\n%s", len(places), err, text)
		}
	}
}

// Mistakes of any kinds are all reported at once, at the places that they have alone, and
// no others.
func TestAllMistakesAtOnce(t *testing.T) {
	ms := mistakes()
	// What these lack may be what others of them need.
	dependent := func(m mistake) bool {
		return m.tests == "{from: left@, to: nobody@nowhere}" || m.top == "routing: automatic" || strings.Contains(m.nodes, "uplink") || strings.Contains(m.nodes, "eth1: 10") ||
			slices.Contains([]string{"[left@]", "left@", "{mtu: 1400}", "[left@, [right@]]", "[left@, right@, third@, fourth@]", "[left@, \"right@:\"]"}, m.links) ||
			slices.Contains([]string{"left@: router", "left@: {zzzzz: router}", "left@: {<<: router}", "left@: {group: {g: 1}}"}, m.nodes)
	}
	rapid.Check(t, func(t *rapid.T) {
		which := rapid.SliceOfNDistinct(rapid.IntRange(0, len(ms)-1), 2, 5, rapid.ID[int]).Draw(t, "which")
		if n := slices.IndexFunc(which, func(i int) bool { return dependent(ms[i]) }); n >= 0 {
			which = slices.DeleteFunc(which, func(i int) bool { return dependent(ms[i]) && i != which[n] })
		}
		var want []string
		for _, i := range which {
			want = append(want, found(t, file(ms, []int{i}))...)
		}
		slices.Sort(want)
		text := file(ms, which)
		if got := found(t, text); !slices.Equal(got, want) {
			_, err := topo.Parse("lab.yaml", []byte(text))
			t.Fatalf("got %q\nwant %q\n%s\n%v", got, want, text, err)
		}
	})
}

package topotest

import (
	"fmt"
	"strings"
)

// A Mistake is a part of a lab file with one mistake. "@" stands for a number that makes
// its names and addresses its own.
type Mistake struct {
	Top, Nodes, Links, Tests string

	// Apart says that no link and no address depends on it.
	Apart bool

	// Vague says that what it lacks may be what other vague mistakes need.
	Vague bool

	// Alone says that others may only follow from it.
	Alone bool
}

// Mistakes has each kind of mistake that topo reports, but for those that concern the
// whole file.
func Mistakes() []Mistake {
	return []Mistake{
		// values of the wrong form
		{Nodes: "left@: router", Links: "[left@, right@]", Vague: true},
		{Nodes: "left@: {kind: [host]}", Links: "[left@, right@]"},
		{Nodes: "left@: {kind: ruoter}", Links: "[left@, right@]"},
		{Nodes: "left@: {kind: hub}", Links: "[left@, right@]"},
		{Nodes: "left@: {knid: router}", Links: "[left@, right@]"},
		{Nodes: "left@: {zzzzz: router}", Links: "[left@, right@]", Vague: true},
		{Nodes: "left@: {interfaces: [eth0]}", Links: "[left@, right@]"},
		{Nodes: "left@: {interfaces: {eth0: 10.@.0.1}}", Links: "[left@, right@]"},
		{Nodes: "left@: {interfaces: {eth0: [10.@.0.1/33]}}", Links: "[left@, right@]"},
		{Nodes: "left@: {interfaces: {eth0: ten}}", Links: "[left@, right@]"},
		{Nodes: "left@: {interfaces: {eth0: {adresses: 10.@.0.1/24}}}", Links: "[left@, right@]"},
		{Nodes: "left@: {interfaces: {eth0: {mac: xyz}}}", Links: "[left@, right@]"},
		{Nodes: "left@: {interfaces: {eth0: {mtu: big}}}", Links: "[left@, right@]"},
		{Nodes: "left@: {interfaces: {eth0: {down: perhaps}}}", Links: "[left@, right@]"},
		{Nodes: "left@: {interfaces: {eth0: {neighbours: {x: 02:00:00:00:00:01}}}}", Links: "[left@, right@]"},
		{Nodes: "left@: {interfaces: {eth0: {neighbours: {10.9.9.9: 7}}}}", Links: "[left@, right@]"},
		{Nodes: "left@: {interfaces: {l: {bridge: {ports: [eth0], stp: perhaps, forward_delay: 4s}}}}", Links: "[left@, right@]"},
		{Nodes: "left@: {interfaces: {l: {brige: [eth0]}}}", Links: "[left@, right@]"},
		{Nodes: "left@: {interfaces: {l: {bridge: [eth0], dummy: {}}}}", Links: "[left@, right@]"},
		{Nodes: "left@: {routes: {to: default}}", Links: "[left@, right@]", Apart: true},
		{Nodes: "left@: {routes: [10.99.0.0/16 via]}", Links: "[left@, right@]", Apart: true},
		{Nodes: "left@: {routes: [{via: 10.1.0.1}]}", Links: "[left@, right@]", Apart: true},
		{Nodes: "left@: {routes: [{to: default}]}", Links: "[left@, right@]", Apart: true},
		{Nodes: "left@: {routes: [{to: 10.99.0.0/16, via: 10.1.0.1/24}]}", Links: "[left@, right@]", Apart: true},
		{Nodes: "left@: {routes: [{to: default, via: \"fe80::1%eth0\"}]}", Links: "[left@, right@]", Apart: true},
		{Nodes: "left@: {sysctls: {net.ipv4.ip_forward: true}}", Links: "[left@, right@]"},
		{Nodes: "left@: {nftables: [x]}", Links: "[left@, right@]", Apart: true},
		{Nodes: "left@: {group: {g: 1}}", Links: "[left@, right@]", Apart: true, Vague: true},
		{Nodes: "left@: {<<: router}", Links: "[left@, right@]", Vague: true},
		{Nodes: "left@: {}\n  left@: {}", Links: "[left@, right@]"},
		{Links: "[left@, right@, {mtu: big}]"},
		{Links: "[left@, right@, {subnet: 10.@.0.1/24}]"},
		{Links: "[left@, right@, third@, fourth@]", Vague: true},
		{Links: "{mtu: 1400}", Vague: true},
		{Links: "{endpoint: [left@, right@]}"},
		{Links: "left@", Vague: true},
		{Links: "[left@]", Vague: true},
		{Links: "[left@, [right@]]", Vague: true},
		{Links: "[left@, \"right@:\"]", Vague: true},
		{Tests: "left@", Apart: true},
		{Links: "[left@, right@]", Tests: "{from: left@, to: right@, via: tpc/80}", Apart: true},
		{Links: "[left@, right@]", Tests: "{from: left@, to: right@, via: https://right@/}", Apart: true},
		{Links: "[left@, right@]", Tests: "{from: left@, to: right@, via: tcp/99999}", Apart: true},
		{Links: "[left@, right@]", Tests: "{from: left@, to: right@, within: 20}", Apart: true},
		{Links: "[left@, right@]", Tests: "{from: left@, to: right@, loss: few}", Apart: true},
		{Links: "[left@, right@]", Tests: "{from: left@, to: right@, throughput: 100}", Apart: true},
		{Links: "[left@, right@]", Tests: "{from: left@, to: right@, matrix: perhaps}", Apart: true},
		{Links: "[left@, right@]", Tests: "{form: left@, to: right@}", Apart: true},
		{Links: "[left@, right@]", Tests: "{from: {x: y}, to: right@}", Apart: true},
		{Links: "[left@, right@]", Tests: "{from: left@, to: right@, count: 0}", Apart: true},
		{Links: "[left@, right@]", Tests: "{run: {x: y}, on: left@}", Apart: true},
		{Links: "[left@, right@]", Tests: "{run: x, on: left@, exit: no}", Apart: true},
		// values out of range, contradictions
		{Nodes: "left@: {subnet: 10.@.0.0/24}", Links: "[left@, right@]"},
		{Nodes: "\"left@(1)\": {}"},
		{Nodes: "left@: {interfaces: {eth0: 10.@.0.0/24}}", Links: "[left@, right@]"},
		{Nodes: "left@: {interfaces: {eth0: 224.0.@.1/24}}", Links: "[left@, right@]"},
		{Nodes: "left@: {interfaces: {eth0: {mtu: 70000}}}", Links: "[left@, right@]"},
		{Nodes: "left@: {interfaces: {eth0: {mac: \"01:00:00:00:00:01\"}}}", Links: "[left@, right@]"},
		{Nodes: "left@: {interfaces: {eth0: {addresses: \"fd00:@::1/64\", mtu: 1000}}}", Links: "[left@, right@]"},
		{Nodes: "left@: {interfaces: {uplink: {}}}", Links: "[left@:veth7, right@]", Vague: true},
		{Nodes: "left@: {interfaces: {eth7: {}}}", Links: "[left@, right@]"},
		{Nodes: "left@: {interfaces: {lo: {mtu: 1500}}}", Links: "[left@, right@]"},
		{Nodes: "left@: {interfaces: {l: {bridge: [eth9]}}}", Links: "[left@, right@]"},
		{Nodes: "left@: {interfaces: {l: {bridge: [eth0], forward_delay: 4s}}}", Links: "[left@, right@]"},
		{Nodes: "left@: {interfaces: {l: {bridge: [eth0]}, eth0: 10.@.0.1/24}}", Links: "[left@, right@]"},
		{Nodes: "left@: {interfaces: {eth0: 10.@.0.1/24}, routes: [10.99.0.0/16 via 10.98.0.1]}", Links: "[left@, right@]", Apart: true},
		{Nodes: "left@: {routes: [{to: 10.99.0.0/16, dev: eth9}]}", Links: "[left@, right@]", Apart: true},
		{Nodes: "left@: {routes: [{to: 10.99.0.0/16}]}", Links: "[left@, right@]", Apart: true},
		{Nodes: "left@: {sysctls: {kernel.x: 1}}", Links: "[left@, right@]", Apart: true},
		{Nodes: "left@: {sysctls: {net.ipv4.conf.eth9.forwarding: 1}}", Links: "[left@, right@]", Apart: true},
		{Nodes: "left@: {nftables: \"table ip f { chain c { jump d; }; }\"}", Links: "[left@, right@]", Apart: true},
		{Nodes: "left@: {nftables: \"table ip f { chain c { iif eth9 drop; }; }\"}", Links: "[left@, right@]", Apart: true},
		{Nodes: "left@: {nftables: \"table ip f { chain c { ip sadr 10.0.0.1 drop; }; }\"}", Links: "[left@, right@]", Apart: true},
		{Nodes: "left@: {group: all}", Links: "[left@, right@]", Apart: true},
		{Nodes: "left@: {group: [g@, g@]}", Links: "[left@, right@]", Apart: true},
		{Nodes: "left@: {interfaces: {eth0: 10.@.0.1/24}}\n  right@: {interfaces: {eth0: 10.@.0.1/24}}", Links: "[left@, right@]"},
		{Nodes: "left@: {interfaces: {eth0: 10.@.0.1/25}}\n  right@: {interfaces: {eth0: 10.@.0.129/25}}", Links: "[left@, right@]"},
		{Nodes: "left@: {interfaces: {eth0: 10.@.0.1/24, eth1: 10.@.0.5/24}}", Links: "[left@, right@]\n- [left@, third@]", Vague: true},
		{Nodes: "s@: {kind: switch, interfaces: {p: 10.@.0.1/24}}", Links: "[left@, s@:p]"},
		{Nodes: "s@: {kind: switch}", Links: "[left@, s@:br0]"},
		{Nodes: "s@: {kind: switch}\n  t@: {kind: switch}", Links: "[s@, t@]\n- [s@, t@]"},
		{Links: "[left@, right@, {mtu: 67}]"},
		{Links: "[left@, right@, {subnet: 224.0.@.0/24}]"},
		{Links: "[left@, left@]"},
		{Links: "[left@:x, right@]\n- [left@:x, third@]"},
		{Links: "[\"left@:this-name-is-too-long\", right@]"},
		{Nodes: "router@: {}", Links: "[router@, right@]\n- [rotuer@, third@]"},
		{Links: "[left@, right@]", Tests: "{from: left@, to: nobody@nowhere}", Apart: true, Vague: true},
		{Links: "[left@, right@]", Tests: "{from: left@, to: \"left@:eth9\"}", Apart: true},
		{Links: "[left@, right@]", Tests: "{from: left@, to: right@, expect: reachible, within: 5ms}", Apart: true},
		{Links: "[left@, right@]", Tests: "{from: left@}", Apart: true},
		{Links: "[left@, right@]", Tests: "{from: left@, to: right@, mtu: 12}", Apart: true},
		{Links: "[left@, right@]", Tests: "{from: left@, to: right@, serve: true}", Apart: true},
		{Links: "[left@, right@]\n- [right@, third@]", Tests: "{from: left@, to: third@, path: [right@]}", Apart: true},
		{Links: "[left@, right@]", Tests: "{from: left@, to: right@, on: right@}", Apart: true},
		{Links: "[left@, right@]", Tests: "{run: x}", Apart: true},
		{Links: "[left@, right@]", Tests: "{run: x, on: left@, stdout: \"/(/\"}", Apart: true},
		{Nodes: "left@: {sysctls: {net.ipv6.conf.all.disable_ipv6: 1}, interfaces: {eth0: \"fd00:@::1/64\"}}", Links: "[left@, right@]"},
		{Nodes: "left@: {interfaces: {eth0: {mtu: 1000, neighbours: {\"fd00:@::9\": 02:00:00:00:00:01}}}}", Links: "[left@, right@]"},
		{Nodes: "left@: {interfaces: {l: {bridge: [eth0], addresses: \"fd00:@::1/64\"}}}", Links: "[left@, right@, {mtu: 1000}]"},
		{Nodes: "left@: {sysctls: {net.ipv6.conf.eth9.forwarding: 1}}", Links: "[left@, right@]"},
		{Nodes: "left@: {interfaces: {eth0: 10.@.0.1/24}, routes: [10.@.0.0/24 via 10.@.0.2]}", Links: "[left@, right@]", Apart: true},
		{Links: "[left@, right@]", Tests: "{from: left@, to: host}", Apart: true, Vague: true},
		// the file
		{Top: "zzz@: 1", Apart: true},
		{Top: "prefix: \"x y\"", Apart: true},
		{Top: "addressing: {ipv4: nothing}"},
		{Top: "routing: automatic", Alone: true},
	}
}

// CompilerMistakes has the kinds of mistake that only package compile finds, but for those
// that concern the whole file.
func CompilerMistakes() []Mistake {
	return []Mistake{
		{Nodes: "sw@: {kind: switch, subnet: 10.@.0.0/30}", Links: "[left@, sw@]\n- [right@, sw@]\n- [third@, sw@]"},
		{Links: "[left@, right@]", Nodes: "left@: {routes: [10.99.0.0/16 via 172.31.0.1]}"},
		{Links: "[left@, right@]", Nodes: "left@: {routes: [\"fd99::/16 via fd99::1\"]}"},
		{Links: "[left@, right@, {subnet: 10.@.0.0/24}]", Nodes: "left@: {routes: [10.@.0.0/24 via 10.@.0.2]}"},
	}
}

// File returns a lab file with some of the mistakes.
func File(ms []Mistake, which []int) string {
	var top, nodes, links, tests strings.Builder
	for _, i := range which {
		number := strings.NewReplacer("@", fmt.Sprint(100+i))
		for _, part := range []struct {
			b            *strings.Builder
			margin, text string
		}{{&top, "", ms[i].Top}, {&nodes, "  ", ms[i].Nodes}, {&links, "- ", ms[i].Links}, {&tests, "- ", ms[i].Tests}} {
			if part.text != "" {
				part.b.WriteString(part.margin + number.Replace(part.text) + "\n")
			}
		}
	}
	return "name: lab\n" + top.String() + "nodes:\n  first: {}\n" + nodes.String() + "links:\n- [first, second]\n" + links.String() + "tests:\n- {from: first, to: second}\n" + tests.String()
}

// Independent returns those of the mistakes that are all reported: all but the vague ones
// after the first, or only one if that must be alone.
func Independent(ms []Mistake, which []int) []int {
	var kept []int
	vague := false
	for _, i := range which {
		if ms[i].Alone {
			return []int{i}
		}
		if !ms[i].Vague || !vague {
			kept = append(kept, i)
		}
		vague = vague || ms[i].Vague
	}
	return kept
}

package topo_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/topo"
)

// messages returns the mistakes of an error as "line:col message".
func messages(err error) []string {
	var es topo.Errors
	_ = errors.As(err, &es)
	var ms []string
	for _, e := range es {
		if e.Pos.IsValid() {
			ms = append(ms, fmt.Sprintf("%d:%d %s", e.Pos.Line, e.Pos.Col, e.Msg))
		} else {
			ms = append(ms, e.Msg)
		}
	}
	return ms
}

func checked(text string) *topo.Checked {
	return topo.ParseChecked("lab.yaml", "lab.yaml", []byte(text))
}

// Only mistakes that links or addresses may depend on leave a lab without a wiring.
func TestCheckedWiring(t *testing.T) {
	for text, wired := range map[string]bool{
		"links: [[a, b]]":                                                                true,
		"links: [[a, b]]\nname: ''":                                                      true,
		"links: [[a, b]]\nname: [x]":                                                     true,
		"links: [[a, b]]\nname: x/y":                                                     true,
		"links: [[a, b]]\nprefix: x/":                                                    true,
		"links: [[a, b]]\nprefix: [x]":                                                   true,
		"links: [[a, b]]\nzzzzzz: 1":                                                     true,
		"links: [[a, b]]\ntests: 1":                                                      true,
		"links: [[a, b]]\ntests: [{from: a, to: c}]":                                     true,
		"links: [[a, b]]\nnodes: {a: {group: [a]}}":                                      true,
		"links: [[a, b]]\nnodes: {a: {group: {}}}":                                       true,
		"links: [[a, b]]\nnodes: {a: {routes: 1}}":                                       true,
		"links: [[a, b]]\nnodes: {a: {routes: [x]}}":                                     true,
		"links: [[a, b]]\nnodes: {a: {nftables: x}}":                                     true,
		"links: [[a, b]]\nnodes: {a: {nftables: [x]}}":                                   true,
		"links: [[a, b]]\nnodes: {a: {sysctls: {x: 1}}}":                                 true,
		"links: [[a, b]]\nnodes: {a: {sysctls: {net.ipv4.conf.eth7.x: 1}}}":              true,
		"links: [[a, b]]\nnodes: {a: {sysctls: {net.ipv6.conf.eth7.disable_ipv6: 1}}}":   false,
		"links: [[a, b]]\nnodes: {a: {sysctls: {net.ipv6.conf.all.disable_ipv6: \"\"}}}": false,
		"links: [[a, b]]\nnodes: {a: {sysctls: [x]}}":                                    false,
		"links: [[a, b]]\nlikns: 1":                                                      false,
		"links: [[a, b]]\naddressing: {ipv4: x}":                                         false,
		"links: [[a, b]]\naddressing: {ipv4: fd00::/64}":                                 false,
		"links: [[a, b]]\nrouting: x":                                                    false,
		"links: [[a, b]]\nnodes: {a: {kind: x}}":                                         false,
		"links: [[a, b]]\nnodes: {a: {interfaces: {eth1: {}}}}":                          false,
		"links: [[a, b, {mtu: 1}]]":                                                      false,
		"links: [[a, b], [sevrer, b]]\nnodes: {server: {}}":                              false,
		"links: 1":   false,
		"- 1":        false,
		"links: [":   false,
		"\xff\xfe x": false,
	} {
		c := checked(text)
		if (c.Wiring() != nil) != wired {
			t.Errorf("%q: has a wiring: %t, want %t: %v", text, !wired, wired, c.Err())
		}
		if (c.Err() == nil) != (text == "links: [[a, b]]") {
			t.Errorf("%q: %v", text, c.Err())
		}
	}
}

// A lab without its mistakes can be searched for others, which are reported in the order of
// the file, with the line.
func TestCheckedParts(t *testing.T) {
	c := checked(`links: [[a, b]]
nodes:
  a: {routes: [10.1.0.0/16 via 10.0.0.2, {to: x}, {to: 10.2.0.0/16, dev: eth5}, {to: 10.3.0.0/16, dev: eth0}, 10.3.0.0/16 via 10.0.0.2]}
tests: [{from: a, to: b}, {from: a, to: bbb}, {from: a, to: [x: y]}, {from: b, to: a}]
`)
	var routes []string
	for _, r := range c.Routes(c.Topology().Node("a")) {
		routes = append(routes, r.To.String())
	}
	if got := strings.Join(routes, " "); got != "10.1.0.0/16 10.3.0.0/16" {
		t.Errorf("the routes without mistakes are %s", got)
	}
	var tests []string
	for _, test := range c.Tests() {
		tests = append(tests, test.From[0]+test.To[0])
	}
	if got := strings.Join(tests, " "); got != "ab ba" {
		t.Errorf("the tests without mistakes are %s", got)
	}
	known := len(messages(c.Err()))
	err := c.Join(topo.Errors{{Pos: topo.Pos{File: "lab.yaml", Line: 3, Col: 3}, Msg: "added"}})
	all := topo.Errors{}
	if !errors.As(err, &all) || len(all) != known+1 || all[0].Msg != "added" || !strings.HasPrefix(all[0].Source, "  a: {routes") {
		t.Errorf("got %v", err)
	}
	if again := len(messages(c.Err())); known != 5 || again != known {
		t.Errorf("%d mistakes became %d, want 5", known, again)
	}
}

func TestCheckedValid(t *testing.T) {
	c := checked("nodes: {a: {routes: [10.1.0.0/16 via 10.0.0.2]}}\nlinks: [[a, b]]\ntests: [{from: a, to: b}]")
	if c.Err() != nil || c.Join(nil) != nil || len(c.Tests()) != 1 || len(c.Routes(&c.Topology().Nodes[0])) != 1 || c.Named() != c.Topology() {
		t.Errorf("got %v, %v, %v", c.Err(), c.Tests(), c.Routes(&c.Topology().Nodes[0]))
	}
	if err := c.Join(topo.Errors{{Msg: "added"}}); err == nil || c.Err() != nil {
		t.Errorf("got %v, and then %v", err, c.Err())
	}
}

// A lab can be given another name, and run under another one, without a second check.
func TestCheckedNames(t *testing.T) {
	c := checked("name: one\nprefix: p-\nlinks: [[a, b]]")
	two := c.Renamed("two")
	if got := two.Topology(); got.Name != "two" || got.Prefix != nil || two.Named() != got || two.Err() != nil || two.Wiring() != c.Wiring() {
		t.Errorf("renamed: %v, %v", got, two.Err())
	}
	if c.Topology().Name != "one" || *c.Topology().Prefix != "p-" || c.Renamed("one") != c {
		t.Errorf("the lab itself changed to %v", c.Topology())
	}
	if got := messages(c.Renamed("x/y").Err()); !slices.Equal(got, []string{`1:1 the lab's name "x/y" contains "/"`}) {
		t.Errorf("got %q", got)
	}
	if got := checked("links: [").Renamed("two"); got.Topology() != nil || got.Err() == nil {
		t.Errorf("got %v, %v", got.Topology(), got.Err())
	}
	for _, as := range []*topo.Checked{c.Topology().CheckAs("three"), c.As("three")} {
		if as.Topology() != c.Topology() || as.Named().Name != "three" || as.Named().Prefix != nil || as.Err() != nil {
			t.Errorf("as three: %v, %v, %v", as.Topology(), as.Named(), as.Err())
		}
	}
	if bad := c.As("x/y"); bad.Err() == nil || bad.Topology() != c.Topology() || c.As("one") != c || c.Err() != nil {
		t.Errorf("as x/y: %v", bad.Err())
	}
	if as := c.Topology().CheckAs("one"); as.Named() != c.Topology() {
		t.Errorf("as one: %v", as.Named())
	}
	if err := c.Topology().CheckAs("x/y").Err(); err == nil {
		t.Error("a lab runs as x/y")
	}
}

// Other tests are checked against the nodes, groups and interfaces of the lab.
func TestCheckTests(t *testing.T) {
	c := checked("nodes: {a: {group: g}, r: {kind: router}}\nlinks: [[a, r], [r, b]]\ntests: [{from: a, to: b}]")
	test := func(from, to string, path ...string) topo.Test {
		return topo.Test{From: []string{from}, To: []string{to}, Path: path}
	}
	if err := c.CheckTests([]topo.Test{test("g", "b:eth0"), test("all", "r", ""), test("host", "b", "r")}); err == nil || len(messages(err)) != 1 {
		t.Errorf("got %v, want one mistake: the empty hop", err)
	}
	got := messages(c.CheckTests([]topo.Test{test("g", "b"), test("a", "x"), test("a", "b:eth9"), test("a", "b", "r"), test("r", "b", "a"), test("a", "host")}))
	want := []string{
		`tests[1].to[0]: unknown node or group "x"`, `tests[2].to[0]: node b has no interface "eth9"`,
		"tests[4].path[0]: a is a host and does not forward packets", "tests[5].to[0]: host is not part of this lab",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if len(c.Topology().Tests) != 1 || c.Err() != nil {
		t.Errorf("the lab changed: %v, %v", c.Topology().Tests, c.Err())
	}
	invalid := checked("links: [[a, a]]")
	if err := invalid.CheckTests(nil); err == nil {
		t.Error("no mistake in a lab without wiring")
	}
}

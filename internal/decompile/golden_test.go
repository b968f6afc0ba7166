package decompile_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/decompile"
	"github.com/vethlab/vethlab/internal/golden"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// link returns the link of a node of the lab "x".
func link(s *state.State, node, name string) *state.Link {
	return s.Link(state.Endpoint{Namespace: "x." + node, Link: name})
}

const (
	pair   = `{name: x, addressing: {ipv6: none}, links: [[a, b]]}`
	router = `{name: x, addressing: {ipv6: none}, nodes: {r: {kind: router}}, links: [[a, r], [r, b]]}`
	lan    = `{name: x, addressing: {ipv6: none}, nodes: {sw: {kind: switch}}, links: [[a, sw], [b, sw], [c, sw]]}`
)

// cases are labs, each with a manual change to its State. The golden files have the
// resulting lab file and its losses.
var cases = map[string]struct {
	lab    string
	change func(*state.State)
	other  string // the name of the written lab; "": the lab's own
}{
	"pair":           {lab: pair},
	"dual":           {lab: `{name: x, links: [[a, b]]}`},
	"six":            {lab: `{name: x, addressing: {ipv4: none}, nodes: {r: {kind: router}}, links: [[a, r], [r, b]]}`},
	"router":         {lab: router},
	"switch":         {lab: lan},
	"alone":          {lab: `{name: x, nodes: {a: {}, b: {sysctls: {net.ipv4.ip_default_ttl: 9}}}}`},
	"lo":             {lab: `{name: x, addressing: {ipv6: none}, nodes: {a: {interfaces: {lo: 192.0.2.9/32}}}, links: [[a, b]]}`},
	"down":           {lab: `{name: x, addressing: {ipv6: none}, nodes: {a: {interfaces: {eth0: {down: true}}}}, links: [[a, b]]}`},
	"mtu":            {lab: `{name: x, addressing: {ipv6: none}, links: [[a, b, {mtu: 9000}], [b, c]]}`},
	"mac":            {lab: `{name: x, addressing: {ipv6: none}, nodes: {a: {interfaces: {eth0: {mac: "02:00:00:00:00:01"}}}}, links: [[a, b]]}`},
	"bridge":         {lab: `{name: x, addressing: {ipv6: none}, nodes: {r: {kind: router, interfaces: {lan: {bridge: [p1, p2], addresses: 192.0.2.1/24, stp: true}}}}, links: [["r:p1", a], ["r:p2", b], [r, c]]}`},
	"bridge-address": {lab: `{name: x, addressing: {ipv6: none}, nodes: {sw: {kind: switch, interfaces: {br0: 192.0.2.200/24}}}, links: [[a, sw, {subnet: 192.0.2.0/24}], [b, sw]]}`},
	"stp":            {lab: `{name: x, addressing: {ipv6: none}, nodes: {s1: {kind: switch, interfaces: {br0: {stp: true}}}, s2: {kind: switch}}, links: [[s1, s2], [a, s1], [b, s2]]}`},
	"host":           {lab: `{name: x, addressing: {ipv6: none}, links: [["host:vl0", a, {subnet: 192.0.2.0/30}]]}`},
	"routes":         {lab: `{name: x, addressing: {ipv6: none}, routing: none, nodes: {a: {routes: [{to: 198.51.100.0/24, via: 10.0.0.2, metric: 7}, {to: 203.0.113.0/24, dev: eth0}]}}, links: [[a, b]]}`},
	"more-route":     {lab: `{name: x, addressing: {ipv6: none}, nodes: {r: {kind: router}, a: {routes: [{to: 198.51.100.0/24, via: 10.0.0.1}]}}, links: [[r, a], [r, b]]}`},
	"filter":         {lab: `{name: x, addressing: {ipv6: none}, nodes: {a: {nftables: "table ip f { chain c { type filter hook input priority 0; tcp dport 22 drop; }; }"}}, links: [[a, b]]}`},
	"other":          {lab: pair, other: "y"},
	"forward-4":      {lab: `{name: x, nodes: {r: {kind: router, sysctls: {net.ipv6.conf.all.forwarding: 0}}}, links: [[a, r], [r, b]]}`},

	"no-address": {lab: pair, change: func(s *state.State) { link(s, "b", "eth0").Addresses = nil }},
	"second-address": {lab: pair, change: func(s *state.State) {
		l := link(s, "a", "eth0")
		l.Addresses = append(l.Addresses, netip.MustParsePrefix("192.0.2.77/24"))
	}},
	"one-mtu":  {lab: pair, change: func(s *state.State) { link(s, "b", "eth0").MTU = 1400 }},
	"port-mtu": {lab: lan, change: func(s *state.State) { link(s, "sw", "eth1").MTU = 1400 }},
	"alias":    {lab: pair, change: func(s *state.State) { link(s, "a", "eth0").Alias = "uplink" }},
	"port-address": {lab: lan, change: func(s *state.State) {
		link(s, "sw", "eth1").Addresses = []netip.Prefix{netip.MustParsePrefix("192.0.2.77/24")}
	}},
	"lo-mtu":       {lab: pair, change: func(s *state.State) { link(s, "a", "lo").MTU = 1500 }},
	"lo-down":      {lab: pair, change: func(s *state.State) { link(s, "a", "lo").Up = false }},
	"bridge-down":  {lab: lan, change: func(s *state.State) { link(s, "sw", "br0").Up = false }},
	"port-down":    {lab: lan, change: func(s *state.State) { link(s, "sw", "eth2").Up = false }},
	"no-route":     {lab: router, change: func(s *state.State) { s.Namespaces["x.a"].Routes = nil }},
	"no-forward":   {lab: router, change: func(s *state.State) { delete(s.Namespaces["x.r"].Sysctls, state.ForwardIPv4) }},
	"bad-mac":      {lab: pair, change: func(s *state.State) { link(s, "a", "eth0").MAC = topo.MAC{1, 0, 0, 0, 0, 1} }},
	"same-address": {lab: pair, change: func(s *state.State) { link(s, "a", "eth0").Addresses = link(s, "b", "eth0").Addresses }},
	"named-all": {lab: pair, change: func(s *state.State) {
		ns := s.Namespaces["x.a"]
		delete(s.Namespaces, "x.a")
		ns.Name = "all"
		s.Namespaces["all"] = ns
		for name := range ns.Links {
			if name != state.Lo {
				delete(ns.Links, name)
			}
		}
		ns.Routes = nil
		delete(s.Namespaces["x.b"].Links, "eth0")
		s.Namespaces["x.b"].Routes = nil
	}},
	"host-sysctl": {lab: `{name: x, addressing: {ipv6: none}, links: [["host:vl0", a, {subnet: 192.0.2.0/30}]]}`, change: func(s *state.State) {
		ns := s.Namespaces[state.Host]
		ns.Sysctls = map[string]string{"net.ipv4.ip_default_ttl": "9"}
	}},
	"sysctl": {lab: pair, change: func(s *state.State) {
		s.Namespaces["x.a"].Sysctls = map[string]string{"kernel.hostname": "no"}
	}},
}

func TestGolden(t *testing.T) {
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			lab, err := compile.Compile(topo.MustParse(c.lab))
			if err != nil {
				t.Fatal(err)
			}
			s := lab.State.Clone()
			if c.change != nil {
				c.change(s)
			}
			as := c.other
			if as == "" {
				as = lab.Name
			}
			golden.Compare(t, "testdata/"+name+".golden", written(t, s, decompile.Options{Name: as}))
		})
	}
}

// written returns the lab file of a State and its losses. It checks that without losses
// the file compiles to the State.
func written(t *testing.T, s *state.State, o decompile.Options) string {
	t.Helper()
	before := s.Clone()
	top, losses := decompile.Decompile(s, o)
	if !decompile.Same(before, s) {
		t.Error("Decompile changed its argument")
	}
	var b strings.Builder
	b.Write(top.Format())
	for _, l := range losses {
		fmt.Fprintf(&b, "# lost: %s %q: %s\n", l.At, l.What, l.Why)
	}
	parsed, err := topo.Parse("lab.yaml", top.Format())
	if err != nil {
		t.Fatalf("%v in\n%s", err, top.Format())
	}
	back, err := compile.Compile(parsed)
	if err != nil {
		t.Fatalf("%v in\n%s", err, top.Format())
	}
	if len(losses) == 0 && !decompile.Same(s, back.State) {
		t.Errorf("read again it is another State:\n%s", top.Format())
	}
	return b.String()
}

// Options.Order is the order of the file.
func TestOrder(t *testing.T) {
	lab, err := compile.Compile(topo.MustParse(`{name: x, addressing: {ipv6: none}, nodes: {r: {kind: router, interfaces: {z: 192.0.2.1/24, a: 198.51.100.1/24}}}, links: [["r:z", b], ["r:a", c]]}`))
	if err != nil {
		t.Fatal(err)
	}
	order := []state.Endpoint{
		{Namespace: "x.r"}, {Namespace: "x.r", Link: "z"}, {Namespace: "x.r", Link: "a"}, {Namespace: "x.c"}, {Namespace: "x.c", Link: "eth0"}, {Namespace: "gone"},
	}
	golden.Compare(t, "testdata/ordered.golden", written(t, lab.State, decompile.Options{Name: "x", Order: order}))
	golden.Compare(t, "testdata/unordered.golden", written(t, lab.State, decompile.Options{Name: "x"}))
	if top, _ := decompile.Decompile(state.New(), decompile.Options{}); top.Name != "lab" {
		t.Errorf("the default name of a lab is %q, want lab", top.Name)
	}
}

// Same detects every change.
func TestSame(t *testing.T) {
	lab, err := compile.Compile(topo.MustParse(lan))
	if err != nil {
		t.Fatal(err)
	}
	if !decompile.Same(lab.State, lab.State.Clone()) {
		t.Error("a State differs from its clone")
	}
	for name, c := range cases {
		if c.change == nil || c.lab != lan || name == "lo-down" {
			continue
		}
		s := lab.State.Clone()
		if c.change(s); decompile.Same(lab.State, s) {
			t.Errorf("the change %s is not detected", name)
		}
	}
	s := lab.State.Clone()
	delete(s.Namespaces, "x.a")
	if decompile.Same(lab.State, s) || decompile.Same(s, lab.State) {
		t.Error("a missing namespace is not detected")
	}
}

package compile_test

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// What the file leaves out is assigned; addresses of lo are only those of the file.
func TestAssignedInterfaces(t *testing.T) {
	lab := mustCompile(t, topo.MustParse(`
name: lab
prefix: ""
nodes:
  a:
    interfaces:
      lo: [192.0.2.1/32, fd99::1/128]
      lan: {bridge: [eth0, eth1], stp: true, forward_delay: 4s}
      slow: {bridge: [], stp: true}
      plain: {bridge: []}
links: [[a, b], [a, c]]
`))
	ns := lab.State.Namespace("a")
	if got := fmt.Sprint(ns.Links[state.Lo].Addresses); got != "[192.0.2.1/32 fd99::1/128]" {
		t.Errorf("lo has %s", got)
	}
	if !ns.Links[state.Lo].MAC.IsZero() || len(ns.Links) != 6 {
		t.Errorf("lo has the MAC %s, and there are %d links", ns.Links[state.Lo].MAC, len(ns.Links))
	}
	for name, want := range map[string]state.Bridge{
		"lan": {STP: true, ForwardDelay: 400}, "slow": {STP: true, ForwardDelay: state.DefaultForwardDelay}, "plain": {},
	} {
		if got := ns.Links[name].Kind; got != want {
			t.Errorf("%s is %+v, want %+v", name, got, want)
		}
	}
	at := state.Endpoint{Namespace: "a", Link: "lan"}
	if node, pos := lab.Source(at); node != "a" || pos.Line != 8 || lab.NodeOf("x") != "" {
		t.Errorf("lan is of node %q, from %v", node, pos)
	}
}

// Names and MACs in the file are not given to others.
func TestDerivedNamesAreUnique(t *testing.T) {
	const hostLinks = "name: lab\nlinks: [[host%s, a], [host, b]]\n"
	name := mustCompile(t, topo.MustParse(fmt.Sprintf(hostLinks, ""))).Links[1].Endpoints[0].Interface
	lab := mustCompile(t, topo.MustParse(fmt.Sprintf(hostLinks, ":"+name)))
	if other := lab.Links[1].Endpoints[0].Interface; !strings.HasPrefix(name, "vl-") || other == name || !strings.HasPrefix(other, "vl-") {
		t.Errorf("the links in the host namespace are %s and %s", name, other)
	}

	lab = mustCompile(t, topo.MustParse("name: lab\nlinks: [[a, b]]"))
	mac := linkOf(lab, "b", "eth0").MAC
	lab = mustCompile(t, topo.MustParse("name: lab\nnodes: {a: {interfaces: {eth0: {mac: '"+mac.String()+"'}}}}\nlinks: [[a, b]]"))
	if a, b := linkOf(lab, "a", "eth0").MAC, linkOf(lab, "b", "eth0").MAC; a != mac || b == mac || b.IsZero() {
		t.Errorf("the MACs are %s and %s, want %s and another", a, b, mac)
	}
}

// A compiled lab leaves its wiring as it is, so that others can be compiled from it.
func TestCompileKeepsWiring(t *testing.T) {
	checked := topo.ParseChecked("lab.yaml", "lab.yaml", []byte("name: lab\nlinks: [[host, a]]"))
	one, err := compile.CompileChecked(checked)
	if err != nil {
		t.Fatal(err)
	}
	two, err := compile.CompileChecked(checked.Renamed("other"))
	if err != nil {
		t.Fatal(err)
	}
	if name := checked.Wiring().Links[0].Ends[0].Name; name != "" {
		t.Errorf("the wiring has the name %s", name)
	}
	fresh := mustCompile(t, topo.MustParse("name: other\nlinks: [[host, a]]"))
	if got, want := two.Links[0].Endpoints[0].Interface, fresh.Links[0].Endpoints[0].Interface; got != want || got == one.Links[0].Endpoints[0].Interface {
		t.Errorf("the link in the host namespace is %s, want %s", got, want)
	}
}

// A pool gives segments without subnets of their own what others leave, last what those
// with their own ones would have got.
func TestSparePool(t *testing.T) {
	const pool = "name: lab\naddressing: {ipv4: 10.0.0.0/29, ipv6: none}\nlinks: [[a, b, {subnet: 192.0.2.0/30}], [c, d], [e, f]%s]\n"
	lab := mustCompile(t, topo.MustParse(fmt.Sprintf(pool, "")))
	for node, want := range map[string]string{"a": "192.0.2.1/30", "c": "10.0.0.5/30", "e": "10.0.0.1/30"} {
		if got := addresses(lab, node, "eth0"); !slices.Equal(got, []string{want}) {
			t.Errorf("%s has %v, want %s", node, got, want)
		}
	}
	_, err := compile.Compile(topo.MustParse(fmt.Sprintf(pool, ", [g, h], [i, j]")))
	if got := fmt.Sprint(err); strings.Count(got, "is left in the pool 10.0.0.0/29") != 1 || !strings.Contains(got, "link g:eth0 – h:eth0") {
		t.Errorf("got %s", got)
	}
}

// A full pool or subnet is one mistake: routes that only lack addresses for it are not
// reported, others are.
func TestFullPoolHidesWhatFollows(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{
			"addressing: {ipv4: 10.0.0.0/30}\nnodes: {c: {routes: [10.9.0.0/16 via 172.16.0.1]}}\nlinks: [[a, b], [c, d]]",
			"link c:eth0 – d:eth0: no /30 is left in the pool 10.0.0.0/30",
		},
		{
			"addressing: {ipv4: none, ipv6: fd00::/64}\nnodes: {c: {routes: [fd09::/64 via fd08::1]}}\nlinks: [[a, b], [c, d]]",
			"link c:eth0 – d:eth0: no /64 is left in the pool fd00::/64",
		},
		{
			"nodes: {s: {kind: switch, subnet: 10.0.0.0/30}, c: {routes: [10.9.0.0/16 via 172.16.0.1]}, d: {routes: [10.9.0.0/16 via 172.16.0.1]}}\nlinks: [[a, s], [b, s], [c, s], [d, s]]",
			"c:eth0: no address is left in its subnet 10.0.0.0/30",
		},
		{
			"addressing: {ipv4: 10.0.0.0/30}\nnodes: {c: {routes: [192.0.2.0/24 via 192.0.2.9]}, a: {routes: [10.9.0.0/16 via 172.16.0.1]}}\nlinks: [[a, b], [c, d], [c, e, {subnet: 192.0.2.0/24}]]",
			"the kernel has a route to 192.0.2.0/24 already, since node c has an address in it; gateway 172.16.0.1 is not in a subnet of node a; link c:eth0 – d:eth0: no /30 is left in the pool 10.0.0.0/30",
		},
	} {
		_, err := compile.Compile(topo.MustParse("name: lab\n" + tt.text))
		var es topo.Errors
		_ = errors.As(err, &es)
		var got []string
		for _, e := range es {
			got = append(got, e.Msg)
			if e.Hint == "" || (strings.Contains(e.Msg, "pool fd") && !strings.Contains(e.Hint, "addressing.ipv6")) || (strings.Contains(e.Msg, "pool 10") && !strings.Contains(e.Hint, "addressing.ipv4")) {
				t.Errorf("%s: the hint is %q", e.Msg, e.Hint)
			}
		}
		if text := strings.Join(got, "; "); text != tt.want {
			t.Errorf("got %s\nwant %s", text, tt.want)
		}
	}
}

// All addresses of a subnet are assigned, and no others.
func TestWholeSubnet(t *testing.T) {
	for _, tt := range []struct {
		subnet string
		want   []string // "": one interface more does not fit
	}{
		{"10.0.0.0/29", []string{"10.0.0.1/29", "10.0.0.2/29", "10.0.0.3/29", "10.0.0.4/29", "10.0.0.5/29", "10.0.0.6/29", ""}},
		{"10.0.0.0/30", []string{"10.0.0.1/30", "10.0.0.2/30", ""}},
		{"10.0.0.0/31", []string{"10.0.0.0/31", "10.0.0.1/31", ""}},
		{"fd00::/126", []string{"fd00::1/126", "fd00::2/126", "fd00::3/126", ""}},
		{"fd00::/127", []string{"fd00::/127", "fd00::1/127", ""}},
	} {
		for n := 1; n <= len(tt.want); n++ {
			top := topo.Topology{Name: "lab", Nodes: topo.Nodes{{Name: "s", Kind: topo.Switch, Subnet: prefixes(tt.subnet)}}}
			for i := range n {
				top.Links = append(top.Links, cable(fmt.Sprint("h", i), "s"))
			}
			lab, err := compile.Compile(&top)
			if fits := tt.want[n-1] != ""; fits != (err == nil) {
				t.Errorf("%d interfaces in %s: %v", n, tt.subnet, err)
			} else if fits {
				if got := addresses(lab, fmt.Sprint("h", n-1), "eth0"); len(got) == 0 || got[0] != tt.want[n-1] {
					t.Errorf("interface %d of %s has %v, want %s", n, tt.subnet, got, tt.want[n-1])
				}
			}
		}
	}
}

// A metric that is a default for IPv6 is one for IPv4 too, which stays.
func TestMetricOfRoute(t *testing.T) {
	lab := mustCompile(t, topo.MustParse("name: lab\nprefix: ''\nnodes: {a: {routes: [{to: 10.9.0.0/16, dev: eth0, metric: 1024}, {to: 'fd09::/64', dev: eth0, metric: 1024}]}}\nlinks: [[a, b]]"))
	for _, r := range lab.State.Namespace("a").Routes {
		if want := map[bool]int{false: 1024, true: 0}[r.To.Addr().Is6()]; r.Metric != want {
			t.Errorf("the route to %s has metric %d, want %d", r.To, r.Metric, want)
		}
	}
}

// Tests of a running lab name its nodes, groups, interfaces and addresses.
func TestTestsOfNodes(t *testing.T) {
	lab := mustCompile(t, topo.MustParse("name: lab\nnodes: {a: {group: g}, b: {group: g, interfaces: {eth0: ['fe80::5/64', 10.0.0.2/30]}}, s: {kind: switch, group: g}}\nlinks: [[a, b], [b, s]]"))
	test := func(from, to string) topo.Test {
		return topo.Test{From: []string{from}, To: []string{to}, Pos: topo.Pos{Line: 7}}
	}
	_, errs := lab.TestNodes.Tests([]topo.Test{test("x", "a"), test("a", "y"), test("a", "b:eth9"), test("a", "x:eth0"), test("a", topo.HostNode), test(topo.HostNode, "a")})
	var got []string
	for _, e := range errs {
		got = append(got, fmt.Sprintf("%d %s (%s)", e.Pos.Line, e.Msg, e.Hint))
	}
	want := []string{
		"7 test: x is not part of this lab ()", "7 test: y is not part of this lab ()", "7 test: b:eth9 is not part of this lab ()",
		"7 test: x:eth0 is not part of this lab ()", "7 test: host is not part of this lab (link it to a node first)",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	tests, errs := lab.TestNodes.Tests([]topo.Test{test("g", "b"), {Run: []string{"x"}, On: []string{"g", "a"}}})
	if len(errs) > 0 || len(tests[0].Pairs) != 1 || fmt.Sprint(tests[0].Pairs[0]) != fmt.Sprint(compile.Pair{From: "a", To: "b", Node: "b", Addresses: []netip.Addr{netip.MustParseAddr("10.0.0.2")}}) {
		t.Errorf("got %v, %v", tests[0].Pairs, errs)
	}
	if !slices.Equal(tests[1].RunNodes, []string{"a", "b"}) {
		t.Errorf("a command runs on %v", tests[1].RunNodes)
	}
}

// Parallel links are distinguished by number, and another pool moves nothing unexpectedly.
func TestPinsOfParallelLinks(t *testing.T) {
	const text = "name: lab\naddressing: {ipv6: %s}\nlinks: [%s[a, b], [a, b], [a, b]]\n"
	old := mustCompile(t, topo.MustParse(fmt.Sprintf(text, "none", "")))
	moved := mustCompile(t, topo.MustParse(fmt.Sprintf(text, "none", "[c, d], "))).Moved(old)
	var got []string
	for _, m := range moved {
		got = append(got, fmt.Sprintf("%s:%s %v→%v", m.Node, m.Interface, m.Was, m.Addresses))
		if k := m.Kept(); !slices.Equal(k.Addresses, m.Was) || k.Interface != m.Interface {
			t.Errorf("kept are %v of %s, want %v", k.Addresses, k.Interface, m.Was)
		}
	}
	want := []string{
		"a:eth0 [10.0.0.1/30]→[10.0.0.5/30]", "a:eth1 [10.0.0.5/30]→[10.0.0.9/30]", "a:eth2 [10.0.0.9/30]→[10.0.0.13/30]",
		"b:eth0 [10.0.0.2/30]→[10.0.0.6/30]", "b:eth1 [10.0.0.6/30]→[10.0.0.10/30]", "b:eth2 [10.0.0.10/30]→[10.0.0.14/30]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if moved := mustCompile(t, topo.MustParse(fmt.Sprintf(text, "fd00::/48", "[c, d], "))).Moved(old); len(moved) > 0 {
		t.Errorf("another pool moves %v", moved)
	}
}

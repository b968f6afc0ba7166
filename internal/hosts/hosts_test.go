package hosts_test

import (
	"cmp"
	"fmt"
	"net/netip"
	"testing"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/hosts"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

func stateOf(t *testing.T, text string) *state.State {
	t.Helper()
	lab, err := compile.Compile(topo.MustParse(text))
	if err != nil {
		t.Fatal(err)
	}
	return lab.State
}

func TestLookup(t *testing.T) {
	table := hosts.NewTable(stateOf(t, `
nodes:
  r: {kind: router, interfaces: {up: [10.1.0.1/24, 10.1.0.9/24, "fd00:1::1/64"], eth0: 10.2.0.1/24}}
  r-up: {interfaces: {eth0: 10.2.0.2/24}}
links: [["r:up", a], [r, r-up], [a, quiet]]
addressing: {ipv6: none}
`))
	for _, tt := range []struct{ from, name, want string }{
		{"a", "r", "[10.1.0.1 10.1.0.9 fd00:1::1 10.2.0.1]"},
		{"r-up", "r", "[10.2.0.1 10.1.0.1 10.1.0.9 fd00:1::1]"}, // the on-link one first
		{"a", "r:up", "[10.1.0.1 10.1.0.9 fd00:1::1]"},
		{"a", "r-up", "[10.2.0.2]"}, // a node's name goes before an interface's
		{"a", "r:eth0", "[10.2.0.1]"},
		{"a", "r-eth0", "[10.2.0.1]"},
		{"a", "r-up-eth0", "[10.2.0.2]"},
		{"a", "r:eth7", "[]"},
		{"a", "b", "[]"},
		{"a", "R", "[]"},
	} {
		if got := fmt.Sprint(table.LookupFrom(tt.from, tt.name)); got != tt.want {
			t.Errorf("%s looks up %s: got %s, want %s", tt.from, tt.name, got, tt.want)
		}
	}
}

// The State has the host namespace too if a node is linked to it.
func TestOwners(t *testing.T) {
	s := stateOf(t, `
prefix: ""
nodes: {a: {interfaces: {eth0: 10.1.0.1/24}}}
links: [[a, host]]
addressing: {ipv6: none}
`)
	namespaces, owners := hosts.Namespaces(s), hosts.Owners(s)
	if namespaces[topo.HostNode] != state.Host || namespaces["a"] != "a" {
		t.Errorf("namespaces: %v", namespaces)
	}
	if a := netip.MustParseAddr("10.1.0.1"); owners[a] != "a" {
		t.Errorf("owners: %v", owners)
	}
	for addr, node := range owners {
		if addr.IsLoopback() || node == "" {
			t.Errorf("%s belongs to %q", addr, node)
		}
	}
}

func TestFile(t *testing.T) {
	s := stateOf(t, "nodes: {a: {interfaces: {v: [10.1.0.1/24, fe80::7/64]}}}\nlinks: [[\"a:v\", b]]\naddressing: {ipv6: none}")
	want := "\n# nodes of the lab\n10.1.0.1\ta a-v\n10.1.0.2\tb b-eth0\n"
	if got := string(hosts.NewTable(s).File()); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := hosts.NewTable(state.New()).File(); got != nil {
		t.Errorf("without nodes: %q", got)
	}
}

// The kind of each node is the described one or, if unknown, follows from its links and
// sysctls.
func TestNodeKind(t *testing.T) {
	const lab = `
nodes:
  r: {kind: router}
  s: {kind: switch}
  v: {interfaces: {br0: {bridge: [eth0]}}}
  w: {interfaces: {br0: {bridge: [eth0]}}}
links: [[a, s], [s, r], [r, "host:veth9"], [v, s], [w, s], [w, a]]
`
	described := topo.MustParse(lab).Check().NodeKinds()
	for _, ns := range stateOf(t, lab).Namespaces {
		node := hosts.NodeName(ns)
		want := map[string]topo.Kind{"r": topo.Router, "s": topo.Switch}[node]
		if want = cmp.Or(want, topo.Host); hosts.NodeKind(ns, described) != want {
			t.Errorf("%s: got %s, want %s", node, hosts.NodeKind(ns, described), want)
		}
		if node == "v" {
			want = topo.Switch
		}
		if got := hosts.NodeKind(ns, nil); got != want {
			t.Errorf("%s without its description: got %s, want %s", node, got, want)
		}
	}
}

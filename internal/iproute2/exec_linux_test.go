//go:build linux

package iproute2

import (
	"math"
	"net/netip"
	"os/exec"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

func TestMain(m *testing.M) { netnstest.Main(m) }

// isolated is [netnstest.Isolated], since names of namespaces are global. It skips the
// test if a program is missing.
func isolated(t *testing.T, programs ...string) bool {
	t.Helper()
	for _, name := range programs {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("needs the program %s: %v", name, err)
		}
	}
	return netnstest.Isolated(t)
}

// The real programs accept the printed commands: every type of Op, and names that are
// options of ip or special to a shell.
func TestProgramsTakeWhatIsPrinted(t *testing.T) {
	if !isolated(t, "sh", "ip", "sysctl") {
		return
	}
	const ns1, ns2 = "vti-1", "vti-$2 'x'"
	cmd := exec.CommandContext(t.Context(), "sh", "-x")
	script := Script(everyOp(ns1, ns2))
	cmd.Stdin = strings.NewReader(script)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s\n%s", err, out, script)
	}
}

// everyOp returns a plan with every type of Op, which deletes all that it makes.
func everyOp(ns1, ns2 string) plan.Plan {
	var p plan.Plan
	add := func(ops ...plan.Op) { p = append(p, ops...) }
	add(plan.AddNamespace{Name: ns1}, plan.AddNamespace{Name: ns2})
	add(plan.SetLink{Link: at(ns1, "lo"), Alias: new("vethlab:it's $1/x"), Up: new(true)})
	add(plan.SetSysctl{Namespace: ns1, Key: state.ForwardIPv4, Value: "1"})
	add(plan.SetSysctl{Namespace: ns2, Key: "net.ipv4.ping_group_range", Value: "0 0"})
	add(plan.AddVeth{Ends: [2]plan.VethEnd{
		{Link: at(ns1, "a"), Index: 100, MAC: topo.MAC{2, 0, 0, 0, 0, 1}, MTU: 1400},
		{Link: at(ns2, "up"), Index: 101, MAC: topo.MAC{2, 0, 0, 0, 0, 2}, MTU: 1400},
	}})
	add(plan.AddVeth{Ends: [2]plan.VethEnd{{Link: at(ns1, "eth0.1")}, {Link: at(ns1, "l")}}})
	add(plan.AddVeth{Ends: [2]plan.VethEnd{{Link: at(ns2, "vti-h")}, {Link: at(state.Host, "vti-h")}}})
	for _, name := range linkKeywords() {
		if len(name) <= 15 && name != "up" {
			e := at(ns2, name)
			add(plan.AddLink{Link: e, Kind: state.Bridge{}}, plan.SetLink{Link: e, MTU: 1400}, plan.DelLink{Link: e})
		}
	}
	add(plan.AddLink{Link: at(ns2, "br"), Index: 7, MAC: topo.MAC{2, 0, 0, 0, 0, 3}, MTU: 1300, Kind: state.Bridge{}})
	add(plan.SetKind{Link: at(ns2, "br"), Change: state.BridgeChange{STP: new(true), ForwardDelay: new(400)}})
	add(plan.SetLink{
		Link: at(ns2, "up"), Alias: new("two words"), Master: new("br"), AutoLinkLocal: new(false),
		MAC: topo.MAC{2, 0, 0, 0, 0, 4}, MTU: 1300, Up: new(true),
	})
	add(plan.SetLink{Link: at(ns2, "up"), Alias: new(""), Master: new(""), AutoLinkLocal: new(true)})
	add(plan.SetLink{Link: at(ns1, "a"), Up: new(true)})
	for _, a := range []string{"10.0.0.1/24", "10.0.0.2/24", "10.0.1.1/32", "fd00::1/64", "fe80::5/64"} {
		add(plan.AddAddress{Link: at(ns1, "a"), Address: netip.MustParsePrefix(a)})
	}
	add(plan.PromoteSecondaries{Link: at(ns1, "a")}, plan.PromoteSecondaries{Link: at(ns1, "eth0.1")})
	add(plan.DelAddress{Link: at(ns1, "a"), Address: netip.MustParsePrefix("10.0.0.1/24")})
	add(everyRoute(ns1)...)
	add(plan.AddAddress{Link: at(ns1, "a"), Address: netip.MustParsePrefix("10.0.1.1/32"), Replace: true})
	add(plan.FlushAddresses{Link: at(ns1, "a"), Family: plan.IPv6Only}, plan.FlushAddresses{Link: at(ns1, "a")})
	add(plan.MoveLink{Link: at(ns2, "up"), To: at(ns1, "address")}, plan.MoveLink{Link: at(ns1, "address"), To: at(ns1, "up")})
	add(plan.MoveLink{Link: at(ns1, "up"), To: at(state.Host, "vti-m")}, plan.MoveLink{Link: at(state.Host, "vti-m"), To: at(ns2, "up")})
	add(plan.SetKind{Link: at(ns2, "br"), Change: state.BridgeChange{STP: new(false)}}, plan.SetKind{Link: at(ns2, "br"), Change: state.BridgeChange{ForwardDelay: new(0)}})
	add(plan.AddVeth{Ends: [2]plan.VethEnd{{Link: at(ns1, "")}, {Link: at(ns2, "")}}})
	add(plan.DelLink{Link: at(ns1, "l")}, plan.DelLink{Link: at(state.Host, "vti-h")})
	add(plan.DelNamespace{Name: ns1}, plan.DelNamespace{Name: ns2})
	return p
}

// everyRoute returns Ops on routes through the link "a", which has the
// addresses for their gateways.
func everyRoute(namespace string) plan.Plan {
	var p plan.Plan
	for _, r := range []struct {
		to, via string
		metric  int
	}{
		{"0.0.0.0/0", "10.0.0.9", 0},
		{"0.0.0.0/0", "", 5},
		{"::/0", "fd00::9", 0},
		{"::/0", "", math.MaxUint32},
		{"10.9.0.0/16", "10.0.0.9", math.MaxUint32},
		{"10.8.0.0/16", "fe80::9", 0},
		{"10.7.0.1/32", "", 0},
		{"fd01::/64", "fd00::9", 3},
	} {
		direct := state.Route{To: netip.MustParsePrefix(r.to), Dev: "a", Metric: r.metric}
		routed := direct
		if r.via != "" {
			routed.Via = netip.MustParseAddr(r.via)
		}
		p = append(p,
			plan.AddRoute{Namespace: namespace, Route: direct},
			plan.AddRoute{Namespace: namespace, Route: routed, Replace: true},
			plan.DelRoute{Namespace: namespace, Route: routed},
		)
	}
	return p
}

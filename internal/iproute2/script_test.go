package iproute2_test

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vethlab/vethlab/internal/golden"
	"github.com/vethlab/vethlab/internal/iproute2"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// routedLab has a host h, a switch sw, a router r and a pair to the host namespace.
func routedLab() plan.Plan {
	e := func(namespace, link string) state.Endpoint { return state.Endpoint{Namespace: namespace, Link: link} }
	pair := func(a, b state.Endpoint) plan.Op {
		return plan.AddVeth{Ends: [2]plan.VethEnd{{Link: a}, {Link: b}}}
	}
	add := func(link state.Endpoint, prefix string) plan.Op {
		return plan.AddAddress{Link: link, Address: netip.MustParsePrefix(prefix)}
	}
	up := func(link state.Endpoint) plan.Op { return plan.SetLink{Link: link, Up: new(true)} }
	return plan.Plan{
		plan.AddNamespace{Name: "h"},
		plan.AddNamespace{Name: "sw"},
		plan.AddNamespace{Name: "r"},
		plan.SetLink{Link: e("h", "lo"), Up: new(true)},
		plan.AddLink{Link: e("sw", "br0"), Kind: state.Bridge{}},
		pair(e("h", "eth0"), e("sw", "p0")),
		pair(e("r", "eth0"), e("sw", "p1")),
		pair(e("", "up0"), e("r", "wan")),
		plan.SetLink{Link: e("sw", "p0"), Master: new("br0"), Up: new(true)},
		plan.SetLink{Link: e("sw", "p1"), Master: new("br0"), Up: new(true)},
		up(e("sw", "br0")),
		add(e("h", "eth0"), "10.0.0.2/24"),
		add(e("h", "eth0"), "fe80::2/64"),
		up(e("h", "eth0")),
		add(e("r", "eth0"), "10.0.0.1/24"),
		add(e("r", "eth0"), "fd00::1/64"),
		up(e("r", "eth0")),
		up(e("r", "wan")),
		plan.SetSysctl{Namespace: "r", Key: state.ForwardIPv6, Value: "1"},
		up(e("", "up0")),
		plan.AddRoute{Namespace: "h", Route: state.Route{To: netip.MustParsePrefix("0.0.0.0/0"), Via: netip.MustParseAddr("10.0.0.1"), Dev: "eth0"}},
	}
}

func TestScripts(t *testing.T) {
	for file, got := range map[string]string{
		"testdata/script.sh":   iproute2.Script(routedLab()),
		"testdata/tutorial.sh": iproute2.Tutorial(plan.Tutorial(routedLab())),
	} {
		golden.Compare(t, file, got)
	}
}

// A plan that changes what exists is not described: only its namespaces are named.
func TestScriptOfChanges(t *testing.T) {
	p := plan.Plan{
		plan.SetLink{Link: state.Endpoint{Namespace: "a\nb", Link: "x"}, MTU: 1400},
		plan.SetLink{Link: state.Endpoint{Link: "x"}, MTU: 1400},
	}
	want := "#!/bin/sh\nset -eu\n\n# a b\nip -n 'a\nb' link set dev x mtu 1400\n\n# host namespace\nip link set dev x mtu 1400\n"
	if d := cmp.Diff(want, iproute2.Script(p)); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

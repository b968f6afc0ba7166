//go:build linux

package kernel_test

import (
	"net/netip"
	"os"
	"testing"

	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// A plan that sets a link down adds its IPv6 addresses again, also where the kernel has kept
// them: somebody has set keep_addr_on_down.
func TestKeptAddresses(t *testing.T) {
	ns := emptyNamespace(t)
	eth0 := state.Endpoint{Namespace: ns, Link: "eth0"}
	address := plan.AddAddress{Link: eth0, Address: netip.MustParsePrefix("fd00::1/64")}
	up := plan.SetLink{Link: eth0, Up: new(true)}
	pair := plan.AddVeth{Ends: [2]plan.VethEnd{{Link: eth0}, {Link: state.Endpoint{Namespace: ns, Link: "eth1"}}}}
	s := state.New()
	s.Add(ns)
	apply := func(p plan.Plan) {
		t.Helper()
		if err := kernel.Apply(t.Context(), p, s, kernel.Options{}); err != nil {
			t.Fatal(err)
		}
		for _, op := range p {
			if err := op.Apply(s); err != nil {
				t.Fatal(err)
			}
		}
	}
	apply(plan.Plan{pair, up, address})
	if err := netns.Do(ns, func() error { return os.WriteFile("/proc/sys/net/ipv6/conf/all/keep_addr_on_down", []byte("1"), 0) }); err != nil {
		t.Fatal(err)
	}
	apply(plan.Plan{plan.SetLink{Link: eth0, Up: new(false)}, up, address})
	seen, err := kernel.Dump(ns)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range seen.Addresses {
		if a.Prefix == address.Address {
			return
		}
	}
	t.Errorf("%s is missing: %v", address.Address, seen.Addresses)
}

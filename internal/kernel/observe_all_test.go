//go:build linux

package kernel_test

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// ObserveAll also finds unmarked objects, in the host namespace too; Observe does not.
func TestObserveAll(t *testing.T) {
	if !netnstest.Isolated(t) {
		return
	}
	netnstest.Need(t)
	name := netnstest.Name(t, "ns1")
	here, there := state.Endpoint{Link: "v0"}, state.Endpoint{Namespace: name, Link: "eth0"}
	bridge := state.Endpoint{Link: "br7"}
	made := plan.Plan{
		plan.AddNamespace{Name: name},
		plan.AddLink{Link: bridge, Kind: state.Bridge{}},
		plan.AddVeth{Ends: [2]plan.VethEnd{{Link: here}, {Link: there}}},
		plan.SetLink{Link: here, Master: new("br7")},
		plan.SetLink{Link: bridge, Up: new(true)},
		plan.AddAddress{Link: bridge, Address: netip.MustParsePrefix("10.7.0.1/24")},
		plan.SetSysctl{Namespace: name, Key: state.ForwardIPv4, Value: "1"},
	}
	if err := kernel.Apply(t.Context(), made, state.New(), kernel.Options{}); err != nil {
		t.Fatal(err)
	}
	view, err := kernel.ObserveAll("net.ipv4.ip_default_ttl")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := view.State.Names(), []string{state.Host, name}; !slices.Equal(got, want) {
		t.Fatalf("namespaces %q, want %q", got, want)
	}
	if peer, _ := view.State.Link(there).Peer(); peer != here {
		t.Errorf("the peer of %s is %s, want %s", there, peer, here)
	}
	host, ns := view.State.Namespaces[state.Host], view.State.Namespaces[name]
	if got := host.Links["v0"].Master; got != "br7" {
		t.Errorf("v0 is a port of %q, want br7", got)
	}
	if got := host.Links["br7"].Addresses; len(got) != 1 || got[0].String() != "10.7.0.1/24" {
		t.Errorf("br7 has the addresses %v", got)
	}
	if host.Links[state.Lo] == nil || ns.Links[state.Lo] == nil {
		t.Error("lo is missing")
	}
	if ns.Sysctls[state.ForwardIPv4] != "1" || host.Sysctls["net.ipv4.ip_default_ttl"] == "" {
		t.Errorf("sysctls %v of the namespace, %v of the host", ns.Sysctls, host.Sysctls)
	}
	observed, err := kernel.Observe("vtest-nobody", nil, nil)
	if err != nil || len(observed.State.Namespaces) != 0 {
		t.Errorf("a lab that does not exist: %v, %v", observed.State.Names(), err)
	}
}
